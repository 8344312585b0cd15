"""The demo's cards: Amina's open virtual one and a physical one on its way, and Brian's, paused.

They are such as the scheme's twin knows by their ids alone, so their numbers can be shown.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.access import audit
from core.access.actors import SYSTEM
from core.cards import address, cards, delivery, lifecycle, products, scheme_orders, vault
from core.cards.cards import Card, Status, Type
from core.demo.people import PEOPLE
from core.ledger.reference import reference_of
from core.partners.scheme_twin import card_id, pan_of
from core.store.unit import Unit
from core.wallets.wallets import default_wallet

AMINA, BRIAN = "+254712000001", "+254712000002"
HOME = address.read(line="12 Moi Avenue", town="Nairobi", postcode="00100", country="KE")
YEARS = 2


@dataclass(frozen=True, slots=True)
class _Life:
    phone: str
    type: Type
    moves: tuple[tuple[int, Status, str], ...]
    """Days ago, what it became, and why; the first day is that of the request."""


LIVES = (
    _Life(AMINA, "virtual", ((40, "requested", "asked"), (40, "active", "provisioned"))),
    _Life(
        AMINA,
        "physical",
        (
            (6, "requested", "asked"),
            (4, "produced", "produced"),
            (2, "shipped", "shipped"),
        ),
    ),
    _Life(
        BRIAN,
        "virtual",
        (
            (25, "requested", "asked"),
            (25, "active", "provisioned"),
            (3, "paused", "paused"),
        ),
    ),
)
BY_CUSTOMER = frozenset({"asked", "paused"})


def load(unit: Unit, people: list[UUID], now: datetime) -> list[UUID]:
    """Give the demo's people their cards, each move at its time; return them, Amina's open first.

    Nobody pays or is told.
    """
    made = []
    for life in LIVES:
        place = next(n for n, person in enumerate(PEOPLE) if person.phone == life.phone)
        made.append(_live(unit, people[place], PEOPLE[place].country, life, now))
    return made


def _live(unit: Unit, customer: UUID, country: str, life: _Life, now: datetime) -> UUID:
    (asked, _, why), *moves = life.moves
    unit.now = now - timedelta(days=asked)
    card = _number(unit, _asked(unit, customer, country, life.type, why))
    if life.type == "physical":
        delivery.note(unit, card.id, HOME)
    for days, to, reason in moves:
        unit.now = now - timedelta(days=days)
        by = audit.customer(unit, customer) if reason in BY_CUSTOMER else SYSTEM
        if to in {"produced", "shipped"}:
            card = delivery.advance(unit, card, state=to, carrier="Posta", number="EE20260304KE")
        else:
            card = lifecycle.move(unit, card, to, by=by, why=reason)
    return card.id


def _asked(unit: Unit, customer: UUID, country: str, kind: Type, why: str) -> Card:
    id_ = unit.new_id()
    found = products.product(unit, f"{country.lower()}-{kind}")
    card = Card(
        id=id_,
        customer=customer,
        wallet=default_wallet(unit, customer),
        product=found.id,
        type=kind,
        status="requested",
        limit=found.monthly_limit,
        replaces=None,
        occasion="first",
        order_id=scheme_orders.issue_id(id_),
        reference=reference_of(id_),
        channel="whatsapp",
        status_by_kind="customer",
        status_by=customer,
        status_why=why,
        status_at=unit.now,
        created_at=unit.now,
    )
    cards.add(unit, card)
    return card


def _number(unit: Unit, card: Card) -> Card:
    found = products.product(unit, card.product)
    expiry = f"{unit.now.year + YEARS}-{unit.now.month:02d}"
    theirs = card_id(type=card.type, bin=found.bin, expiry=expiry, order=card.order_id.hex)
    return vault.number(
        unit, card.id, pan=pan_of(theirs), expires_on=cards.last_day(expiry), scheme_id=theirs
    )
