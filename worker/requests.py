"""Requests for money that nobody answered in a week: they end, and who asked is told.

A request past its time cannot be paid any more, sweep or not.
"""

from bot.house import House
from core.transfers import request_endings

AT_ONCE = 100
"""Requests a transaction: their rows are locked for as long as it takes."""
MOST_ROUNDS = 50


def sweep(house: House) -> int:
    """Expire what is due, a bounded number each time; return how many requests that were."""
    ended = 0
    for _ in range(MOST_ROUNDS):
        with house.unit() as unit:
            some = request_endings.expire(unit, most=AT_ONCE)
        ended += some
        if some < AT_ONCE:
            break
    return ended
