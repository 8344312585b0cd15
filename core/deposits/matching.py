"""Whose money is it? Found by what the payer wrote: a deposit, an account number, a phone.

Where nothing was written the phone that paid decides. What was written and is nobody's is not
guessed at: the payer meant somebody.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from core.crm import customers
from core.ledger.account_no import is_account_no
from core.phone import NotAPhone, parse
from core.store.unit import Unit

Why = Literal["unknown_payee", "account_closed", "account_frozen", "over_ceiling", "other_currency"]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a payment is, and the wallet that takes it; None says ``why`` none does."""

    customer: UUID | None
    wallet: UUID | None
    why: Why | None = None


NOBODY = Owner(None, None, "unknown_payee")


def find(unit: Unit, *, account: str, payer_phone: str, currency: str, country: str) -> Owner:
    """Return whose a payment is by what the payer wrote, or by the phone (E.164) that paid.

    ``country`` is whose way of writing phone numbers is understood.
    """
    written = "".join(account.split()).replace("-", "")
    if not written:
        return _by_phone(unit, payer_phone, currency)
    if is_account_no(written):
        return _by_account(unit, written, currency)
    try:
        return _by_phone(unit, parse(written, country), currency)
    except NotAPhone:
        return NOBODY


def wallet_of(unit: Unit, customer: UUID, currency: str, *, first: UUID | None = None) -> Owner:
    """Return the open wallet of a customer that takes a currency, ``first`` before others."""
    rows = unit.all(
        """
        select w.wallet_id, w.currency, w.status from wallets w join customers c on c.id = w.user_id
        where w.user_id = %(customer)s
        order by w.wallet_id = %(first)s::uuid desc nulls last,
            w.wallet_id = c.default_wallet desc nulls last, w.wallet_id limit 100
        """,
        customer=customer,
        first=first,
    )
    opened = [row for row in rows if row.status != "closed"]
    taking = [row for row in opened if row.currency == currency]
    if taking:
        return Owner(customer, taking[0].wallet_id)
    return Owner(customer, None, "other_currency" if opened else "account_closed")


def _by_account(unit: Unit, account_no: str, currency: str) -> Owner:
    row = unit.maybe(
        "select wallet_id, user_id from wallets where account_no = %(number)s", number=account_no
    )
    return NOBODY if row is None else wallet_of(unit, row.user_id, currency, first=row.wallet_id)


def _by_phone(unit: Unit, phone: str, currency: str) -> Owner:
    customer = customers.find_by_phone(unit, phone) if phone else None
    return NOBODY if customer is None else wallet_of(unit, customer, currency)
