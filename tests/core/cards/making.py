"""Cards for tests, written down as the house does, without a scheme."""

from datetime import date, timedelta
from uuid import UUID, uuid5

from stdnum import luhn

from core.access import audit
from core.access.actors import SYSTEM
from core.cards import cards, lifecycle, vault
from core.cards.cards import Card, Status, Type
from core.money import Money
from core.store.unit import Unit
from tests.core.people import Someone

PRODUCTS = {"virtual": "ke-virtual", "physical": "ke-physical"}
BINS = {"virtual": "424242", "physical": "555555"}
WAY: dict[Status, tuple[Status, ...]] = {
    "requested": (),
    "produced": ("produced",),
    "shipped": ("produced", "shipped"),
    "active": ("active",),
    "paused": ("active", "paused"),
    "blocked": ("active", "blocked"),
    "lost": ("active", "lost"),
    "stolen": ("active", "stolen"),
    "closed": ("active", "closed"),
    "replaced": ("active", "replaced"),
}
"""How a card comes to stand so."""


def pan_of(card: UUID, bin: str) -> str:  # noqa: A002
    """Return a number of that card's own, with the right check digit."""
    front = f"{bin}{card.int % 10**9:09d}"
    return front + luhn.calc_check_digit(front)


def requested(
    unit: Unit,
    who: Someone,
    *,
    type: Type = "virtual",  # noqa: A002
    replaces: Card | None = None,
) -> Card:
    """Write down a card that was asked for; nothing is paid, and the scheme is not asked."""
    id_ = unit.new_id()
    card = Card(
        id=id_,
        customer=who.id,
        wallet=who.wallet,
        product=PRODUCTS[type],
        type=type,
        status="requested",
        limit=Money(10_000_000, "KES"),
        replaces=None if replaces is None else replaces.id,
        occasion="first" if replaces is None else "replacement",
        order_id=uuid5(id_, "issue"),
        reference=f"C{id_.hex[-12:].upper()}",
        channel="whatsapp",
        status_by_kind="customer",
        status_by=who.id,
        status_why="asked",
        status_at=unit.now,
        created_at=unit.now,
    )
    cards.add(unit, card)
    assert cards.by_id(unit, id_) == card
    return cards.locked(unit, id_)


def numbered(unit: Unit, card: Card, *, expires_on: date | None = None) -> Card:
    """Give a card its number, as the scheme would."""
    return vault.number(
        unit,
        card.id,
        pan=pan_of(card.id, BINS[card.type]),
        expires_on=expires_on or unit.now.date() + timedelta(days=700),
        scheme_id=f"crd_{card.id.hex[-12:]}",
    )


def card_of(
    unit: Unit,
    who: Someone,
    status: Status = "active",
    *,
    type: Type = "virtual",  # noqa: A002
) -> Card:
    """Return a card of somebody's that has come to stand so."""
    card = numbered(unit, requested(unit, who, type=type))
    if type == "physical" and WAY[status][:1] == ("active",):
        card = lifecycle.move(unit, card, "shipped", by=SYSTEM, why="shipped")
    for to in WAY[status]:
        by = audit.customer(unit, who.id)
        allowed = to in lifecycle.possible(unit, card, by="customer")
        card = lifecycle.move(unit, card, to, by=by if allowed else SYSTEM, why="test")
    return card
