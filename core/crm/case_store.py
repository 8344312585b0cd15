"""Cases as they are kept: read, locked, saved; whatever changes leaves an event behind."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from core.crm.case_number import parse
from core.crm.sla import Answer, Clock
from core.store.unit import Row, Unit, jsonb

Status = Literal["Open", "InProgress", "PendingCustomer", "Resolved", "Closed", "Escalated"]
By = Literal["customer", "agent", "system"]
Change = tuple[str, str | None, str | None]
"""What happened, what it was before, and what it became."""
DONE = ("Resolved", "Closed")
UNFINISHED = ("Open", "InProgress", "PendingCustomer", "Escalated")
TITLE, DESCRIPTION = "cases.title", "cases.description"
MOST_LISTED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case, as it stood when it was read. Title and description are opened: mask what you show.

    ``address`` is a token; ``deadline`` is None while the customer is awaited. ``answer`` is what
    the customer waits for, the first one or the next; None while they wait for none.
    """

    id: UUID
    number: str
    customer: UUID | None
    title: str = field(repr=False)
    description: str = field(repr=False)
    status: str
    priority: str
    category: str
    sub_category: str
    assigned_to: UUID | None
    assigned_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    country: str
    channel: str
    address: str | None
    conversation: UUID | None
    source: str
    tags: tuple[str, ...]
    version: int
    first_reply_due: datetime | None
    first_replied_at: datetime | None
    waiting_since: datetime | None
    """Since when the customer has had the last word."""
    answer: Answer | None
    first_warned_at: datetime | None
    first_breached_at: datetime | None
    """When the first answer was warned of and was late; of the next ones events tell."""
    complaint_late_at: datetime | None
    language: str | None
    escalated_at: datetime | None
    reopened: int
    clock: Clock
    deadline: datetime | None
    warn_at: datetime | None
    warned_at: datetime | None
    breached_at: datetime | None
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str

    @property
    def done(self) -> bool:
        """Whether nobody needs to do anything more."""
        return self.status in DONE


COLUMNS = """c.id, c.case_number, c.customer_id, c.title, c.description, c.status, c.priority,
    c.category, c.sub_category, c.assigned_to, c.assigned_at, c.resolved_at, c.closed_at, c.country,
    c.channel, c.address, c.conversation_id, c.source, c.tags, c.version, c.first_reply_due,
    c.first_replied_at, c.waiting_since, c.escalated_at, c.reopened, c.sla_running_since,
    c.sla_used, c.sla_used_working, c.sla_deadline, c.sla_warn_at, c.sla_warned_at,
    c.sla_breached_at, c.created_at, c.created_by, c.updated_at, c.updated_by, c.language,
    c.reply_running_since, c.reply_used, c.reply_used_working, c.reply_warn_at, c.reply_due,
    c.reply_raise_at, c.reply_warned_at, c.reply_breached_at, c.reply_raised_at,
    c.first_reply_warned_at, c.first_reply_breached_at, c.complaint_late_at"""
"""Of ``cases c``, as `read` takes them."""

SAVE = """
with saved as (
    update cases set status = %(status)s, priority = %(priority)s, category = %(category)s,
        sub_category = %(sub_category)s, assigned_to = %(assigned_to)s,
        assigned_at = %(assigned_at)s, resolved_at = %(resolved_at)s, closed_at = %(closed_at)s,
        tags = %(tags)s, first_replied_at = %(first_replied_at)s,
        first_reply_due = %(first_reply_due)s, first_reply_warned_at = %(first_warned_at)s,
        first_reply_breached_at = %(first_breached_at)s, reply_running_since = %(reply_since)s,
        reply_used = %(reply_used)s, reply_used_working = %(reply_worked)s,
        reply_warn_at = %(reply_warn_at)s, reply_due = %(reply_due)s,
        reply_raise_at = %(reply_raise_at)s, reply_warned_at = %(reply_warned_at)s,
        reply_breached_at = %(reply_breached_at)s, reply_raised_at = %(reply_raised_at)s,
        waiting_since = %(waiting_since)s, escalated_at = %(escalated_at)s,
        reopened = %(reopened)s, sla_running_since = %(running_since)s, sla_used = %(used)s,
        sla_used_working = %(used_working)s, sla_deadline = %(deadline)s,
        sla_warn_at = %(warn_at)s, sla_warned_at = %(warned_at)s,
        sla_breached_at = %(breached_at)s, version = version + 1, updated_at = %(now)s,
        updated_by = %(updated_by)s
    where id = %(id)s
)
insert into case_events (id, case_id, at, what, by, actor, was, became)
select e.id, %(id)s, %(now)s, e.what, %(by)s, %(actor)s, e.was, e.became
from jsonb_to_recordset(%(events)s) e(id uuid, what text, was text, became text)
"""


