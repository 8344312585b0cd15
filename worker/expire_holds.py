"""Giving back what was set aside and never taken: holds whose time is over.

A hold past its time cannot be captured any more, sweep or not. Until the sweep has come by, though,
its rest still lowers what the payer may spend.
"""

from functools import partial

from bot.house import House
from core.ledger import book
from worker.rounds import in_rounds

AT_ONCE = 200
"""Holds a transaction: their accounts are locked for as long as it takes, some milliseconds."""


def sweep(house: House) -> int:
    """Expire what is due, a bounded number each time; return how many holds that were."""
    return in_rounds(house, partial(book.expire, most=AT_ONCE), most=AT_ONCE)
