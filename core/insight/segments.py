"""Which part of the bank's customers somebody belongs to."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

Segment = Literal["Business", "Dormant", "Affluent", "Mass affluent", "Youth", "Retail"]
SEGMENTS: tuple[Segment, ...] = (
    "Business", "Dormant", "Affluent", "Mass affluent", "Youth", "Retail",
)  # fmt: skip
DORMANT_AFTER = timedelta(days=180)
"""Without a message or a movement for so long, an account is usually called dormant."""
YOUNG_UNTIL = 26
"""The birthday after which somebody is no youth any more (a usual end of youth accounts)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a segment is made of. Amounts are minor units of the home currency."""

    is_agent: bool
    idle: timedelta
    worth: Decimal
    """The larger of what they hold and what comes in in a month."""
    mass_affluent: int
    affluent: int
    born: date | None


def segment(standing: Standing, *, today: date) -> Segment:
    """Return the segment of a customer: the first of these that fits.

    Business: an agent of the bank. Dormant: nothing for 180 days. Affluent and Mass affluent: by
    their country's thresholds. Youth: before their twenty-sixth birthday. Retail: everybody else.
    """
    if standing.is_agent:
        return "Business"
    if standing.idle >= DORMANT_AFTER:
        return "Dormant"
    if standing.worth >= standing.affluent:
        return "Affluent"
    if standing.worth >= standing.mass_affluent:
        return "Mass affluent"
    return "Youth" if _is_young(standing.born, today) else "Retail"


def _is_young(born: date | None, today: date) -> bool:
    if born is None:
        return False
    had = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (not had) < YOUNG_UNTIL
