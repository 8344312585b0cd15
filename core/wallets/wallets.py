"""Wallets: a customer's accounts in the ledger, several in one currency if they like.

One in the home currency is the default: what a customer pays in that currency leaves it, and what
they are paid arrives there. In other currencies, and behind the default, the oldest comes first.
"""

from dataclasses import dataclass
from uuid import UUID

from core.errors import Refusal
from core.ledger import book
from core.ledger.account_no import next_account_no
from core.money import Money
from core.store.unit import Unit

MOST_WALLETS = 10
SEALED = "wallet_labels.label"


class TooManyWallets(Refusal):
    """The customer has as many wallets as there may be. Fact: ``most``."""

    code = "too_many_wallets"


class WalletNameTaken(Refusal):
    """Another wallet of the customer's is called so. Fact: ``label``."""

    code = "wallet_name_taken"


class WalletGone(Refusal):
    """The customer has no such wallet (any more)."""

    code = "wallet_gone"


@dataclass(frozen=True, slots=True)
class Wallet:
    """A wallet that was opened."""

    id: UUID
    account_no: str
    currency: str


@dataclass(frozen=True, slots=True)
class OwnWallet:
    """A wallet as its owner reads it."""

    id: UUID
    account_no: str
    label: str
    """The owner's name for it; empty when it has none."""
    available: Money
    """What may be spent now."""
    held: Money
    """What is set aside for payments under way, and not in ``available``."""
    is_default: bool

    @property
    def currency(self) -> str:
        """The wallet's currency."""
        return self.available.currency

    @property
    def name(self) -> str:
        """What it is called: its label, else its currency and the end of its number."""
        return self.label or f"{self.currency} {self.account_no[-4:]}"


def open_wallet(unit: Unit, customer: UUID, currency: str, *, wallet: UUID | None = None) -> Wallet:
    """Open another wallet for a customer the ledger knows; its ceiling is the tier's."""
    number = next_account_no(unit)
    opened = book.open_account(
        unit, owner=customer, currency=currency, kind="wallet", account_no=number, account_id=wallet
    )
    return Wallet(opened, number, currency)


def open_further(unit: Unit, customer: UUID, currency: str, *, label: str = "") -> Wallet:
    """Open another wallet as its owner asks, under a name of theirs if they give one.

    :raises TooManyWallets: if they have ten already
    :raises WalletNameTaken: if another wallet of theirs is called so
    :raises NoRate: if the tier's ceiling cannot be valued in the currency
    """
    unit.one("select id from customers where id = %(id)s for no key update", id=customer)
    have = own_wallets(unit, customer)
    if len(have) >= MOST_WALLETS:
        raise TooManyWallets(most=str(MOST_WALLETS))
    if label and any(one.label.casefold() == label.casefold() for one in have):
        raise WalletNameTaken(label=label)
    opened = open_wallet(unit, customer, currency)
    if label:
        unit.run(
            """
            insert into wallet_labels (wallet_id, customer_id, label, created_at)
            values (%(wallet)s, %(customer)s, %(label)s, %(now)s)
            """,
            wallet=opened.id,
            customer=customer,
            label=unit.keys.seal(label, field=SEALED, row=opened.id),
            now=unit.now,
        )
    return opened


def own_wallets(unit: Unit, customer: UUID) -> list[OwnWallet]:
    """Return a customer's open wallets: the default, then home currency first, oldest first."""
    labels = {
        row.wallet_id: unit.keys.open(row.label, field=SEALED, row=row.wallet_id)
        for row in unit.all(
            "select wallet_id, label from wallet_labels where customer_id = %(id)s limit 100",
            id=customer,
        )
    }
    default = default_wallet(unit, customer)
    wallets = [
        OwnWallet(
            id=one.account_id,
            account_no=one.account_no or "",
            label=labels.get(one.account_id, ""),
            available=one.balance.available,
            held=one.balance.held,
            is_default=one.account_id == default,
        )
        for one in book.balances(unit, customer)
        if one.kind == "wallet"
    ]
    return sorted(wallets, key=lambda one: not one.is_default)


def wallet_in(unit: Unit, customer: UUID, currency: str) -> UUID:
    """Return the wallet a customer pays from in a currency: the default, else the oldest.

    :raises LookupError: if they have none in it
    """
    for one in own_wallets(unit, customer):
        if one.currency == currency:
            return one.id
    raise LookupError(f"the customer has no wallet in {currency}")


def default_wallet(unit: Unit, customer: UUID) -> UUID:
    """Return the wallet a customer pays from and is paid into unless they say otherwise."""
    found: UUID = unit.one(
        "select default_wallet from customers where id = %(customer)s", customer=customer
    ).default_wallet
    return found


def set_default(unit: Unit, customer: UUID, wallet: UUID) -> None:
    """Make a wallet in the home currency the customer's default.

    :raises WalletGone: if it is not theirs, is closed, or is in another currency
    """
    changed = unit.run(
        """
        update customers c set default_wallet = %(wallet)s, updated_at = %(now)s,
            updated_by = 'customer'
        from wallets w
        where c.id = %(customer)s and w.wallet_id = %(wallet)s and w.user_id = c.id
            and w.status <> 'closed' and w.currency = c.home_currency
        """,
        customer=customer,
        wallet=wallet,
        now=unit.now,
    )
    if not changed:
        raise WalletGone
