"""Requests for money that nobody answered in a week: they end, and who asked is told.

A request past its time cannot be paid any more, sweep or not.
"""

from functools import partial

from bot.house import House
from core.transfers import request_endings
from worker.rounds import in_rounds

AT_ONCE = 100
"""Requests a transaction: their rows are locked for as long as it takes."""


def sweep(house: House) -> int:
    """Expire what is due, a bounded number each time; return how many requests that were."""
    return in_rounds(house, partial(request_endings.expire, most=AT_ONCE), most=AT_ONCE)
