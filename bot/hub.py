"""The one path from a message to its reply. It knows nothing of Flask: jobs walk it too."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic, sleep
from typing import TypeVar

import structlog
from psycopg import errors as pg
from sqlalchemy import exc

from bot import masks, metrics, proofs
from bot.closing import Walked
from bot.house import House
from bot.telling import Event
from bot.turn import Turn
from channels.message import Inbound, OptOut, Receipt, Reply, SessionEnd
from core.access import addresses
from core.crm import conversations, messages, waiting
from core.crm.conversations import Kept, Opening
from core.store.unit import Unit
from flows.story import Outcome

log = structlog.get_logger()
T = TypeVar("T")

CALL_SECONDS = 4.0  # a USSD gateway hangs up after 10 s; the rest is ours to answer in
CALL_GRACE = timedelta(seconds=3)
WAIT_STEP = 0.1
FIRST_LANGUAGES = {"+221": "fr", "+225": "fr", "+237": "fr", "+255": "sw"}

# What another moment may mend: locks, time limits, a connection that went away.
PASSING = (
    pg.LockNotAvailable,
    pg.QueryCanceled,
    pg.DeadlockDetected,
    pg.SerializationFailure,
    pg.OperationalError,
)


class NotHeard(Exception):
    """The message could not be taken and nothing of it was kept; the provider must try again."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is said back in the response, which page of it, and how it came about."""

    reply: Reply | None
    page: int = 0
    duplicate: bool = False
    correlation: str = ""


def hear(house: House, inbound: Inbound) -> Said:
    """Answer one message inside one transaction. Heard twice, it is answered the same.

    :raises NotHeard: if the message could not be taken (USSD is told politely instead)
    """
    began = monotonic()
    correlation = str(house.new_id())
    with structlog.contextvars.bound_contextvars(correlation=correlation):
        walked = _taken(house, inbound, correlation)
        if isinstance(walked, Reply):
            return Said(walked, correlation=correlation)
        if isinstance(walked, Kept):
            metrics.duplicate(inbound.channel)
            return _again(house, inbound, walked, correlation)
        _show(house, walked, began)
        return _said(house, inbound, walked)


def answer_call(house: House, provider: str, provider_id: str) -> bool:
    """Ask the outside world what a waiting conversation wants to know, and go on with the answer.

    Returns False when nothing waits any more: it was answered, timed out or moved on.
    """
    with house.unit() as unit:
        opening = waiting.calling(unit, provider=provider, provider_id=provider_id)
        if opening is None:
            return False
        event = Event.ours(opening.talk, provider=provider, provider_id=provider_id)
        asked = Turn(house, unit, opening, event).wanted()
    if asked is None:
        return _resume(house, provider, provider_id, "timed_out", asked=None) is not None
    return _call(house, provider, provider_id, asked) is not None


def expire_calls(house: House) -> int:
    """Tell conversations whose answer never came that it did not. Returns how many."""
    with house.unit() as unit:
        late = waiting.waiting_calls(unit, before=house.now() - CALL_GRACE)
    return sum(
        _resume(house, provider, provider_id, "timed_out", asked=None) is not None
        for provider, provider_id in late
    )


def expire_conversations(house: House) -> int:
    """Let conversations that nobody went on with rest. Returns how many."""
    with house.unit() as unit:
        return waiting.expire(unit)


def note_receipt(house: House, receipt: Receipt) -> None:
    """Move a message up its ladder, or keep the receipt until the message is known."""
    with house.unit() as unit:
        messages.receive(unit, receipt)
    house.trace("receipt", provider=receipt.provider, id=receipt.message_id, status=receipt.status)


def note_session_end(house: House, end: SessionEnd) -> None:
    """Note that a USSD session is over."""
    with house.unit() as unit:
        waiting.end_session(unit, session=end.session, address=end.address, completed=end.completed)
    house.trace("session_end", address=end.address, completed=end.completed)


def note_opt_out(house: House, notice: OptOut) -> None:
    """Send no more notices to an address."""
    with house.unit() as unit:
        addresses.opt_out(unit, channel=notice.channel, address=notice.address)


def _taken(house: House, inbound: Inbound, correlation: str) -> Walked | Kept | Reply:
    try:
        return _twice(lambda: _walk(house, inbound, correlation))
    except (exc.DBAPIError, exc.TimeoutError) as error:
        log.exception("turn given up", channel=inbound.channel)
        if inbound.channel != "ussd":
            raise NotHeard(type(error).__name__) from error
        return _plain(house, inbound, "busy")
    except Exception:
        # A bug: the turn is rolled back whole, the message is parked, and the customer is told.
        log.exception("turn broke", channel=inbound.channel)
        metrics.broken(inbound.channel)
        return _apologise(house, inbound, correlation)


