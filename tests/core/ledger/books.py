"""A small town for tests of the ledger: customers with wallets, made through the book's door."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import Engine

from core.ledger import book
from core.ledger.book import Leg, Posted
from core.money import Money
from core.store.unit import Unit, open_unit

NOW = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)  # 12:30 in Nairobi
HOME = {"KE": "KES", "UG": "UGX", "SN": "XOF"}


@dataclass(frozen=True)
class Customer:
    """Somebody with one wallet in their home currency."""

    owner: UUID
    wallet: UUID


def kes(shillings: int, cents: int = 0) -> Money:
    return Money(shillings * 100 + cents, "KES")


def customer(
    unit: Unit, *, holds: Money | None = None, country: str = "KE", tier: int = 2
) -> Customer:
    owner = uuid4()
    book.set_owner(unit, owner=owner, country=country, tier=tier)
    wallet = book.open_account(unit, owner=owner, currency=HOME[country])
    if holds:
        fund(unit, wallet, holds)
    return Customer(owner, wallet)


def fund(unit: Unit, wallet: UUID, amount: Money) -> Posted:
    cash = book.system_account(unit, "cash", amount.currency)
    return book.post(
        unit, id=uuid4(), type="deposit", legs=[Leg(cash, wallet, amount)], wallet=wallet
    )


def send(
    unit: Unit, payer: UUID, payee: UUID, amount: Money, *, key: UUID | None = None, note: str = ""
) -> Posted:
    return book.post(
        unit,
        id=key or uuid4(),
        type="transfer",
        legs=[Leg(payer, payee, amount)],
        wallet=payer,
        note=note,
    )


def at(unit: Unit, moment: datetime) -> Unit:
    """Return the same unit at another time."""
    return replace(unit, now=moment)


def posted(unit: Unit, account: UUID) -> Money:
    return book.balance(unit, account).posted


@contextmanager
def committed(engine: Engine, now: datetime = NOW) -> Iterator[Unit]:
    """Open a unit that commits."""
    with open_unit(engine, now=now, new_id=uuid4, correlation="test") as unit:
        yield unit
