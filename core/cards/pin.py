"""A card's own PIN, as its customer sets it; `card_pin` reads and judges it at a machine.

It is hashed as the account's PIN is (`core.access.pins`): the digits are gone before the turn.
"""

from dataclasses import dataclass
from uuid import UUID

from core.access import audit
from core.cards import cards, telling
from core.cards.cards import Card
from core.errors import Refusal
from core.store.unit import Unit


class CardHasNoNumber(Refusal):
    """The card is not made yet, or its life is over: nothing can be set. Fact: ``status``."""

    code = "card_has_no_number"


@dataclass(frozen=True, slots=True)
class PinState:
    """How a card's PIN stands."""

    is_set: bool
    is_blocked: bool


def set_pin(unit: Unit, *, customer: UUID, card: UUID, pin_hash: str) -> Card:
    """Make this a card's PIN and warn its customer; one that was blocked is open again.

    :raises UnknownCard: if the customer has no such card
    :raises CardHasNoNumber: if it is not made yet, or its life is over
    """
    found = cards.locked(unit, card)
    if found.customer != customer:
        raise cards.UnknownCard
    if not found.is_living or not found.last4:
        raise CardHasNoNumber(status=found.status)
    unit.run(
        """
        insert into card_pins as p (card_id, hash, changed_at)
        values (%(card)s, %(hash)s, %(now)s)
        on conflict (card_id) do update set hash = excluded.hash, version = p.version + 1,
            attempts = 0, blocked_at = null, changed_at = excluded.changed_at
        """,
        card=card,
        hash=pin_hash,
        now=unit.now,
    )
    audit.note(
        unit,
        audit.customer(unit, customer),
        "card.pin_set",
        subject="card",
        subject_id=card,
        customer=customer,
    )
    telling.pin_set(unit, found)
    return found


def state(unit: Unit, card: UUID) -> PinState:
    """Return whether a card has a PIN, and whether it was wrong too often."""
    row = unit.maybe(
        "select blocked_at is not null as blocked from card_pins where card_id = %(card)s",
        card=card,
    )
    return PinState(is_set=row is not None, is_blocked=bool(row and row.blocked))


def carry_over(unit: Unit, old: UUID, *, to: UUID) -> None:
    """Give the card that follows another the same PIN, unless that one was blocked."""
    unit.run(
        """
        insert into card_pins (card_id, hash, changed_at)
        select %(to)s, hash, changed_at from card_pins
        where card_id = %(old)s and blocked_at is null
        on conflict (card_id) do nothing
        """,
        old=old,
        to=to,
    )
