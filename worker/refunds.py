"""Bringing back money of airtime and bills whose wallet could not take it when they failed."""

from bot.house import House
from core.bills import outcomes

MOST_AT_ONCE = 200


def sweep(house: House) -> int:
    """Try the ways back that are due, one transaction each; return how many were tried."""
    for tried in range(MOST_AT_ONCE):
        with house.unit() as unit:
            if outcomes.give_back_due(unit) is None:
                return tried
    return MOST_AT_ONCE
