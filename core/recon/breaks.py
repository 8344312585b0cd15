"""The list of breaks, as operations go through it: a page at a time, newest first, with its age."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from core.access.actors import Actor
from core.crm.sla import PRIORITIES, Priority
from core.errors import DeskRefusal
from core.money import Money
from core.store.unit import Row, Unit

LONGEST_PAGE = 200
PERMISSION = "operations.read"
Status = Literal["open", "resolved"]


class UnknownBreak(DeskRefusal):
    """There is no such break."""

    code = "unknown_break"


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One difference between book, report and statement. Nothing sealed is in it."""

    id: UUID
    kind: str
    status: str
    how: str | None
    """Why it is none any more."""
    severity: Priority
    """As it is today: it grows with age."""
    age_days: int
    """Since the day it is about; of one that ended, until it did."""
    source: str
    nostro: str
    rail: str
    day: date
    amount: Money
    """What is at stake."""
    expected: str
    found: str
    item: int | None
    other: int | None
    settlement: UUID | None
    reference: str
    """The payment's, where the book knows it, else what the line is called."""
    case: UUID | None
    case_number: str | None
    opened_at: datetime
    resolved_at: datetime | None


_COLUMNS = """b.break_id, b.kind, b.status, b.how,
    recon_aged(b.severity, b.day, coalesce(b.resolved_at, %(now)s)::date) as severity,
    greatest(0, coalesce(b.resolved_at, %(now)s)::date - b.day) as age_days, b.source, b.nostro,
    b.currency, b.rail, b.day, b.amount, b.expected, b.found, b.item_id, b.other_id,
    b.settlement_id, coalesce(nullif(i.end_to_end, ''), nullif(i.reference, ''), '') as reference,
    b.case_id, c.case_number, b.opened_at, b.resolved_at
from recon_breaks b
left join recon_items i on i.item_id = b.item_id
left join cases c on c.id = b.case_id"""


def breaks(
    unit: Unit,
    actor: Actor,
    *,
    status: Status | None = "open",
    kind: str = "",
    after: UUID | None = None,
    limit: int = 50,
) -> list[Break]:
    """Return breaks, newest first; ``after`` is the last one of the page before, None the first.

    ``kind`` leaves only those of one kind; empty is any.

    :raises Forbidden: if their role does not look after the house
    """
    actor.require(PERMISSION)
    where = "true" if status is None else "b.status = %(status)s"
    if kind:
        where += " and b.kind = %(kind)s"
    if after is not None:
        where += """ and (b.opened_at, b.break_id) < (
            select a.opened_at, a.break_id from recon_breaks a where a.break_id = %(after)s)"""
    rows = unit.all(
        f"""
        select {_COLUMNS} where {where}
        order by b.opened_at desc, b.break_id desc limit %(limit)s
        """,
        status=status,
        kind=kind,
        after=after,
        limit=max(1, min(limit, LONGEST_PAGE)),
        now=unit.now,
    )
    return [_of(row) for row in rows]


def find(unit: Unit, actor: Actor, break_id: UUID) -> Break:
    """Return one break.

    :raises Forbidden: if their role does not look after the house
    :raises UnknownBreak: if there is none of that id
    """
    actor.require(PERMISSION)
    row = unit.maybe(f"select {_COLUMNS} where b.break_id = %(id)s", id=break_id, now=unit.now)
    if row is None:
        raise UnknownBreak
    return _of(row)


def how_many(unit: Unit, actor: Actor) -> int:
    """Return how many breaks stand open.

    :raises Forbidden: if their role does not look after the house
    """
    actor.require(PERMISSION)
    many: int = unit.value("select count(*) from recon_breaks where status = 'open'")
    return many


@dataclass(frozen=True, slots=True)
class Count:
    """How many breaks of a kind stand open at a nostro, what of, and since which day."""

    kind: str
    nostro: str
    many: int
    amount: Money
    oldest: date


def counts(unit: Unit, actor: Actor) -> list[Count]:
    """Return what stands open, by kind and nostro.

    :raises Forbidden: if their role does not look after the house
    """
    actor.require(PERMISSION)
    rows = unit.all(
        """
        select kind, nostro, breaks, amount, currency, oldest from recon_counts
        order by kind, nostro, currency
        """
    )
    return [
        Count(row.kind, row.nostro, row.breaks, Money(row.amount, row.currency), row.oldest)
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Aged:
    """How many breaks of a kind have stood open for about so long: a day, a week or more."""

    kind: str
    age: Literal["day", "week", "older"]
    many: int


def aged(unit: Unit) -> list[Aged]:
    """Return what stands open by kind and age, counted from the day each is about; for gauges."""
    rows = unit.all(
        """
        select kind, case when day >= %(today)s::date - 1 then 'day'
                when day >= %(today)s::date - 7 then 'week' else 'older' end as age,
            count(*) as many
        from recon_breaks where status = 'open' group by 1, 2 order by 1, 2
        """,
        today=unit.now.date(),
    )
    return [Aged(row.kind, row.age, row.many) for row in rows]


def _of(row: Row) -> Break:
    return Break(
        id=row.break_id,
        kind=row.kind,
        status=row.status,
        how=row.how,
        severity=PRIORITIES[row.severity],
        age_days=row.age_days,
        source=row.source,
        nostro=row.nostro,
        rail=row.rail,
        day=row.day,
        amount=Money(row.amount, row.currency),
        expected=row.expected,
        found=row.found,
        item=row.item_id,
        other=row.other_id,
        settlement=row.settlement_id,
        reference=row.reference,
        case=row.case_id,
        case_number=row.case_number,
        opened_at=row.opened_at,
        resolved_at=row.resolved_at,
    )
