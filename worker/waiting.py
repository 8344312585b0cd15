"""Money that waits: who has joined since gets it, and what nobody collected goes back.

The ledger gives back what is on hold when its time is over; here payers are told. Who joins gets
what waits at once: the sweep finds what was sent in that very moment, and what a customer's tier
did not let them hold before.
"""

from functools import partial

import structlog

from bot.house import House
from core.transfers import collecting, waiting_endings
from worker.rounds import in_rounds

AT_ONCE = 100
"""Payments a transaction returns: their rows are locked for as long as it takes."""

log = structlog.get_logger()


def sweep(house: House) -> int:
    """Do what is due, a bounded number each time; return how many payments have ended."""
    returned = partial(waiting_endings.return_due, most=AT_ONCE)
    return _collect(house) + in_rounds(house, returned, most=AT_ONCE)


def _collect(house: House) -> int:
    """Pay whoever may have what waits, each in a unit of their own so that one may break."""
    with house.unit() as unit:
        due = collecting.entitled(unit, most=AT_ONCE)
    collected = 0
    for one in due:
        try:
            with house.unit() as unit:
                collected += collecting.collect(unit, one)
        except Exception:
            log.exception("money that waits is not collected", customer=str(one.customer))
            with house.unit() as unit:
                collecting.put_off(unit, one)
    return collected
