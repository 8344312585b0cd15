"""Wallets: a customer's accounts in the ledger, one currency each, one of them the default."""

from dataclasses import dataclass
from uuid import UUID

from core.ledger import book
from core.ledger.account_no import next_account_no
from core.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Wallet:
    """A wallet that was opened."""

    id: UUID
    account_no: str
    currency: str


def open_wallet(unit: Unit, customer: UUID, currency: str, *, wallet: UUID | None = None) -> Wallet:
    """Open another wallet for a customer the ledger knows; its ceiling is the tier's."""
    number = next_account_no(unit)
    opened = book.open_account(
        unit, owner=customer, currency=currency, kind="wallet", account_no=number, account_id=wallet
    )
    return Wallet(opened, number, currency)


def default_wallet(unit: Unit, customer: UUID) -> UUID:
    """Return the wallet a customer pays from and is paid into unless they say otherwise."""
    found: UUID = unit.one(
        "select default_wallet from customers where id = %(customer)s", customer=customer
    ).default_wallet
    return found


def set_default(unit: Unit, customer: UUID, wallet: UUID) -> None:
    """Make a wallet the customer's default.

    :raises LookupError: if the wallet is not theirs, or is closed
    """
    changed = unit.run(
        """
        update customers c set default_wallet = %(wallet)s, updated_at = %(now)s,
            updated_by = 'customer'
        from wallets w
        where c.id = %(customer)s and w.wallet_id = %(wallet)s and w.user_id = c.id
            and w.status <> 'closed'
        """,
        customer=customer,
        wallet=wallet,
        now=unit.now,
    )
    if not changed:
        raise LookupError("a default wallet is one of the customer's own")
