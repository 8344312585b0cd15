"""Ends what was asked for and not decided in time, and takes back what asking has done."""

import structlog

from bot.house import House
from core.access import approval_store, approvals

AT_ONCE = 100

log = structlog.get_logger()


def sweep(house: House) -> int:
    """Expire what is due, a bounded number each time; return how many requests that were.

    Each is a unit of its own, so that one that breaks keeps no other waiting.
    """
    with house.unit() as unit:
        due = approval_store.due(unit, limit=AT_ONCE)
    ended = 0
    for approval_id in due:
        try:
            with house.unit() as unit:
                ended += approvals.expire(unit, approval_id)
        except Exception:
            log.exception("approval does not expire", approval=str(approval_id))
    return ended
