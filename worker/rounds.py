"""Work that is done a bounded number at a time, each in a unit of its own."""

from collections.abc import Callable

from bot.house import House
from core.store.unit import Unit

MOST_ROUNDS = 50
"""After which the next run goes on: no chore keeps the others waiting for ever."""


def in_rounds(house: House, work: Callable[[Unit], int], *, most: int) -> int:
    """Do work, ``most`` of it a unit, until less than that was due; return how much it was."""
    done = 0
    for _ in range(MOST_ROUNDS):
        with house.unit() as unit:
            some = work(unit)
        done += some
        if some < most:
            break
    return done
