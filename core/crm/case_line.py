"""Where a case stands in the queue, and when people are there: what who waits is told."""

from datetime import datetime, timedelta

from core.crm import calendar
from core.crm.case_store import Case
from core.store.unit import Unit

MOST_COUNTED = 100
"""Nobody is told a number beyond: the way there would take as long to count as to wait."""
LOOKED_AHEAD = timedelta(days=31)

# The order in which agents are given cases (`core.crm.case_queue.TAKE`); what is escalated goes to
# others and stands in nobody's way.
AHEAD = """
select count(*) from (
    select from cases c
    where c.assigned_to is null and c.status = 'Open' and (
            c.sla_breached_at is null, c.reply_breached_at is null, c.urgency, c.sla_deadline, c.id)
            < (select sla_breached_at is null, reply_breached_at is null, urgency, sla_deadline, id
               from cases where id = %(case)s)
    limit %(most)s
) before
"""


def ahead(unit: Unit, case: Case) -> int:
    """Return how many cases are taken before one that waits; ``MOST_COUNTED`` at most."""
    count: int = unit.value(AHEAD, case=case.id, most=MOST_COUNTED)
    return count


def is_claimed(unit: Unit, case: Case) -> bool:
    """Return whether a person has a case in hand, or has written to its customer.

    What the house dealt out to somebody is nobody's yet: they may not have seen it.
    """
    if case.first_replied_at is not None:
        return True
    if case.assigned_to is None:
        return False
    # The newest of those in a few rows: by whom it was last given to whoever has it.
    return bool(
        unit.value(
            """
            select by = 'agent' from case_events
            where case_id = %(case)s and what = 'assigned' order by at desc, id desc limit 1
            """,
            case=case.id,
        )
    )


def back_at(unit: Unit, country: str) -> datetime | None:
    """Return when people of a country's desk are back; None while they are there.

    None as well where nobody works there within a month.
    """
    days = calendar.load(unit, country)
    today = unit.now.astimezone(days.zone).date()
    for ahead_ in range(LOOKED_AHEAD.days):
        span = days.open_on(today + timedelta(days=ahead_))
        if span is not None and unit.now < span[1]:
            return None if span[0] <= unit.now else span[0]
    return None
