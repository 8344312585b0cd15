"""Complaints that take longer than 48 hours: supervisors, the customer and compliance hear of them.

The 48 hours are counted by the wall clock from the opening, whoever is awaited meanwhile: it is how
long somebody has had cause to complain. Compliance sees such a case in a list of its own, which has
to do with how customers are served and with nothing that anybody is suspected of.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.access import audit
from core.access.actors import Actor
from core.errors import DeskRefusal
from core.store.outbox import Notice, queue_notices
from core.store.unit import Unit

CATEGORY = "Complaint"
WITHIN = timedelta(hours=48)
PERMISSION = "complaints.review"
NOTICES_AT_ONCE = 20
MOST_LISTED = 200

SWEEP = """
with due as (
    select id from cases
    where category = 'Complaint' and complaint_late_at is null and created_at <= %(before)s
        and status in ('Open', 'InProgress', 'PendingCustomer', 'Escalated')
    order by created_at limit %(most)s for update skip locked
), late as (
    select c.id, c.status, c.case_number, c.customer_id, c.escalated_at is null as first,
        c.status <> 'PendingCustomer' and c.status <> 'Escalated' as moves,
        row_number() over (order by c.id) as place
    from due join cases c using (id)
), escalated as (
    update cases c set complaint_late_at = %(now)s,
        status = case when late.moves then 'Escalated' else c.status end,
        escalated_at = coalesce(c.escalated_at, %(now)s), version = c.version + 1,
        updated_at = %(now)s, updated_by = 'system'
    from late where c.id = late.id
), told as (
    insert into case_events (id, case_id, at, what, by, was, became)
    select (%(ids)s::uuid[])[4 * (late.place - 1) + v.n], late.id, %(now)s, v.what, 'system',
        case v.what when 'status' then late.status end,
        case v.what when 'status' then 'Escalated' end
    from late, (values (1, 'complaint_late'), (2, 'escalated'), (3, 'status')) v (n, what)
    where v.what = 'complaint_late' or v.what = 'escalated' and late.first
        or v.what = 'status' and late.moves
), flagged as (
    insert into compliance_flags (id, case_id, why, flagged_at)
    select (%(ids)s::uuid[])[4 * late.place], late.id, 'complaint_late', %(now)s from late
    on conflict (case_id, why) do nothing
)
select id, case_number, customer_id from late
"""

LISTED = """
select f.id, f.case_id, f.flagged_at, f.seen_at, f.seen_by, c.case_number, c.status, c.priority,
    c.created_at, c.assigned_to
from compliance_flags f join cases c on c.id = f.case_id
where (f.seen_at is null) = %(open)s and (%(after)s::uuid is null
    or (f.flagged_at, f.id) {beyond} (select l.flagged_at, l.id from compliance_flags l
                                      where l.id = %(after)s))
order by f.flagged_at {way}, f.id {way} limit %(limit)s
"""


class NoSuchFlag(DeskRefusal):
    """No case is flagged under that id, or somebody has seen to it already."""

    code = "no_such_flag"


@dataclass(frozen=True, slots=True)
class Flag:
    """A complaint that took too long, without any of its words."""

    id: UUID
    case: UUID
    number: str
    status: str
    priority: str
    opened_at: datetime
    flagged_at: datetime
    assigned_to: UUID | None
    seen_at: datetime | None
    seen_by: UUID | None


def sweep(unit: Unit, *, most: int, tell: bool = True) -> list[UUID]:
    """Escalate complaints older than 48 hours, flag each and ``tell`` its customer, once.

    Whoever works on one keeps it; one that waits for its customer goes on waiting, and counts as
    escalated all the same. Returns the cases.
    """
    rows = unit.all(
        SWEEP,
        most=most,
        ids=[unit.new_id() for _ in range(4 * most)],
        before=unit.now - WITHIN,
        now=unit.now,
    )
    told = [row for row in rows if tell and row.customer_id is not None]
    for start in range(0, len(told), NOTICES_AT_ONCE):
        queue_notices(
            unit,
            [
                Notice(row.customer_id, "complaint_late", {"number": row.case_number})
                for row in told[start : start + NOTICES_AT_ONCE]
            ],
        )
    return [row.id for row in rows]


def page(
    unit: Unit, actor: Actor, *, seen: bool = False, after: UUID | None = None, limit: int = 50
) -> list[Flag]:
    """Return flagged complaints: those nobody saw to, oldest first, or ``seen`` ones, newest first.

    ``after`` is the last of the page before.

    :raises Forbidden: if they do not look after complaints
    """
    actor.require(PERMISSION)
    rows = unit.all(
        LISTED.format(beyond="<" if seen else ">", way="desc" if seen else "asc"),
        open=not seen,
        after=after,
        limit=max(1, min(limit, MOST_LISTED)),
    )
    return [
        Flag(
            id=row.id,
            case=row.case_id,
            number=row.case_number,
            status=row.status,
            priority=row.priority,
            opened_at=row.created_at,
            flagged_at=row.flagged_at,
            assigned_to=row.assigned_to,
            seen_at=row.seen_at,
            seen_by=row.seen_by,
        )
        for row in rows
    ]


def see_to(unit: Unit, actor: Actor, flag: UUID, reason: str) -> None:
    """Note that compliance has looked into a complaint that took too long, and what came of it.

    :raises Forbidden: if they do not look after complaints
    :raises NoSuchFlag: if there is none, or somebody has seen to it already
    """
    actor.require(PERMISSION)
    case: UUID | None = unit.value(
        """
        update compliance_flags set seen_at = %(now)s, seen_by = %(by)s
        where id = %(id)s and seen_at is null and %(by)s::uuid is not null returning case_id
        """,
        id=flag,
        by=actor.id,
        now=unit.now,
    )
    if case is None:
        raise NoSuchFlag
    customer = unit.value("select customer_id from cases where id = %(case)s", case=case)
    audit.note(
        unit,
        actor,
        "complaint.seen_to",
        subject="case",
        subject_id=case,
        customer=customer,
        reason=reason,
    )
