"""A made-up day in a database of its own: written, told of by others, and reconciled."""

from datetime import UTC, datetime

from bench import recon_book, recon_day
from bench.recon_day import DAYS, RAILS, Day
from core.access.actors import SYSTEM
from core.iso.statement_made import statement
from core.partners.rails.twin_books import mt940
from core.recon import imports

LATER = datetime(2026, 3, 6, 21, 0, tzinfo=UTC)
"""When the last of the files has come."""


TABLES = (
    "recon_imports", "recon_sources", "recon_items", "recon_matches", "recon_breaks", "recon_runs",
    "reconciliation_logs", "cases", "transactions",
)  # fmt: skip


def rows(unit):
    """How many rows each table has that reconciliation writes to."""
    return {one: unit.value(f"select count(*) from {one}") for one in TABLES}


def files(day: Day):
    """Every file of three days: its content, whose it is, and of which day."""
    for partner in RAILS:
        for on in DAYS:
            yield recon_day.report(day, partner, on), partner, on
    for partner, told in recon_day.statements(day):
        as_mt940 = partner == "rtgs"
        content = mt940(told) if as_mt940 else statement(told, made_at=LATER)
        yield content, partner, told.closed_on


def take_in(units, day):
    """Take every file in, each in a unit of its own; return what each brought."""
    found = []
    for content, partner, on in files(day):
        with units() as unit:
            found.append(imports.take_in(unit, SYSTEM, content, partner=partner, on=on))
    return found


def write(units, day, customer):
    recon_book.write(units, day, customer=customer)


def found(unit):
    """Every open break: its kind, and what the payment or the line is called."""
    rows = unit.all(
        """
        select b.kind, b.about, s.account, b.day,
            coalesce(nullif(i.end_to_end, ''), i.reference) as name
        from recon_breaks b left join recon_items i on i.item_id = b.item_id
        left join recon_sources s on s.source_id = b.source_id where b.status = 'open'
        """
    )
    return [(row.kind, row.name or f"{row.account} {row.day}") for row in rows]
