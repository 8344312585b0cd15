"""Where a physical card goes, and how far it has come: the scheme is asked, its notices hint."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.access.actors import SYSTEM
from core.cards import lifecycle, scheme_orders, telling
from core.cards.address import Address
from core.cards.cards import Card
from core.store.unit import Unit

SEALED = "card_deliveries.destination"
ASKED_AGAIN_AFTER = timedelta(days=1)
"""How long a card may be on its way before the scheme is asked, notice or none."""


@dataclass(frozen=True, slots=True)
class Tracking:
    """How far a card has come."""

    carrier: str
    number: str
    """Both empty until it is shipped."""
    produced_at: datetime | None
    shipped_at: datetime | None


def note(unit: Unit, card: UUID, to: Address) -> None:
    """Write down where a card goes, sealed."""
    unit.run(
        """
        insert into card_deliveries (card_id, destination, asked_at)
        values (%(card)s, %(to)s, %(now)s)
        """,
        card=card,
        to=unit.keys.seal_json(asdict(to), field=SEALED, row=card),
        now=unit.now,
    )


def address_of(unit: Unit, card: UUID) -> Address | None:
    """Return where a card went or goes; None for a virtual one, and once it is forgotten."""
    sealed = unit.value(
        "select destination from card_deliveries where card_id = %(card)s", card=card
    )
    if sealed is None:
        return None
    return Address(**unit.keys.open_json(bytes(sealed), field=SEALED, row=card))


def tracking(unit: Unit, card: UUID) -> Tracking | None:
    """Return how far a physical card has come; None for a virtual one."""
    row = unit.maybe(
        "select carrier, tracking, produced_at, shipped_at from card_deliveries"
        " where card_id = %(card)s",
        card=card,
    )
    if row is None:
        return None
    return Tracking(row.carrier or "", row.tracking or "", row.produced_at, row.shipped_at)


def heard(unit: Unit, card: Card, *, state: str, carrier: str, number: str) -> None:
    """Move a card on as far as the scheme says it has come, and tell its customer when it is sent.

    Late news does nothing. Whoever calls has it locked.
    """
    moved = advance(unit, card, state=state, carrier=carrier, number=number)
    if moved.status == "shipped" and moved is not card:
        telling.shipped(unit, moved, carrier=carrier, number=number)


def advance(unit: Unit, card: Card, *, state: str, carrier: str, number: str) -> Card:
    """Move a card on as far as it has come, and return it: as it was where that is no news."""
    if state == "produced" and card.status == "requested" and card.last4:
        _stamp(unit, card, "produced_at")
        return lifecycle.move(unit, card, "produced", by=SYSTEM, why="produced")
    if state == "shipped" and card.status in {"requested", "produced"} and card.last4:
        _stamp(unit, card, "shipped_at")
        _track(unit, card, carrier, number)
        return lifecycle.move(unit, card, "shipped", by=SYSTEM, why="shipped")
    return card


def ask_due(unit: Unit, *, most: int) -> int:
    """Ask the scheme about cards that it has told no news of for a day; return how many."""
    rows = unit.all(
        """
        select d.card_id, c.scheme_id from card_deliveries d join cards c on c.card_id = d.card_id
        where c.type = 'physical' and c.status in ('requested', 'produced')
            and c.scheme_id is not null and d.asked_at <= %(before)s
        order by d.asked_at limit %(most)s for no key update of d skip locked
        """,
        before=unit.now - ASKED_AGAIN_AFTER,
        most=most,
    )
    for row in rows:
        scheme_orders.owe_verify(unit, card=row.card_id, scheme_id=row.scheme_id)
    unit.run(
        "update card_deliveries set asked_at = %(now)s where card_id = any(%(cards)s)",
        cards=[row.card_id for row in rows],
        now=unit.now,
    )
    return len(rows)


def _stamp(unit: Unit, card: Card, column: str) -> None:
    unit.run(
        f"update card_deliveries set {column} = coalesce({column}, %(now)s), asked_at = %(now)s"
        " where card_id = %(card)s",
        card=card.id,
        now=unit.now,
    )


def _track(unit: Unit, card: Card, carrier: str, number: str) -> None:
    if carrier and number:
        unit.run(
            "update card_deliveries set carrier = %(carrier)s, tracking = %(number)s"
            " where card_id = %(card)s",
            card=card.id,
            carrier=carrier,
            number=number,
        )
