"""A statement of account: what a wallet held, every movement of a period, and what it held then.

Everything is read from the ledger, page by page, and has to add up: opening and movements make the
closing balance, or there is no statement.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from core.crm.customers import people
from core.documents.other_side import others
from core.documents.shelf import Wanted
from core.ledger import book
from core.money import Money
from core.store.unit import Unit


class DoesNotAddUp(Exception):
    """Opening, movements and closing do not agree, or change from page to page."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One line. ``amount`` is positive when money came in; ``balance`` is what was there after."""

    when: datetime
    type: str
    who: str
    """The masked name of the customer on the other side; empty when that is the bank."""
    reference: str
    amount: Money
    balance: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStatement:
    """What a statement tells. ``name`` is masked."""

    number: str
    account_no: str
    name: str
    country: str
    since: date
    until: date
    opening: Money
    movements: tuple[Movement, ...]
    closing: Money
    content_mac: str = field(repr=False)
    """The keyed hash of all of it, which shows whether a copy says what the bank wrote."""

    @property
    def money_in(self) -> Money:
        """The sum of what came in."""
        return self._sum(came_in=True)

    @property
    def money_out(self) -> Money:
        """The sum of what left, as a positive amount."""
        return self._sum(came_in=False)

    def _sum(self, *, came_in: bool) -> Money:
        signed = (one.amount.minor for one in self.movements)
        return Money(
            sum(abs(minor) for minor in signed if (minor > 0) == came_in), self.opening.currency
        )


def read(unit: Unit, wanted: Wanted) -> AccountStatement:
    """Return what a statement tells, up to the moment it was asked for.

    :raises DoesNotAddUp: if the period's lines do not lead from its opening to its closing balance
    :raises StatementBroken: if a page of the ledger does not
    """
    account = unit.one(
        """
        select a.account_no,
            %(since)s::date::timestamp at time zone o.timezone as since,
            least((%(until)s::date + 1)::timestamp at time zone o.timezone, %(asked)s) as until
        from ledger_accounts a join account_owners o on o.owner = a.owner
        where a.account_id = %(wallet)s and a.owner = %(customer)s
        """,
        wallet=wanted.wallet,
        customer=wanted.customer,
        since=wanted.since,
        until=wanted.until,
        asked=wanted.asked_at,
    )
    pages = list(_pages(unit, wanted.wallet, since=account.since, until=account.until))
    movements = tuple(one for page in pages for one in _movements(unit, page))
    opening, closing = pages[0].opening, pages[-1].closing
    _prove(opening, movements, closing)
    owner = people(unit, [wanted.customer])[wanted.customer]
    return AccountStatement(
        number=wanted.number,
        account_no=account.account_no,
        name=owner.masked_name,
        country=owner.country,
        since=wanted.since,
        until=wanted.until,
        opening=opening,
        movements=movements,
        closing=closing,
        content_mac=_mac(unit, wanted, account.account_no, (opening, movements, closing)),
    )


def _pages(
    unit: Unit, wallet: UUID, *, since: datetime, until: datetime
) -> Iterator[book.Statement]:
    after: int | None = 0
    while after is not None:
        page = book.statement(unit, wallet, since=since, until=until, after=after)
        yield page
        after = page.next


def _movements(unit: Unit, page: book.Statement) -> Iterator[Movement]:
    told = [(line.transaction_id, line.type, line.reference) for line in page.lines]
    who = others(unit, page.account_id, told)
    for line in page.lines:
        yield Movement(
            when=line.when,
            type=line.type,
            who=who.get(line.transaction_id, ""),
            reference=line.reference,
            amount=line.amount,
            balance=line.balance_after,
        )


def _prove(opening: Money, movements: tuple[Movement, ...], closing: Money) -> None:
    held = opening
    for one in movements:
        held += one.amount
        if held != one.balance:
            raise DoesNotAddUp
    if held != closing:
        raise DoesNotAddUp


def _mac(
    unit: Unit,
    wanted: Wanted,
    account_no: str,
    told: tuple[Money, tuple[Movement, ...], Money],
) -> str:
    opening, movements, closing = told
    lines = (
        f"{one.when.isoformat()} {one.reference} {one.amount} {one.balance}" for one in movements
    )
    about = f"{wanted.number} {account_no} {wanted.since} {wanted.until}"
    text = "\n".join((about, str(opening), *lines, str(closing)))
    return unit.keys.token(text, kind="statement")
