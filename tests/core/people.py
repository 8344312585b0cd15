"""People for tests: made through the same doors as everybody."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Engine
from uuid_utils.compat import uuid7

from core.access.pins import Proof, Secrets, look
from core.bank import Bank, Visitor
from core.crm.conversations import visitor_at
from core.joining import Joining, join
from core.kyc.tiers import Tier
from core.ledger import book
from core.money import Money
from core.phone import country_of
from core.store.unit import Unit, open_unit
from tests.support.keys import KEYS

PEPPER = b"pepper for tests, 32 bytes long."
SECRETS = Secrets(PEPPER)
PIN = "4321"
HASH = SECRETS.hash(PIN)
BORN = date(1991, 5, 17)
SERVED = {"KE": "en", "TZ": "sw", "SN": "fr", "UG": "en", "NG": "en"}


@dataclass(frozen=True)
class Someone:
    """A customer of a test."""

    id: UUID
    phone: str
    wallet: UUID
    account_no: str


def someone(
    unit: Unit,
    phone: str = "+254712000001",
    *,
    holds: str | None = None,
    names: tuple[str, str] = ("Amina", "Otieno"),
    tier: Tier = Tier.IDENTIFIED,
    channel: str = "ussd",
    **other: object,
) -> Someone:
    """Join somebody, with a PIN of 4321 and what they hold in their home currency."""
    country = country_of(phone, "KE")
    facts: dict[str, object] = {
        "first_name": names[0],
        "last_name": names[1],
        "id_number": f"ID{phone[-8:]}",
        "born": BORN,
        "pin_hash": HASH,
        "phone": phone,
        "country": country,
        "language": SERVED[country],
        "channel": channel,
        "consent": True,
        "tier": tier,
    }
    joined = join(unit, Joining(**(facts | other)))  # type: ignore[arg-type]
    if holds:
        fund(unit, joined.wallet.id, holds)
    return Someone(joined.known.customer_id, phone, joined.wallet.id, joined.wallet.account_no)


def fund(unit: Unit, wallet: UUID, amount: str) -> None:
    money = Money.load(amount)
    cash = book.system_account(unit, "cash", money.currency)
    leg = book.Leg(cash, wallet, money)
    book.post(unit, id=unit.new_id(), type="deposit", legs=[leg], wallet=wallet)


@dataclass
class _Talk:
    channel: str
    address: str
    language: str = "en"
    language_chosen: bool = False
    id: UUID | None = None


@dataclass
class _Opening:
    talk: _Talk
    visitor: dict[str, object] | None


def counter(unit: Unit, address: str = "+254712000001", *, channel: str = "ussd") -> Bank:
    """Step up to the counter as the hub does, with what the database says of the address."""
    found = visitor_at(unit, channel=channel, address=address)
    opening = _Opening(_Talk(channel, address), found)
    return Bank(unit, Visitor.at(opening), SECRETS)  # type: ignore[arg-type]


def guess(unit: Unit, customer: UUID, pin: str) -> Proof:
    """Check a guess as the hub does before the turn."""
    return SECRETS.prove(look(unit, customer), pin)


def units(engine: Engine, now: datetime = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)) -> Callable:
    """Return what opens units that commit."""

    def opened(**other: object):
        facts = {"now": now, "new_id": uuid4, "correlation": str(uuid4()), "keys": KEYS} | other
        return open_unit(engine, **facts)  # type: ignore[arg-type]

    return opened


@contextmanager
def passing_unit(engine: Engine, now: datetime) -> Iterator[Unit]:
    """Open a unit that leaves nothing behind, for each example of a property."""
    with engine.connect() as connection:
        outer = connection.begin()
        yield Unit(connection, now, uuid7, str(uuid4()), KEYS)
        outer.rollback()