def read(unit: Unit, row: Row) -> Case:
    """Return a row of ``COLUMNS`` as a case; columns after them are left alone."""
    return Case(
        id=row.id,
        number=row.case_number,
        customer=row.customer_id,
        title=unit.keys.open(row.title, field=TITLE, row=row.id),
        description=unit.keys.open(row.description, field=DESCRIPTION, row=row.id),
        status=row.status,
        priority=row.priority,
        category=row.category,
        sub_category=row.sub_category,
        assigned_to=row.assigned_to,
        assigned_at=row.assigned_at,
        resolved_at=row.resolved_at,
        closed_at=row.closed_at,
        country=row.country,
        channel=row.channel,
        address=row.address,
        conversation=row.conversation_id,
        source=row.source,
        tags=tuple(row.tags),
        version=row.version,
        first_reply_due=row.first_reply_due,
        first_replied_at=row.first_replied_at,
        waiting_since=row.waiting_since,
        answer=None if row.waiting_since is None else _answer(row),
        first_warned_at=row.first_reply_warned_at,
        first_breached_at=row.first_reply_breached_at,
        complaint_late_at=row.complaint_late_at,
        language=row.language,
        escalated_at=row.escalated_at,
        reopened=row.reopened,
        clock=Clock(row.sla_running_since, row.sla_used, row.sla_used_working),
        deadline=row.sla_deadline,
        warn_at=row.sla_warn_at,
        warned_at=row.sla_warned_at,
        breached_at=row.sla_breached_at,
        created_at=row.created_at,
        created_by=row.created_by,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )


def get(unit: Unit, id: UUID) -> Case:  # noqa: A002 - a case's id
    """Return a case by its id; asking for one that is not there is a bug."""
    return read(unit, unit.one(f"select {COLUMNS} from cases c where c.id = %(id)s", id=id))


def find(unit: Unit, number: str) -> Case | None:
    """Return a case by its number, typed as people do; None when it is none of ours."""
    known = parse(number)
    if known is None:
        return None
    row = unit.maybe(
        f"select {COLUMNS} from cases c where c.case_number = %(number)s", number=known
    )
    return None if row is None else read(unit, row)


def of_customer(
    unit: Unit, customer: UUID, *, limit: int = 20, after: Case | None = None
) -> list[Case]:
    """Return a customer's cases, newest first; ``after`` is the last of the page before."""
    rows = unit.all(
        f"""
        select {COLUMNS} from cases c
        where c.customer_id = %(customer)s and (%(at)s::timestamptz is null
            or (c.created_at, c.id) < (%(at)s::timestamptz, %(id)s::uuid))
        order by c.created_at desc, c.id desc limit %(limit)s
        """,
        customer=customer,
        at=None if after is None else after.created_at,
        id=None if after is None else after.id,
        limit=min(limit, MOST_LISTED),
    )
    return [read(unit, row) for row in rows]


def unfinished_of(unit: Unit, customer: UUID) -> list[str]:
    """Return the numbers of a customer's cases that are not done, newest first; at most 200."""
    rows = unit.all(
        """
        select case_number from cases
        where customer_id = %(customer)s and status = any(%(statuses)s)
        order by created_at desc, id desc limit %(most)s
        """,
        customer=customer,
        statuses=list(UNFINISHED),
        most=MOST_LISTED,
    )
    return [row.case_number for row in rows]


