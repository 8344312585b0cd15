"""How much of a risk a customer is, by what everybody who serves them may know.

Points are added up, each with its reason. What compliance has in hand (alerts, investigations, hits
on lists, payments that are looked at) is no part of it: staff see the profile, and a profile that
rose with an alert would tell them of it (docs/decisions/0020). How long documents of identity are
good for goes by this (`core.kyc.policy`).
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Risk = Literal["Low", "Medium", "High"]
NEW_FOR = timedelta(days=90)
MEDIUM_FROM, HIGH_FROM = 2, 4
MOST_FOR_DISPUTES = 2


@dataclass(frozen=True, slots=True)
class Signs:
    """What a risk is made of."""

    tier: int
    kyc_status: str
    known_for: timedelta
    disputes_lost: int
    """Disputes about card payments in the last year that the customer was not right about."""
    owes: bool
    """Something taken by card beyond what there was is not paid in yet."""
    pin_locked: bool
    """Three wrong PINs, and nobody has set a new one since."""
    sim_changed: bool
    """A SIM of theirs was changed within the last thirty days."""


POINTS = {
    "unverified": 2,
    "documents_not_good": 1,
    "new": 1,
    "disputes_lost": 1,
    "owes": 2,
    "pin_locked": 1,
    "sim_changed": 1,
}
"""What each reason counts; lost disputes count each, twice at most."""


def reasons(signs: Signs) -> dict[str, int]:
    """Return why a customer is a risk, and how many points each reason has."""
    verified = signs.tier > 1 and signs.kyc_status == "Verified"
    there = {
        "unverified": not verified,
        "documents_not_good": signs.kyc_status in ("Expired", "Rejected"),
        "new": signs.known_for < NEW_FOR,
        "disputes_lost": min(signs.disputes_lost, MOST_FOR_DISPUTES),
        "owes": signs.owes,
        "pin_locked": signs.pin_locked,
        "sim_changed": signs.sim_changed,
    }
    return {why: POINTS[why] * int(many) for why, many in there.items() if many}


def level(why: dict[str, int]) -> Risk:
    """Return the level that reasons add up to: Medium from two points, High from four."""
    points = sum(why.values())
    return "High" if points >= HIGH_FROM else "Medium" if points >= MEDIUM_FROM else "Low"
