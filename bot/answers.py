"""Answers from outside, and the turns that go on with them."""

from datetime import timedelta
from time import monotonic

import structlog

from bot import metrics, parking, retry
from bot.closing import Walked
from bot.house import House
from bot.retry import GivenUp
from bot.said import Said, show
from bot.telling import Event
from bot.turn import Turn
from core.crm import parked, waiting
from core.store.crashpoints import reached
from flows.story import Outcome

log = structlog.get_logger()

CALL_SECONDS = 4.0
"""How long the outside world may take."""
CALL_GRACE = timedelta(seconds=3)
MOST_BROKEN = 3
"""After which what breaks each time is not tried again."""


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
    return ask(house, provider, provider_id, asked, seconds=CALL_SECONDS) is not None


def expire_calls(house: House) -> int:
    """Tell conversations whose answer never came that it did not. Returns how many."""
    with house.unit() as unit:
        late = waiting.waiting_calls(unit, before=house.now() - CALL_GRACE)
    if late:
        reached("timer.calls_found")
    return sum(
        _resume(house, provider, provider_id, "timed_out", asked=None) is not None
        for provider, provider_id in late
    )


def ask(
    house: House, provider: str, provider_id: str, asked: object, *, seconds: float
) -> Said | None:
    """Ask what a message that was heard waits for, and return how its conversation goes on.

    None when it does not wait any more, or is told later.
    """
    # Outside any transaction: the world may take its time, our locks may not.
    reached("call.before_asking")
    outcome = house.ask(asked, seconds=seconds)
    reached("call.answered")
    return _resume(house, provider, provider_id, outcome, asked=asked)


def _resume(
    house: House, provider: str, provider_id: str, outcome: Outcome | str, *, asked: object | None
) -> Said | None:
    """Go on with an answer; None when nothing waits for it, or when it is told later."""
    began = monotonic()

    def walk() -> Walked | None:
        with house.unit() as unit:
            opening = waiting.calling(unit, provider=provider, provider_id=provider_id)
            if opening is None:
                return None
            event = Event.ours(opening.talk, provider=provider, provider_id=provider_id)
            walked = Turn(house, unit, opening, event).resume(outcome, asked=asked)
            reached("call.before_commit")
        reached("call.after_commit")
        return walked

    try:
        walked = retry.twice(walk)
    except GivenUp:
        # It still waits: the scheduler tells the customer when its time is over.
        log.exception("answer given up")
        return None
    except Exception as error:
        log.exception("answer broke")
        walked = _give_up_call(house, provider, provider_id, error)
    if walked is None:
        return None
    show(house, walked, began=began)
    return Said(walked.reply, walked.page, correlation=walked.correlation)


def _give_up_call(house: House, provider: str, provider_id: str, error: Exception) -> Walked | None:
    """Park an answer that breaks its conversation, and apologise: nobody waits for it for ever."""
    key = f"{provider} {provider_id}"
    try:
        with house.unit() as unit:
            opening = waiting.calling(unit, provider=provider, provider_id=provider_id)
            if opening is None:
                return None
            event = Event.ours(opening.talk, provider=provider, provider_id=provider_id)
            turn = Turn(house, unit, opening, event)
            turn.forget()
            walked = turn.apologise()
            parked.put(unit, parking.poison("call", key, error, {"told": "yes"}))
    except Exception as broken:
        log.exception("apology broke")
        if parking.park(house, "call", key, broken, facts={"told": "no"}) >= MOST_BROKEN:
            with house.unit() as unit:
                waiting.drop_call(unit, provider=provider, provider_id=provider_id)
        return None
    metrics.parked("call")
    return walked
