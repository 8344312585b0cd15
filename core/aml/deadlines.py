"""By when an alert is looked into, and by when a suspicion is reported."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from core.crm import calendar
from core.crm.calendar import Calendar
from core.store.unit import Unit

Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
"""From the most to the least urgent."""
WARN_SHARE = 0.8
"""How much of its time is used when compliance is told that an alert is nearly late."""


@dataclass(frozen=True, slots=True)
class Promise:
    """How long an alert may wait: so many working days, or so many hours by the wall clock."""

    days: float | None
    hours: int | None

    def due(self, since: datetime, at: Calendar) -> datetime:
        """Return by when an alert that was raised then is looked into."""
        if self.days is None:
            return since + timedelta(hours=self.hours or 0)
        return at.after(since, self.days * at.working_day)


def promises(unit: Unit) -> Mapping[str, Promise]:
    """Return how long an alert of each severity may wait."""
    rows = unit.all("select severity, working, hours from aml_promises()")
    return {
        row.severity: Promise(None if row.working is None else float(row.working), row.hours)
        for row in rows
    }


def due(unit: Unit, severity: Severity, country: str) -> datetime:
    """Return by when an alert that is raised now is looked into, where the customer is at home."""
    return promises(unit)[severity].due(unit.now, calendar.load(unit, country))


def report_due(unit: Unit, customer: UUID) -> datetime:
    """Return by when a suspicion that is formed now is reported.

    The law where the customer banks says how long after, by the wall clock; where none is entered,
    the shortest time holds that any says.
    """
    hours: int = unit.value(
        """
        select coalesce(min(k.hours) filter (where k.country = c.country), min(k.hours))
        from customers c cross join regulatory_kinds k
        where c.id = %(customer)s and k.type = 'str'
        """,
        customer=customer,
    )
    return unit.now + timedelta(hours=hours)


def warn_at(raised_at: datetime, due_at: datetime) -> datetime:
    """Return when most of the time of an alert is used."""
    return raised_at + WARN_SHARE * (due_at - raised_at)
