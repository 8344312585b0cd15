"""A small town for tests of the ledger: customers with wallets, made through the book's door."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Engine

from core.ledger import book
from core.ledger.book import Captured, Closed, Leg, OverCapture, Posted, Reason
from core.money import Money
from core.store.unit import Unit, open_unit
from tests.support.keys import KEYS

NOW = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)  # 12:30 in Nairobi
BECAUSE = Reason("grace@wekeza", "asked by the branch")
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


def set_status(unit: Unit, account: UUID, status: str, *, key: UUID | None = None) -> str:
    return book.set_status(unit, id=key or uuid4(), account=account, status=status, reason=BECAUSE)


def close(unit: Unit, account: UUID, to: UUID | None = None, *, key: UUID | None = None) -> Closed:
    return book.close(unit, id=key or uuid4(), account=account, to=to, reason=BECAUSE)


def hold(
    unit: Unit,
    payer: UUID,
    payee: UUID,
    amount: Money,
    *,
    key: UUID | None = None,
    days: int = 7,
    over: OverCapture | None = None,
) -> UUID:
    """Set an amount aside for a payment and return the hold's id."""
    done = book.authorise(
        unit,
        id=key or uuid4(),
        type="payment",
        leg=Leg(payer, payee, amount),
        wallet=payer,
        expires_at=unit.now + timedelta(days=days),
        over=over,
    )
    return done.hold_id


def capture(
    unit: Unit,
    held: UUID,
    amount: Money | None = None,
    *,
    key: UUID | None = None,
    final: bool = False,
) -> Captured:
    return book.capture(unit, id=key or uuid4(), hold=held, amount=amount, final=final)


def at(unit: Unit, moment: datetime) -> Unit:
    """Return the same unit at another time."""
    return replace(unit, now=moment)


def posted(unit: Unit, account: UUID) -> Money:
    return book.balance(unit, account).posted


@contextmanager
def committed(engine: Engine, now: datetime = NOW) -> Iterator[Unit]:
    """Open a unit that commits."""
    with open_unit(engine, keys=KEYS, now=now, new_id=uuid4, correlation="test") as unit:
        yield unit
