"""What compliance finds in the demo: money that went round among three friends."""

from datetime import timedelta

from core.store.unit import Unit
from core.watch import run

DAYS = 3
"""How many days are gone through: those since the money went round."""


def load(unit: Unit) -> None:
    """Go through the last days as the scheduler does; the round is found, and raises an alert."""
    today = unit.now.date()
    for back in range(DAYS, 0, -1):
        run.watch(unit, today - timedelta(days=back))
