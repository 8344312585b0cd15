"""The one path from a message to its reply. It knows nothing of Flask: jobs walk it too."""

from dataclasses import dataclass
from time import monotonic, sleep

import structlog
from psycopg.errors import LockNotAvailable
from sqlalchemy import exc

from bot import answers, marks, masks, metrics, parking, proofs, retry
from bot.answers import CALL_SECONDS, MOST_BROKEN, answer_call, expire_calls
from bot.callbacks import note_opt_out, note_receipt, note_session_end
from bot.closing import Walked
from bot.house import House
from bot.likely import Likely, first_language
from bot.retry import GivenUp
from bot.said import NotHeard, Said, show
from bot.telling import Event
from bot.turn import Turn
from channels.message import Inbound, Reply
from core.crm import conversations, parked, waiting
from core.crm.conversations import Kept, Opening
from core.store import patience
from core.store.crashpoints import reached
from core.store.unit import Unit
from flows import understanding

__all__ = [
    "NotHeard", "Said", "answer_call", "expire_calls", "expire_conversations", "hear",
    "note_opt_out", "note_receipt", "note_session_end", "turn_away",
]  # fmt: skip

log = structlog.get_logger()

TURN_SECONDS = 5.0
"""How long PostgreSQL may take for a turn, with its second try."""
ANSWER_SECONDS = 8.0
"""When USSD is answered at the latest: a gateway hangs up after 10 s, a line before it counts."""
LAST_WORDS_SECONDS = 1.0
"""What is kept of the answer's time to write down what came of a call."""
WAIT_STEP = 0.1

likely = Likely()


@dataclass(slots=True)
class Hearing:
    """A message being heard. ``in_doubt`` when it may have been done, or may yet be.

    So it is once a commit was asked for that nobody confirmed, and while another delivery of the
    same message is being heard.
    """

    inbound: Inbound
    correlation: str
    began: float
    in_doubt: bool = False

    @property
    def key(self) -> str:
        """What it is parked under."""
        return f"{self.inbound.provider} {self.inbound.id}"

    @property
    def left(self) -> float:
        """Seconds until the answer is due, on a channel that waits for one."""
        return self.began + ANSWER_SECONDS - monotonic()


def hear(house: House, inbound: Inbound) -> Said:
    """Answer one message inside one transaction. Heard twice, it is answered the same.

    On USSD there is an answer within ``ANSWER_SECONDS``, whatever PostgreSQL does.

    :raises NotHeard: if the message could not be taken (USSD is told politely instead)
    """
    understanding.prepare()
    hearing = Hearing(inbound, str(house.new_id()), began=monotonic())
    with structlog.contextvars.bound_contextvars(correlation=hearing.correlation):
        with patience.until(hearing.began + TURN_SECONDS):
            walked = _taken(house, hearing)
        if isinstance(walked, Reply | None):
            return Said(walked, correlation=hearing.correlation)
        if isinstance(walked, Kept):
            metrics.duplicate(inbound.channel)
            return _again(house, hearing, walked)
        likely.note(inbound.address, walked.language)
        show(house, walked, began=hearing.began)
        said = _said(house, hearing, walked)
        reached("turn.answered")
        return said


def turn_away(house: House, inbound: Inbound, *, why: str, in_hand: bool = False) -> Said:
    """Answer a message that there is no room for, without asking PostgreSQL anything.

    ``in_hand`` says that an earlier delivery of it is being heard, so that it may yet be done.

    :raises NotHeard: if the provider delivers again what it is refused
    """
    metrics.turned_away(inbound.channel, why)
    if inbound.channel != "ussd":
        raise NotHeard(why)
    return Said(_plain(house, inbound, "unsure" if in_hand else "busy"))


def expire_conversations(house: House) -> int:
    """Let conversations that nobody went on with rest. Returns how many."""
    with house.unit() as unit:
        rested = waiting.expire(unit)
        if rested:
            reached("timer.rested")
    return rested


def _taken(house: House, hearing: Hearing) -> Walked | Kept | Reply | None:
    channel = hearing.inbound.channel
    try:
        reached("turn.heard")
        return retry.twice(lambda: _walk(house, hearing))
    except GivenUp as error:
        log.exception("turn given up", channel=channel)
        metrics.turned_away(channel, str(error))
        return _put_off(house, hearing, error)
    except Exception as error:
        # A bug: the turn is rolled back whole, the message is parked, and the customer is told.
        log.exception("turn broke", channel=channel)
        metrics.broken(channel)
        return _apologise(house, hearing, error)


def _walk(house: House, hearing: Hearing) -> Walked | Kept:
    inbound = hearing.inbound
    proof = proofs.prepare(house, inbound)
    if proof is not None:
        reached("turn.secret_proved")
    with house.unit(hearing.correlation) as unit:
        opening = _open(unit, hearing)
        if isinstance(opening, Kept):
            return opening
        reached("turn.opened")
        marks.heard_on(house, unit, opening.talk, inbound)
        proofs.check(proof, opening)
        secret = None if proof is None else proof.proof
        walked = Turn(house, unit, opening, Event.of(inbound), secret).take()
        reached("turn.before_commit")
        hearing.in_doubt = True
    reached("turn.after_commit")
    return walked


