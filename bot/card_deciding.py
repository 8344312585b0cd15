"""What both doors do with a message about a card: the PIN off the lock, then one unit of work."""

from dataclasses import replace
from time import monotonic

import structlog
from sqlalchemy import exc

from bot import metrics, parking, retry
from bot.house import House
from bot.retry import GivenUp
from core.cards import answering, card_pin
from core.cards.declines import CODES
from core.cards.messages import Answer, Request
from core.store import patience
from core.store.crashpoints import reached

DECIDE_SECONDS = 4.0
"""How long PostgreSQL may take, with the second try: the scheme waits five seconds or more."""
UNAVAILABLE, BROKEN = Answer(CODES["unavailable"], "unavailable"), Answer(CODES["broken"], "broken")

log = structlog.get_logger()


def decide(house: House, request: Request, pin_block: bytes | None) -> Answer | None:
    """Answer a message of the scheme, or None where nobody knows what became of it.

    None is silence: whoever hears nothing takes it back, and what may have been held is let go. An
    answer that says no would leave it held.
    """
    began = monotonic()
    answer = _decided(house, request, pin_block)
    said = "silence" if answer is None else answer.code
    metrics.card_decided(request.kind, said, seconds=monotonic() - began)
    log.info(
        "card message",
        kind=request.kind,
        code=said,
        why="" if answer is None else answer.reason,
        replayed=answer is not None and answer.replayed,
        payment=str(request.id),
    )
    return answer


def _decided(house: House, request: Request, pin_block: bytes | None) -> Answer | None:
    try:
        with patience.until(monotonic() + DECIDE_SECONDS):
            return retry.twice(lambda: _once(house, request, pin_block))
    except GivenUp as error:
        log.warning("card message given up", error=str(error))
        return None if _may_be_done(error) else UNAVAILABLE
    except Exception as error:
        log.exception("card message broke", payment=str(request.id))
        facts = {"scheme": request.scheme, "kind": request.kind, "told": request.told}
        parking.park(house, "webhook", f"{request.scheme} {request.told}", error, facts=facts)
        return BROKEN


def _once(house: House, request: Request, pin_block: bytes | None) -> Answer:
    if pin_block is not None:
        with house.unit() as unit:
            look = card_pin.look(unit, request.pan)
        key = bytes.fromhex(house.settings.scheme_pin_key)
        proof = card_pin.prove(house.secrets, look, key=key, block=pin_block, pan=request.pan)
        request = replace(request, pin=proof)
    with house.unit() as unit:
        answer = answering.answer(unit, request)
    reached("card.after_commit")
    return answer


def _may_be_done(error: GivenUp) -> bool:
    """Return whether the connection was lost, so that a commit may have gone through."""
    cause = error.__cause__
    return isinstance(cause, exc.DBAPIError) and bool(cause.connection_invalidated)
