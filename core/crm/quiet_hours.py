"""When customers are left in peace, by the clock of their country, and which news wait until then.

What may not wait, and why, stands in `core.store.urgency`. What waits leaves in the order in which
it came (`core.store.held_notices`).
"""

from dataclasses import dataclass
from datetime import datetime, time

from core.access import audit
from core.access.actors import Actor
from core.errors import DeskRefusal
from core.store.unit import Unit


class BadHours(DeskRefusal):
    """Quiet hours begin and end at two different times of a country that is served."""

    code = "bad_hours"


@dataclass(frozen=True, slots=True)
class Hours:
    """The quiet hours of one country, by its own clock."""

    country: str
    begins: time
    ends: time
    source: str
    """Where they come from: a regulator, a decision."""


def listed(unit: Unit) -> list[Hours]:
    """Return the quiet hours of every country."""
    rows = unit.all("select country, begins, ends, source from quiet_hours order by country")
    return [Hours(*tuple(row)) for row in rows]


def until(unit: Unit, country: str) -> datetime | None:
    """Return when it is day again in a country; None where it is."""
    found: datetime | None = unit.value(
        "select quiet_until(%(country)s, %(now)s)", country=country, now=unit.now
    )
    return found


def change(unit: Unit, actor: Actor, hours: Hours) -> None:
    """Set the quiet hours of a country. What is held already leaves when it was to.

    :raises Forbidden: if their role may not
    :raises BadHours: if they begin when they end, or nobody is served there
    """
    actor.require("operations.act")
    changed = hours.begins != hours.ends and unit.run(
        """
        update quiet_hours set begins = %(begins)s, ends = %(ends)s, source = %(source)s
        where country = %(country)s
        """,
        country=hours.country,
        begins=hours.begins,
        ends=hours.ends,
        source=hours.source,
    )
    if not changed:
        raise BadHours
    audit.note(
        unit,
        actor,
        "quiet_hours.changed",
        subject="country",
        subject_id=hours.country,
        after={"begins": hours.begins.isoformat(), "ends": hours.ends.isoformat()},
    )
