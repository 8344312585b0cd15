"""What happens to alerts as time passes: compliance is told of what is nearly late, and of what is.

A letter says how many things wait, and nothing of what they are: mail is read by others, too.
"""

from dataclasses import dataclass
from datetime import timedelta

from core.access.actors import SYSTEM
from core.aml import deadlines
from core.aml.guard import compliance
from core.store.unit import Unit

AT_ONCE = 200
REPORT_WARNED = timedelta(hours=12)
"""How long before a report is due whoever has its investigation is told."""


@dataclass(frozen=True, slots=True)
class Due:
    """How many alerts are nearly late or have become late, and how many reports are owed soon."""

    warned: int
    late: int
    reports: int

    @property
    def any(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.warned or self.late or self.reports)


def tick(unit: Unit) -> Due:
    """Write down what is nearly late and what is; each alert and each report is told of once."""
    with compliance(unit, SYSTEM, "aml.work"):
        late = unit.run(
            """
            update aml_alerts set breached_at = %(now)s, warned_at = coalesce(warned_at, %(now)s)
            where alert_id in (
                select alert_id from aml_alerts
                where status in ('open', 'investigating') and breached_at is null
                    and due_at <= %(now)s
                order by due_at limit %(most)s for update skip locked)
            """,
            most=AT_ONCE,
            now=unit.now,
        )
        warned = unit.run(
            """
            update aml_alerts set warned_at = %(now)s
            where alert_id in (
                select alert_id from aml_alerts
                where status in ('open', 'investigating') and breached_at is null
                    and warned_at is null
                    and "timestamp" + %(share)s * (due_at - "timestamp") <= %(now)s
                order by due_at limit %(most)s for update skip locked)
            """,
            share=deadlines.WARN_SHARE,
            most=AT_ONCE,
            now=unit.now,
        )
        reports = unit.run(
            """
            update aml_cases set report_warned_at = %(now)s
            where case_id in (
                select case_id from aml_cases
                where report_due is not null and filed_at is null and report_warned_at is null
                    and report_due <= %(soon)s
                order by report_due limit %(most)s for update skip locked)
            """,
            soon=unit.now + REPORT_WARNED,
            most=AT_ONCE,
            now=unit.now,
        )
    return Due(warned=warned, late=late, reports=reports)


def newest(unit: Unit) -> str:
    """Return what changes whenever an alert is raised, for whoever keeps live pages fresh."""
    with compliance(unit, SYSTEM, "aml.read"):
        row = unit.maybe(
            'select alert_id from aml_alerts order by "timestamp" desc, alert_id desc limit 1'
        )
    return "" if row is None else str(row.alert_id)