def _walk(house: House, inbound: Inbound, correlation: str) -> Walked | Kept:
    proof = proofs.prepare(house, inbound)
    with house.unit(correlation) as unit:
        opening = _open(unit, inbound)
        if isinstance(opening, Kept):
            return opening
        proofs.check(proof, opening)
        secret = None if proof is None else proof.proof
        return Turn(house, unit, opening, Event.of(inbound), secret).take()


def _open(unit: Unit, inbound: Inbound) -> Opening | Kept:
    return conversations.open_turn(
        unit,
        provider=inbound.provider,
        provider_id=inbound.id,
        channel=inbound.channel,
        address=inbound.address,
        language=_first_language(inbound.address),
    )


def _apologise(house: House, inbound: Inbound, correlation: str) -> Walked | Kept | Reply:
    try:
        with house.unit(correlation) as unit:
            opening = _open(unit, inbound)
            if isinstance(opening, Kept):
                return opening
            return Turn(house, unit, opening, Event.of(inbound)).apologise()
    except Exception as error:
        log.exception("apology broke", channel=inbound.channel)
        if inbound.channel != "ussd":
            raise NotHeard(type(error).__name__) from error
        return _plain(house, inbound, "trouble")


def _said(house: House, inbound: Inbound, walked: Walked) -> Said:
    if walked.call is None:
        return Said(walked.reply, walked.page, correlation=walked.correlation)
    if inbound.channel != "ussd":
        house.waker.call(inbound.provider, inbound.id)
        return Said(None, correlation=walked.correlation)
    answered = _call(house, inbound.provider, inbound.id, walked.call)
    return answered or Said(_plain(house, inbound, "still_working"))


def _call(house: House, provider: str, provider_id: str, asked: object) -> Said | None:
    # Outside any transaction: the world may take its time, our locks may not.
    outcome = house.ask(asked, seconds=CALL_SECONDS)
    return _resume(house, provider, provider_id, outcome, asked=asked)


def _resume(
    house: House, provider: str, provider_id: str, outcome: Outcome | str, *, asked: object | None
) -> Said | None:
    began = monotonic()

    def walk() -> Walked | None:
        with house.unit() as unit:
            opening = waiting.calling(unit, provider=provider, provider_id=provider_id)
            if opening is None:
                return None
            event = Event.ours(opening.talk, provider=provider, provider_id=provider_id)
            return Turn(house, unit, opening, event).resume(outcome, asked=asked)

    walked = _twice(walk)
    if walked is None:
        return None
    _show(house, walked, began)
    return Said(walked.reply, walked.page, correlation=walked.correlation)


def _twice(work: Callable[[], T]) -> T:
    """Do a unit of work, and once more when it met a limit that has passed by then."""
    try:
        return work()
    except proofs.Stale:
        return work()
    except exc.DBAPIError as error:
        if not isinstance(error.orig, PASSING):
            raise
        log.warning("turn tried again", error=type(error.orig).__name__)
        return work()


def _again(house: House, inbound: Inbound, kept: Kept, correlation: str) -> Said:
    """Answer a second delivery as the first was; while that one waits outside, wait with it."""
    until = monotonic() + CALL_SECONDS
    while kept.state == "calling" and inbound.channel == "ussd" and monotonic() < until:
        sleep(WAIT_STEP)
        with house.unit(correlation) as unit:
            found = waiting.kept(unit, provider=inbound.provider, provider_id=inbound.id)
        kept = found or kept
    house.trace(
        "duplicate", correlation=correlation, channel=inbound.channel, address=inbound.address
    )
    if kept.reply is None and inbound.channel == "ussd":
        return Said(
            _plain(house, inbound, "still_working"), duplicate=True, correlation=correlation
        )
    reply = masks.load_reply(kept.reply) if kept.reply else None
    return Said(reply, kept.page, duplicate=True, correlation=correlation)


def _plain(house: House, inbound: Inbound, block: str) -> Reply:
    """Return fixed words, when nothing is known of the customer."""
    words = house.words(_first_language(inbound.address), inbound.channel)
    return Reply(words.say("manners", block), ends=True)


def _first_language(address: str) -> str:
    return FIRST_LANGUAGES.get(address[:4], "en")


def _show(house: House, walked: Walked, began: float) -> None:
    seconds = monotonic() - began
    metrics.turn(walked.channel, walked.flow, walked.outcome, seconds=seconds)
    if house.settings.demo_mode:
        house.trace("turn", ms=round(seconds * 1000, 1), **walked.trace())
    log.info(
        "turn",
        channel=walked.channel,
        before=walked.before,
        after=walked.after,
        outcome=walked.outcome,
        ms=round(seconds * 1000, 1),
    )
