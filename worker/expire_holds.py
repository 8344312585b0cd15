"""Giving back what was set aside and never taken: holds whose time is over.

A hold past its time cannot be captured any more, sweep or not. Until the sweep has come by, though,
its rest still lowers what the payer may spend.
"""

from bot.house import House
from core.ledger import book

AT_ONCE = 200
"""Holds a transaction: their accounts are locked for as long as it takes, some milliseconds."""
MOST_ROUNDS = 50


def sweep(house: House) -> int:
    """Expire what is due, a bounded number each time; return how many holds that were."""
    ended = 0
    for _ in range(MOST_ROUNDS):
        with house.unit() as unit:
            some = book.expire(unit, most=AT_ONCE)
        ended += some
        if some < AT_ONCE:
            break
    return ended
