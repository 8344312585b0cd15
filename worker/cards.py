"""Looking after cards: fees owed back, news that never came, and the end of a card's days.

Each card is a unit of its own, so that one that breaks keeps no other waiting.
"""

from collections.abc import Callable
from uuid import UUID

from bot.house import House
from core.cards import delivery, expiry, outcomes
from core.store.unit import Unit

MOST_AT_ONCE = 200


def give_back(house: House) -> int:
    """Try the ways back of fees that are due; return how many were tried."""
    return _one_by_one(house, outcomes.give_back_due)


def ask_after(house: House) -> int:
    """Ask the scheme about cards it has told no news of for a day; return how many."""
    with house.unit() as unit:
        return delivery.ask_due(unit, most=MOST_AT_ONCE)


def renew(house: House) -> int:
    """Renew cards a month before their last day, and close those whose last day is over."""
    return _one_by_one(house, expiry.renew_due) + _one_by_one(house, expiry.close_due)


def _one_by_one(house: House, work: Callable[[Unit], UUID | None]) -> int:
    for done in range(MOST_AT_ONCE):
        with house.unit() as unit:
            if work(unit) is None:
                return done
    return MOST_AT_ONCE
