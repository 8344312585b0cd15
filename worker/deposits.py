"""What deposits and codes for cash come to by the clock: parked money goes back, codes end."""

from functools import partial

from bot.house import House
from core.deposits import cash_codes, suspense
from worker.rounds import in_rounds

MOST = 100


def sweep(house: House) -> int:
    """Send back what nobody owns, and end codes whose time or tries are over; return how many."""
    works = (suspense.return_due, cash_codes.sweep)
    done = sum(in_rounds(house, partial(work, most=MOST), most=MOST) for work in works)
    if done:
        house.tell("receipts")
    return done
