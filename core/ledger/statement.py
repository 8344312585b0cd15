"""Statements: what an account held, every line since, and what it holds now; proven when read."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from core.money import Money
from core.store.unit import Row, Unit

LONGEST_PAGE = 500
LONGEST_RECENT = 20


class StatementBroken(Exception):
    """The entries do not add up to the balance: the book was tampered with."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of an account. ``amount`` is positive when money came in."""

    transaction_id: UUID
    version: int
    when: datetime
    value_date: date
    type: str
    amount: Money
    balance_after: Money
    reference: str
    note: str
    other: UUID  # the account on the other side of the leg

    @property
    def incoming(self) -> bool:
        """Whether money came in."""
        return self.amount.minor > 0


@dataclass(frozen=True, slots=True)
class Statement:
    """A page of a period: from ``since`` on and before ``until``.

    ``opening`` and ``closing`` are the period's; ``brought`` and ``carried`` the page's. ``next``
    is where the next page starts, None on the last.
    """

    account_id: UUID
    since: datetime
    until: datetime
    opening: Money
    closing: Money
    brought: Money
    lines: tuple[Line, ...]
    carried: Money
    next: int | None


_LINES = """
    select e.transaction_id, e.version, e.posted_at, t.value_date, t.type, e.amount,
           e.balance_after, t.reference, t.note, o.account_id as other
      from ledger_entries e
      join transactions t on t.transaction_id = e.transaction_id
      join ledger_entries o on o.transaction_id = e.transaction_id and o.leg = e.leg
                           and sign(o.amount) <> sign(e.amount)
"""


def statement(
    unit: Unit,
    account: UUID,
    *,
    since: datetime,
    until: datetime,
    after: int = 0,
    limit: int = LONGEST_PAGE,
) -> Statement:
    """Return a page of an account's entries; ``after`` is the ``next`` of the page before.

    :raises StatementBroken: if opening, lines and closing do not agree
    """
    period = unit.one(
        "select a.currency, p.first, p.last,"
        " coalesce((select balance_after from ledger_entries e"
        "            where e.account_id = a.account_id and e.version = p.first), 0) as opening,"
        " coalesce((select balance_after from ledger_entries e"
        "            where e.account_id = a.account_id and e.version = p.last), 0) as closing,"
        " coalesce((select balance_after from ledger_entries e where e.account_id = a.account_id"
        "            and e.version = greatest(p.first, %(after)s)), 0) as brought"
        " from ledger_accounts a, lateral (select"
        "   ledger_version_before(a.account_id, %(since)s) as first,"
        "   ledger_version_before(a.account_id, %(until)s) as last) p"
        " where a.account_id = %(account)s",
        account=account,
        since=since,
        until=max(since, until),
        after=after,
    )
    if period.first is None or period.last is None:
        raise StatementBroken(f"account {account}: entries are missing")
    limit = max(1, min(limit, LONGEST_PAGE))
    rows = unit.all(
        f"{_LINES} where e.account_id = %(account)s and e.version > %(first)s"
        " and e.version <= %(last)s order by e.version limit %(limit)s",
        account=account,
        first=max(period.first, after),
        last=period.last,
        limit=limit,
    )
    lines = tuple(_line(row, period.currency) for row in rows)
    end = lines[-1].version if lines else max(period.first, after)
    brought = Money(period.brought, period.currency)
    page = Statement(
        account_id=account,
        since=since,
        until=until,
        opening=Money(period.opening, period.currency),
        closing=Money(period.closing, period.currency),
        brought=brought,
        lines=lines,
        carried=lines[-1].balance_after if lines else brought,
        next=end if end < period.last else None,
    )
    _prove(page)
    return page


def recent(unit: Unit, account: UUID, *, limit: int) -> list[Line]:
    """Return an account's last entries, newest first, at most twenty."""
    currency = unit.value(
        "select currency from ledger_accounts where account_id = %(account)s", account=account
    )
    rows = unit.all(
        f"{_LINES} where e.account_id = %(account)s order by e.version desc limit %(limit)s",
        account=account,
        limit=max(0, min(limit, LONGEST_RECENT)),
    )
    return [_line(row, currency) for row in rows]


def balance_at(unit: Unit, account: UUID, moment: datetime) -> Money:
    """Return what the account held at a moment, entries of that very moment included.

    :raises StatementBroken: if an entry is missing
    """
    row = unit.one(
        "select a.currency, v.version, coalesce((select balance_after from ledger_entries e"
        "   where e.account_id = a.account_id and e.version = v.version), 0) as balance"
        " from ledger_accounts a,"
        " lateral (select ledger_version_before(a.account_id, %(before)s) as version) v"
        " where a.account_id = %(account)s",
        account=account,
        before=moment + timedelta(microseconds=1),
    )
    if row.version is None:
        raise StatementBroken(f"account {account}: entries are missing")
    return Money(row.balance, row.currency)


def _line(row: Row, currency: str) -> Line:
    return Line(
        transaction_id=row.transaction_id,
        version=row.version,
        when=row.posted_at,
        value_date=row.value_date,
        type=row.type,
        amount=Money(row.amount, currency),
        balance_after=Money(row.balance_after, currency),
        reference=row.reference,
        note=row.note,
        other=row.other,
    )


def _prove(page: Statement) -> None:
    held = page.brought
    for line in page.lines:
        held += line.amount
        if held != line.balance_after:
            raise StatementBroken(f"account {page.account_id}, entry {line.version}")
    if page.next is None and held != page.closing:
        raise StatementBroken(f"account {page.account_id}: closing is {page.closing}, not {held}")
    if not page.lines and page.next is not None:
        raise StatementBroken(f"account {page.account_id}: entries are missing")
