"""Accounts: opening them, reading what they hold, and what the ledger is told of their owners."""

from dataclasses import dataclass
from uuid import UUID

from core.ledger.account_no import next_account_no
from core.ledger.refusals import refusal
from core.money import Money
from core.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account holds: in the book, set aside, on its way in, and free to spend."""

    posted: Money
    held: Money
    incoming: Money
    available: Money


@dataclass(frozen=True, slots=True)
class WalletBalance:
    """One of a customer's accounts and what it holds."""

    account_id: UUID
    account_no: str | None
    kind: str
    status: str
    balance: Balance

    @property
    def currency(self) -> str:
        """The account's currency."""
        return self.balance.posted.currency


def set_owner(
    unit: Unit,
    *,
    owner: UUID,
    country: str,
    tier: int,
    home_currency: str | None = None,
    timezone: str | None = None,
) -> None:
    """Tell the ledger of a customer, or of a change of tier; accounts are opened after that.

    Home currency and time zone are the country's unless given; the ceilings of all the customer's
    accounts move to the tier's.

    :raises NoRate: if an account in another currency cannot be valued
    """
    row = unit.one(
        "select code, facts from ledger_set_owner(%(owner)s, %(country)s, %(tier)s::smallint,"
        " %(home_currency)s, %(timezone)s, %(now)s)",
        owner=owner,
        country=country,
        tier=tier,
        home_currency=home_currency,
        timezone=timezone,
        now=unit.now,
    )
    if row.code != "set":
        raise refusal(row.code, row.facts)


def open_account(
    unit: Unit,
    *,
    owner: UUID | None,
    currency: str,
    kind: str = "wallet",
    account_no: str | None = None,
    floor: int | None = 0,
    ceiling: int | None = None,
    account_id: UUID | None = None,
) -> UUID:
    """Open an account and return its id; with ``account_id``, once however often it is asked.

    Floor and ceiling are in minor units; None is no floor. The ceiling is never above the
    tier's. A customer's account gets the next account number unless one is given.

    :raises NoRate: if the tier's ceiling cannot be valued in the account's currency
    """
    if owner is not None and account_no is None:
        account_no = next_account_no(unit)
    row = unit.one(
        "select account, code, facts from ledger_open_account(%(account_id)s, %(owner)s, %(kind)s,"
        " %(currency)s, %(account_no)s, %(floor)s, %(ceiling)s, %(now)s)",
        account_id=account_id,
        owner=owner,
        kind=kind,
        currency=currency,
        account_no=account_no,
        floor=floor,
        ceiling=ceiling,
        now=unit.now,
    )
    if row.code != "opened":
        raise refusal(row.code, row.facts)
    opened: UUID = row.account
    return opened


def system_account(unit: Unit, kind: str, currency: str, *, spread_by: UUID | None = None) -> UUID:
    """Return the bank's own account of a kind, such as ``cash``, opening it at need.

    Some kinds are striped, so that postings do not queue for one row. ``spread_by``, the id of the
    transaction that will use the account, picks its stripe; without it, it is the first.
    """
    account: UUID = unit.value(
        "select ledger_system_account(%(kind)s, %(currency)s, %(now)s, %(spread_by)s)",
        kind=kind.removesuffix(f":{currency}"),
        currency=currency,
        spread_by=spread_by,
        now=unit.now,
    )
    return account


_HOLDINGS = (
    "a.posted, a.held, a.incoming, a.posted - a.held - coalesce(a.floor, 0) as available,"
    " a.currency"
)


def balance(unit: Unit, account: UUID) -> Balance:
    """Return what an account holds now."""
    row = unit.one(
        f"select {_HOLDINGS} from ledger_accounts a where account_id = %(account)s", account=account
    )
    return _balance(row.posted, row.held, row.incoming, row.available, row.currency)


def balances(unit: Unit, owner: UUID) -> list[WalletBalance]:
    """Return a customer's open accounts, those in the home currency first, then by currency."""
    rows = unit.all(
        f"select a.account_id, a.account_no, a.kind, a.status, {_HOLDINGS}"
        " from ledger_accounts a join account_owners o on o.owner = a.owner"
        " where a.owner = %(owner)s and a.status <> 'closed'"
        " order by a.currency <> o.home_currency, a.currency, a.opened_at, a.account_id limit 100",
        owner=owner,
    )
    return [
        WalletBalance(
            row.account_id,
            row.account_no,
            row.kind,
            row.status,
            _balance(row.posted, row.held, row.incoming, row.available, row.currency),
        )
        for row in rows
    ]


def _balance(posted: int, held: int, incoming: int, available: int, currency: str) -> Balance:
    return Balance(
        Money(posted, currency),
        Money(held, currency),
        Money(incoming, currency),
        Money(available, currency),
    )
