"""What deposits and codes for cash come to by the clock: parked money goes back, codes end."""

from bot.house import House
from core.deposits import cash_codes, suspense

MOST = 100


def sweep(house: House) -> int:
    """Send back what nobody owns, and end codes whose time or tries are over; return how many."""
    done = 0
    for work in (suspense.return_due, cash_codes.sweep):
        while True:
            with house.unit() as unit:
                many = work(unit, most=MOST)
            done += many
            if many < MOST:
                break
    if done:
        house.tell("receipts")
    return done
