"""Which files of a partner have not come yet: the reports and statements of the last days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Protocol, runtime_checkable

from core.recon.told import Kind
from core.store.unit import Unit

DAYS_BACK = 3
"""How many days that have ended are asked for again; older ones people bring."""


@runtime_checkable
class Teller(Protocol):
    """Whoever can be asked for files, over HTTP or by any other way.

    Both raise `NotReached`, `NoAnswer` or `Turned` (`core.partners`) when there is none.
    """

    def report(self, on: date, *, seconds: float) -> bytes:
        """Return a rail's report of a day."""

    def statement(self, on: date, currency: str, *, seconds: float) -> bytes:
        """Return the statement of a day of what is kept in a currency."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that should be there. A report has no currency: it is of all of them."""

    kind: Kind
    day: date
    currency: str = ""


def wanted(unit: Unit, partner: str) -> Sequence[Wanted]:
    """Return what a partner's rails have not told of yet, the oldest first.

    A day is asked for when it has ended in UTC, and so everywhere from Dakar to Dar es Salaam;
    statements only in currencies whose nostro the book has moved.
    """
    until = unit.now.astimezone(UTC).date() - timedelta(days=1)
    rows = unit.all(
        """
        with days as (
            select d::date as day
            from generate_series(%(until)s::date - %(back)s, %(until)s::date, '1 day') d
        ), expected as (
            select distinct 'report' as kind, d.day, '' as currency, null as account
            from days d cross join rails r where r.partner = %(partner)s
            union all
            select 'statement', d.day, a.currency, a.account
            from days d cross join recon_accounts a
            where a.partner = %(partner)s and exists (
                select from ledger_accounts l where l.owner is null and l.version > 0
                    and (l.kind::text, l.currency) = (a.nostro, a.currency::text))
        )
        select e.kind, e.day, e.currency from expected e
        where not exists (
            select from recon_sources s
            where s.source = e.kind and s.partner = %(partner)s and s.day = e.day
                and s.account is not distinct from e.account)
        order by e.day, e.kind, e.currency
        """,
        partner=partner,
        until=until,
        back=DAYS_BACK - 1,
    )
    return [Wanted(row.kind, row.day, row.currency) for row in rows]