def _open(unit: Unit, hearing: Hearing) -> Opening | Kept:
    inbound = hearing.inbound
    try:
        return conversations.open_turn(
            unit,
            provider=inbound.provider,
            provider_id=inbound.id,
            channel=inbound.channel,
            address=inbound.address,
            language=first_language(inbound.address),
        )
    except exc.DBAPIError as error:
        # Whoever waits for the message's own row waits for another delivery of it.
        if isinstance(error.orig, LockNotAvailable):
            waited_at = error.orig.diag.context or ""
            hearing.in_doubt = hearing.in_doubt or "insert into inbox" in waited_at
        raise


def _put_off(house: House, hearing: Hearing, error: Exception, block: str = "busy") -> Reply:
    """Say that a turn did not come about, and no more than is known of it."""
    if hearing.inbound.channel != "ussd":
        raise NotHeard(str(error) or type(error).__name__) from error
    # A commit that nobody confirmed may have happened: the next dial tells.
    return _plain(house, hearing.inbound, "unsure" if hearing.in_doubt else block)


def _apologise(house: House, hearing: Hearing, error: Exception) -> Walked | Kept | Reply | None:
    """Park a message whose turn broke, and say so to its customer in the same transaction."""
    inbound = hearing.inbound
    facts: dict[str, str] = {"channel": inbound.channel}
    try:
        with house.unit(hearing.correlation) as unit:
            opening = _open(unit, hearing)
            if isinstance(opening, Kept):
                return opening
            turn = Turn(house, unit, opening, Event.of(inbound))
            if parked.broke_last(unit, conversation=opening.talk.id):
                turn.forget()  # where they stand breaks every message: they start afresh
            walked = turn.apologise()
            parked.put(
                unit, parking.poison("message", hearing.key, error, {**facts, "told": "yes"})
            )
    except Exception as broken:
        log.exception("apology broke", channel=inbound.channel)
        if not retry.is_passing(broken):
            facts["told"] = "yes" if inbound.channel == "ussd" else "no"
            times = parking.park(
                house, "message", hearing.key, error, facts=facts, correlation=hearing.correlation
            )
            if times >= MOST_BROKEN and inbound.channel != "ussd":
                _lay_aside(house, hearing)
                return None
        return _put_off(house, hearing, broken, "trouble")
    metrics.parked("message")
    return walked


def _lay_aside(house: House, hearing: Hearing) -> None:
    """Take a message that breaks whatever is done with it, so that it is not delivered again.

    :raises NotHeard: if that cannot be written down now
    """
    inbound = hearing.inbound
    try:
        with house.unit(hearing.correlation) as unit:
            parked.keep_out(unit, provider=inbound.provider, provider_id=inbound.id)
    except (exc.DBAPIError, exc.TimeoutError) as error:
        raise NotHeard(retry.name(error)) from error


def _said(house: House, hearing: Hearing, walked: Walked) -> Said:
    inbound = hearing.inbound
    if walked.call is None:
        return Said(walked.reply, walked.page, correlation=walked.correlation)
    if inbound.channel != "ussd":
        house.waker.call(inbound.provider, inbound.id)
        return Said(None, correlation=walked.correlation)
    seconds = min(CALL_SECONDS, hearing.left - LAST_WORDS_SECONDS)
    with patience.until(hearing.began + ANSWER_SECONDS):
        answered = answers.ask(house, inbound.provider, inbound.id, walked.call, seconds=seconds)
    return answered or Said(_plain(house, inbound, "still_working"))


def _again(house: House, hearing: Hearing, kept: Kept) -> Said:
    """Answer a second delivery as the first was; while that one waits outside, wait with it."""
    inbound, correlation = hearing.inbound, hearing.correlation
    if kept.state == "calling" and inbound.channel == "ussd":
        kept = _await_answer(house, hearing, kept)
    house.trace(
        "duplicate", correlation=correlation, channel=inbound.channel, address=inbound.address
    )
    if kept.reply is None and inbound.channel == "ussd":
        return Said(
            _plain(house, inbound, "still_working"), duplicate=True, correlation=correlation
        )
    reply = masks.load_reply(kept.reply) if kept.reply else None
    return Said(reply, kept.page, duplicate=True, correlation=correlation)


def _await_answer(house: House, hearing: Hearing, kept: Kept) -> Kept:
    inbound, until = hearing.inbound, monotonic() + CALL_SECONDS
    try:
        while kept.state == "calling" and monotonic() < until:
            sleep(WAIT_STEP)
            with patience.until(until), house.unit(hearing.correlation) as unit:
                found = waiting.kept(unit, provider=inbound.provider, provider_id=inbound.id)
            kept = found or kept
    except (exc.DBAPIError, exc.TimeoutError) as error:
        log.warning("answer not seen", error=retry.name(error))
    return kept


def _plain(house: House, inbound: Inbound, block: str) -> Reply:
    """Return fixed words, when nothing is known of the customer."""
    words = house.words(likely.language(inbound.address), inbound.channel)
    return Reply(words.say("manners", block), ends=True)