def lock(unit: Unit, id: UUID) -> Case:  # noqa: A002
    """Return a case as it is now, and keep others from changing it until the unit ends.

    Turns of customers lock the conversation first and then the case: whoever needs both must too.
    """
    return read(
        unit, unit.one(f"select {COLUMNS} from cases c where c.id = %(id)s for update", id=id)
    )


def save(
    unit: Unit,
    before: Case,
    after: Case,
    *,
    by: By,
    actor: UUID | None,
    also: Sequence[Change] = (),
) -> Case:
    """Keep what became of a locked case, tell it in events, and return the case as it is now.

    ``also`` are events besides those of the fields that changed.
    """
    told = [*_changes(before, after), *also]
    unit.run(
        SAVE,
        id=after.id,
        status=after.status,
        priority=after.priority,
        category=after.category,
        sub_category=after.sub_category,
        assigned_to=after.assigned_to,
        assigned_at=after.assigned_at,
        resolved_at=after.resolved_at,
        closed_at=after.closed_at,
        tags=list(after.tags),
        first_replied_at=after.first_replied_at,
        first_reply_due=after.first_reply_due,
        first_warned_at=after.first_warned_at,
        first_breached_at=after.first_breached_at,
        **answer_columns(after.answer),
        waiting_since=after.waiting_since,
        escalated_at=after.escalated_at,
        reopened=after.reopened,
        running_since=after.clock.running_since,
        used=after.clock.used,
        used_working=after.clock.used_working,
        deadline=after.deadline,
        warn_at=after.warn_at,
        warned_at=after.warned_at,
        breached_at=after.breached_at,
        updated_by=signature(by, actor),
        by=by,
        actor=actor,
        events=jsonb(
            [
                {"id": str(unit.new_id()), "what": what, "was": was, "became": became}
                for what, was, became in told
            ]
        ),
        now=unit.now,
    )
    return get(unit, after.id)


def answer_columns(answer: Answer | None) -> dict[str, object]:
    """Return the columns of an answer that is awaited, by the names that statements give them."""
    kept = answer or Answer(Clock(None))
    return {
        "reply_since": kept.clock.running_since,
        "reply_used": kept.clock.used,
        "reply_worked": kept.clock.used_working,
        "reply_warn_at": kept.warn_at,
        "reply_due": kept.due,
        "reply_raise_at": kept.raise_at,
        "reply_warned_at": kept.warned_at,
        "reply_breached_at": kept.breached_at,
        "reply_raised_at": kept.raised_at,
    }


def signature(by: str, actor: UUID | None) -> str:
    """Return what stands in ``created_by`` and ``updated_by``."""
    return f"staff:{actor}" if by == "agent" and actor is not None else by


def _answer(row: Row) -> Answer:
    return Answer(
        clock=Clock(row.reply_running_since, row.reply_used, row.reply_used_working),
        warn_at=row.reply_warn_at,
        due=row.reply_due,
        raise_at=row.reply_raise_at,
        warned_at=row.reply_warned_at,
        breached_at=row.reply_breached_at,
        raised_at=row.reply_raised_at,
    )


def _changes(before: Case, after: Case) -> list[Change]:
    pairs = (
        ("escalated", before.escalated_at is not None, after.escalated_at is not None),
        ("assigned", before.assigned_to, after.assigned_to),
        ("priority", before.priority, after.priority),
        ("category", before.category, after.category),
        ("sub_category", before.sub_category, after.sub_category),
        ("status", before.status, after.status),
        ("first_reply", before.first_replied_at, after.first_replied_at),
    )
    return [
        (what, _told(what, was), _told(what, became))
        for what, was, became in pairs
        if was != became
    ]


def _told(what: str, value: object) -> str | None:
    """Return a value as an event keeps it; of instants and flags the event's own time says all."""
    return None if value is None or what in ("escalated", "first_reply") else str(value)
