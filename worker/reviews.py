"""Payments that nobody looked at in time: their money is free again, and their payers are told.

Those that leave the bank are ended by the sweep of payouts, whose rows they are.
"""

from functools import partial

from bot.house import House
from core.transfers import held
from worker.rounds import in_rounds

AT_ONCE = 100
"""Payments a transaction ends: their rows are locked for as long as it takes."""


def sweep(house: House) -> int:
    """End what is due, a bounded number each time; return how many payments that were."""
    return in_rounds(house, partial(held.expire, most=AT_ONCE), most=AT_ONCE)
