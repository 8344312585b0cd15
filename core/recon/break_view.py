"""Breaks as operations go through them, and one of them with its three sides next to each other.

The sides are the book, the report of the rail and the statement of the nostro. What is personal in
a line is masked; whoever reads a break is noted (`seen`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from core import pii
from core.access import audit
from core.access.actors import Actor
from core.money import Money
from core.names import masked_name
from core.recon.breaks import PERMISSION, Break
from core.recon.forced import KIND
from core.recon.lines import details
from core.store.unit import Row, Unit

SHOWN_LAST = 4
MOST_LINES = 40
MOST_RUNS = 30
SIDES = ("book", "report", "statement")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one side says of a payment; amounts as the nostro sees them, what went is negative."""

    item: int
    side: str
    """book, report or statement."""
    against: str
    """Of the book's own: which source it is to be set against; else empty."""
    day: date
    amount: Money
    state: str
    end_to_end: str
    reference: str
    rail: str
    partner: str
    overcharge: Money
    """Of its fee, beyond the price of the rail."""
    name: str
    """Masked, like account and words; empty where the line has none."""
    account: str
    words: str
    is_matched: bool
    is_named: bool
    """Whether the break names this very line; the others tell of the same payment."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of reconciliation that has done anything."""

    id: UUID
    at: datetime
    by: str
    matches: int
    breaks: int
    resolved: int


def lines(unit: Unit, actor: Actor, one: Break) -> dict[str, Sequence[Line]]:
    """Return every line about a break's payment, by side; a side that says nothing is empty.

    :raises Forbidden: if their role does not look after the house
    """
    actor.require(PERMISSION)
    named = [item for item in (one.item, one.other) if item is not None]
    rows = unit.all(
        """
        with named as (
            select * from recon_items where item_id = any(%(named)s)
        ), about as (
            select item_id from named
            union
            select i.item_id from recon_items i
            where i.end_to_end <> '' and i.end_to_end in (select end_to_end from named)
        )
        select i.item_id, i.source, i.side, i.currency, i.day, i.amount, i.state, i.end_to_end,
            i.reference, i.rail, i.partner, i.overcharge, i.source_id, i.n, i.details, i.match_id
        from recon_items i join about a on a.item_id = i.item_id
        order by i.item_id limit %(most)s
        """,
        named=named,
        most=MOST_LINES,
    )
    found: dict[str, list[Line]] = {side: [] for side in SIDES}
    for row in rows:
        line = _line(unit, row, named)
        found[line.side].append(line)
    return dict(found)


def seen(unit: Unit, actor: Actor, one: Break) -> None:
    """Note that somebody read a break and what its lines say of people."""
    audit.note(
        unit,
        actor,
        "reconciliation.break_seen",
        subject="break",
        subject_id=one.id,
        fields=("lines",),
        after={"kind": one.kind},
    )


def runs(unit: Unit, actor: Actor) -> list[Run]:
    """Return the latest runs, the newest first.

    :raises Forbidden: if their role does not look after the house
    """
    actor.require(PERMISSION)
    rows = unit.all(
        """
        select run_id, at, by, matches, breaks, resolved from recon_runs
        order by at desc, run_id desc limit %(most)s
        """,
        most=MOST_RUNS,
    )
    return [Run(*tuple(row)) for row in rows]


def pending(unit: Unit, break_id: UUID) -> UUID | None:
    """Return the request to end a break by hand that waits for a decision; None without one."""
    found: UUID | None = unit.value(
        """
        select id from approvals
        where kind = %(kind)s and subject = %(subject)s and status = 'pending'
        """,
        kind=KIND,
        subject=f"break {break_id}",
    )
    return found


def _line(unit: Unit, row: Row, named: Sequence[int]) -> Line:
    told = (
        details(unit, source=row.source_id, n=row.n, sealed=row.details)
        if row.source_id is not None
        else {}
    )
    account = told.get("account", "")
    return Line(
        item=row.item_id,
        side="book" if row.side == "ours" else row.source,
        against=row.source if row.side == "ours" else "",
        day=row.day,
        amount=Money(row.amount, row.currency),
        state=row.state,
        end_to_end=row.end_to_end,
        reference=row.reference,
        rail=row.rail,
        partner=row.partner,
        overcharge=Money(row.overcharge, row.currency),
        name=masked_name(told.get("name", "")),
        account=f"***{account[-SHOWN_LAST:]}" if account else "",
        words=pii.mask(told.get("words", "")),
        is_matched=row.match_id is not None,
        is_named=row.item_id in named,
    )
