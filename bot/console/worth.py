"""What is worked out of a customer, for their page: worth, risk, mood and what is proposed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from core.access.actors import Actor
from core.crm import sentiment
from core.crm.sentiment import Day
from core.insight import next_actions, profile
from core.insight.profile import NoProfile, Profile
from core.store.unit import Unit

MOOD_OVER = timedelta(days=30)
BAR, HALF = 12, 30
"""How wide the bar of a day is in the picture, and how high at most above or below its line."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A day's mood as it is drawn: its place, how high, and which way."""

    day: Day
    x: int
    y: int
    height: int
    way: str


def gather(unit: Unit, who: Actor, customer: UUID) -> dict[str, Any]:
    """Return what a customer's page shows besides what they did."""
    days = sentiment.trend(unit, who, since=unit.now - MOOD_OVER, until=unit.now, customer=customer)
    return {
        "profile": _profile(unit, who, customer),
        "moods": bars(days),
        "proposed": next_actions.of_customer(unit, who, customer),
        "recorded": next_actions.recorded(unit, who, customer),
    }


def bars(days: list[Day]) -> list[Bar]:
    """Return days as bars, above their line where the mood was good and below where it was not."""
    drawn = []
    for place, day in enumerate(days):
        height = max(2, int(abs(day.mood) * HALF))
        way = "up" if day.mood > 0 else "down" if day.mood < 0 else "even"
        y = HALF - height if way == "up" else HALF
        drawn.append(Bar(day, x=place * BAR, y=y, height=height, way=way))
    return drawn


def _profile(unit: Unit, who: Actor, customer: UUID) -> Profile | None:
    """Return a customer's profile, worked out now; None of one who has left."""
    try:
        return profile.of_customer(unit, who, customer)
    except NoProfile:
        return None
