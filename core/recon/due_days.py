"""By when a payment must be told of: T+n of its rail, in days that people work or in all days."""

from datetime import date, timedelta

from core.crm import calendar
from core.crm.calendar import Calendar
from core.store.unit import Unit

FARTHEST = 62
"""Days that are looked through for working ones; no country rests longer."""
_DAY = timedelta(days=1)


def work_out(unit: Unit) -> None:
    """Write down the due day of every rail and day that has open items and none yet."""
    rows = unit.all(
        """
        select w.rail, w.day, t.late_days, t.working, t.calendar
        from recon_days_to_work_out w join recon_tolerances t on t.rail = w.rail
        order by w.rail, w.day limit 10000
        """
    )
    if not rows:
        return
    known = calendar.load_all(unit, {row.calendar for row in rows})
    due = [
        _due(row.day, row.late_days, known[row.calendar] if row.working else None) for row in rows
    ]
    unit.run(
        """
        insert into recon_due (rail, day, due_on)
        select * from unnest(%(rails)s::text[], %(days)s::date[], %(due)s::date[])
        """,
        rails=[row.rail for row in rows],
        days=[row.day for row in rows],
        due=due,
    )


def _due(day: date, late_days: int, working: Calendar | None) -> date:
    """Return the day that many days on; without a calendar every day counts."""
    if working is None:
        return day + late_days * _DAY
    left, due = late_days, day
    for _ in range(FARTHEST):
        if not left:
            break
        due += _DAY
        left -= working.open_on(due) is not None
    return due
