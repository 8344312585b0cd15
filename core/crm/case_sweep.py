"""What happens to cases as time passes: they are warned of, are late, and are closed.

Of answers that customers wait for see `answer_sweep`, of complaints `complaints`.

Each function does a bounded number in one statement and returns how many that were. A case that
somebody is just changing is left for the next time.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from core.crm import answer_sweep, complaints
from core.crm.answer_sweep import Letters
from core.store.outbox import Notice, queue_notices
from core.store.unit import Row, Unit

AT_ONCE = 100
MOST_ROUNDS = 50
NOTICES_AT_ONCE = 20
CLOSED_AFTER = timedelta(hours=72)
"""How long a case stays resolved, for the customer to say that it is not."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """The cases that were touched, and how."""

    late: list[UUID]
    warned: list[UUID]
    closed: list[UUID]
    unanswered: list[UUID] = field(default_factory=list)
    """An answer is nearly late, late, or has been for half as long again."""
    complaints: list[UUID] = field(default_factory=list)
    """They took longer than a complaint may."""


LATE = """
with due as (
    select id from cases
    where sla_running_since is not null and sla_breached_at is null and sla_deadline <= %(now)s
    order by sla_deadline limit %(most)s for update skip locked
), late as (
    select c.id, c.status, c.case_number, c.customer_id, c.escalated_at is null as first,
        not exists(select from case_events e
                   where e.case_id = c.id and e.what = 'sla_breached') as untold,
        row_number() over (order by c.id) as place
    from due join cases c using (id)
), escalated as (
    update cases c set status = 'Escalated', sla_breached_at = %(now)s,
        sla_warned_at = coalesce(c.sla_warned_at, %(now)s),
        escalated_at = coalesce(c.escalated_at, %(now)s), version = c.version + 1,
        updated_at = %(now)s, updated_by = 'system'
    from late where c.id = late.id
), told as (
    insert into case_events (id, case_id, at, what, by, was, became)
    select (%(ids)s::uuid[])[3 * (late.place - 1) + v.n], late.id, %(now)s, v.what, 'system',
        case v.what when 'status' then late.status end,
        case v.what when 'status' then 'Escalated' end
    from late, (values (1, 'sla_breached'), (2, 'escalated'), (3, 'status')) v (n, what)
    where v.what = 'sla_breached' or v.what = 'escalated' and late.first
        or v.what = 'status' and late.status <> 'Escalated'
)
select id, case_number, customer_id, untold from late
"""

WARN = """
with due as (
    select id from cases
    where sla_running_since is not null and sla_warned_at is null and sla_warn_at <= %(now)s
    order by sla_warn_at limit %(most)s for update skip locked
), near as (
    select id, row_number() over (order by id) as place from due
), warned as (
    update cases c set sla_warned_at = %(now)s, version = c.version + 1, updated_at = %(now)s,
        updated_by = 'system'
    from near where c.id = near.id
), told as (
    insert into case_events (id, case_id, at, what, by)
    select (%(ids)s::uuid[])[place], id, %(now)s, 'sla_warned', 'system' from near
)
select id from near
"""

CLOSE = """
with due as (
    select id from cases where status = 'Resolved' and resolved_at <= %(before)s
    order by resolved_at limit %(most)s for update skip locked
), old as (
    select id, row_number() over (order by id) as place from due
), closed as (
    update cases c set status = 'Closed', closed_at = %(now)s, version = c.version + 1,
        updated_at = %(now)s, updated_by = 'system'
    from old where c.id = old.id
), told as (
    insert into case_events (id, case_id, at, what, by, was, became)
    select (%(ids)s::uuid[])[place], id, %(now)s, 'status', 'system', 'Resolved', 'Closed' from old
)
select id from old
"""


def tick(
    unit: Callable[[], AbstractContextManager[Unit]], *, letters: Letters | None = None
) -> Ticked:
    """Do all that is due, a bounded number of cases in each of the units that ``unit`` opens.

    ``letters`` tells staff of answers that are late, in the unit that notes it.
    """
    _all(unit, lambda one: answer_sweep.start(one, most=AT_ONCE))
    return Ticked(
        # First: what is late already needs no warning any more.
        late=_all(unit, escalate_late),
        warned=_all(unit, warn),
        unanswered=_all(unit, lambda one: answer_sweep.sweep(one, most=AT_ONCE, letters=letters)),
        complaints=_all(unit, lambda one: complaints.sweep(one, most=AT_ONCE)),
        closed=_all(unit, close_old),
    )


def escalate_late(unit: Unit, *, most: int = AT_ONCE, tell: bool = True) -> list[UUID]:
    """Escalate what is past its deadline and ``tell`` each customer once; return the cases.

    Whoever works on such a case keeps it: the customer is not left alone, and others watch.
    """
    rows = unit.all(LATE, most=most, ids=_ids(unit, 3 * most), now=unit.now)
    if tell:
        _tell(unit, [row for row in rows if row.untold and row.customer_id is not None])
    return [row.id for row in rows]


def warn(unit: Unit, *, most: int = AT_ONCE) -> list[UUID]:
    """Mark what has used four fifths of its time; return the cases."""
    rows = unit.all(WARN, most=most, ids=_ids(unit, most), now=unit.now)
    return [row.id for row in rows]


def close_old(unit: Unit, *, most: int = AT_ONCE) -> list[UUID]:
    """Close what was resolved three days ago and not taken up again; return the cases."""
    rows = unit.all(
        CLOSE, most=most, ids=_ids(unit, most), before=unit.now - CLOSED_AFTER, now=unit.now
    )
    return [row.id for row in rows]


def _all(
    opened: Callable[[], AbstractContextManager[Unit]], some: Callable[[Unit], list[UUID]]
) -> list[UUID]:
    touched: list[UUID] = []
    for _ in range(MOST_ROUNDS):
        with opened() as unit:
            more = some(unit)
        touched += more
        if len(more) < AT_ONCE:
            break
    return touched


def _tell(unit: Unit, late: Sequence[Row]) -> None:
    for start in range(0, len(late), NOTICES_AT_ONCE):
        queue_notices(
            unit,
            [
                Notice(row.customer_id, "case_late", {"number": row.case_number})
                for row in late[start : start + NOTICES_AT_ONCE]
            ],
        )


def _ids(unit: Unit, count: int) -> list[UUID]:
    return [unit.new_id() for _ in range(count)]
