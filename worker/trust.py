"""Trust that grows with time: numbers that were on probation, and limits that were lowered."""

from bot.house import House
from core.access import trust
from core.ledger.lowering import end_lowered

AT_ONCE = 200
MOST_ROUNDS = 50


def sweep(house: House) -> int:
    """Trust what has settled, a bounded number each time; return how many numbers that was."""
    settled = 0
    for _ in range(MOST_ROUNDS):
        with house.unit() as unit:
            some = trust.settle(unit, most=AT_ONCE)
            over = end_lowered(unit, most=AT_ONCE)
        settled += some
        if max(some, over) < AT_ONCE:
            break
    return settled
