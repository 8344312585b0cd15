"""What happens to answers that customers wait for: warned of, late, and raised to supervisors.

One statement a round does a bounded number of cases, whichever of the three has come, so each comes
once: at the first look at its instant or after it. Where several have come since the last look they
are noted together. A case that somebody is just changing is left for the next time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from core.crm import calendar, cases
from core.crm.case_store import COLUMNS, answer_columns, read
from core.store.unit import Row, Unit

Came = Literal["warned", "breached", "raised"]
NEXT = """(case when reply_warned_at is null then reply_warn_at
    when reply_breached_at is null then reply_due
    when reply_raised_at is null then reply_raise_at end)"""
"""When something happens next to an answer: as the index ``cases_reply_next`` has it."""

SWEEP = f"""
with due as (
    select id from cases
    where reply_running_since is not null and {NEXT} <= %(now)s
    order by {NEXT} limit %(most)s for update skip locked
), seen as (
    select c.id, c.case_number, c.assigned_to, c.first_replied_at is null as first,
        c.reply_warned_at is null as warned,
        c.reply_breached_at is null and c.reply_due <= %(now)s as breached,
        c.reply_raised_at is null and c.reply_raise_at <= %(now)s as raised,
        row_number() over (order by c.id) as place
    from due join cases c using (id)
), marked as (
    update cases c set reply_warned_at = coalesce(c.reply_warned_at, %(now)s),
        reply_breached_at = case when seen.breached then %(now)s else c.reply_breached_at end,
        reply_raised_at = case when seen.raised then %(now)s else c.reply_raised_at end,
        first_reply_warned_at = case when seen.first
            then coalesce(c.first_reply_warned_at, %(now)s) else c.first_reply_warned_at end,
        first_reply_breached_at = case when seen.first and seen.breached
            then %(now)s else c.first_reply_breached_at end,
        version = c.version + 1, updated_at = %(now)s, updated_by = 'system'
    from seen where c.id = seen.id
), told as (
    insert into case_events (id, case_id, at, what, by)
    select (%(ids)s::uuid[])[3 * (seen.place - 1) + v.n], seen.id, %(now)s,
        case when seen.first then 'first' else 'next' end || '_reply_' || v.what, 'system'
    from seen, (values (1, 'warned'), (2, 'breached'), (3, 'raised')) v (n, what)
    where v.what = 'warned' and seen.warned or v.what = 'breached' and seen.breached
        or v.what = 'raised' and seen.raised
)
select id, case_number, assigned_to, first, warned, breached, raised from seen order by place
"""

UNCLOCKED = f"""
select {COLUMNS} from cases c
where c.waiting_since is not null and c.reply_running_since is null
    and c.status in ('Open', 'InProgress', 'Escalated')
order by c.waiting_since limit %(most)s for update skip locked
"""

START = """
update cases set reply_running_since = %(reply_since)s, reply_used = %(reply_used)s,
    reply_used_working = %(reply_worked)s, reply_warn_at = %(reply_warn_at)s,
    reply_due = %(reply_due)s, reply_raise_at = %(reply_raise_at)s,
    reply_warned_at = %(reply_warned_at)s, reply_breached_at = %(reply_breached_at)s,
    reply_raised_at = %(reply_raised_at)s, first_reply_due = %(first_due)s
where id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class Owed:
    """An answer that a customer waits for, and what has come of it now."""

    case: UUID
    number: str
    assigned_to: UUID | None
    first: bool
    """It is the first one; or else the next."""
    came: frozenset[Came]


Letters = Callable[[Unit, Sequence[Owed]], None]
"""Tells staff of answers that are late or raised, in the unit that notes it."""


def sweep(unit: Unit, *, most: int, letters: Letters | None = None) -> list[UUID]:
    """Note what has come of answers that customers wait for; return the cases."""
    rows = unit.all(SWEEP, most=most, ids=[unit.new_id() for _ in range(3 * most)], now=unit.now)
    owed = [Owed(row.id, row.case_number, row.assigned_to, row.first, _came(row)) for row in rows]
    heard = [one for one in owed if one.came - {"warned"}]
    if letters is not None and heard:
        letters(unit, heard)
    return [one.case for one in owed]


def start(unit: Unit, *, most: int) -> list[UUID]:
    """Start the clocks of customers who wait without one, from when they did; return the cases.

    That is how cases stand which were opened before answers had clocks.
    """
    found = [read(unit, row) for row in unit.all(UNCLOCKED, most=most)]
    days = calendar.load_all(unit, {one.country for one in found}) if found else {}
    for one in found:
        started = cases.answering(one, days[one.country], unit.now, since=one.waiting_since)
        unit.run(
            START,
            id=one.id,
            first_due=started.first_reply_due,
            **answer_columns(started.answer),
        )
    return [one.id for one in found]


def _came(row: Row) -> frozenset[Came]:
    came: list[tuple[Came, bool]] = [
        ("warned", row.warned),
        ("breached", row.breached),
        ("raised", row.raised),
    ]
    return frozenset(what for what, now in came if now)
