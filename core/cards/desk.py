"""Cards as staff see them and act on them: masked, blocked at once for a reason, closed.

A block protects and is undone, so one person is enough; letting a card go again takes two
(`core.approvals.card_unblock`).
"""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from core.access import audit
from core.access.actors import Actor
from core.access.approvals import ReasonNeeded
from core.cards import cards, delivery, lifecycle, pin, reveal_store, scheme_orders, telling
from core.cards.cards import Card, Status
from core.cards.delivery import Tracking
from core.cards.lifecycle import Event
from core.cards.pin import PinState
from core.errors import DeskRefusal
from core.store.unit import Unit

WHYS = ("suspected_fraud", "customer_asked", "legal_order", "other")
"""Why a card is blocked, as its history has it; the words go into the audit log."""
SHORTEST_REASON = 4


class Act(Protocol):
    """What staff do with a card for a reason: `block`, `close`."""

    def __call__(
        self, unit: Unit, actor: Actor, /, *, customer: UUID, card: UUID, why: str, reason: str
    ) -> Card:
        """Do it, and return the card as it stands then."""


class NoSuchCard(DeskRefusal):
    """The customer has no such card."""

    code = "no_such_card"


@dataclass(frozen=True, slots=True)
class CardView:
    """A card with all that staff may know of it: nothing of its number but the last digits."""

    card: Card
    history: list[Event]
    tracking: Tracking | None
    pin: PinState
    moves: set[Status]
    """What staff may make of it now."""


def look(unit: Unit, actor: Actor, customer: UUID) -> list[CardView]:
    """Return a customer's cards, also those that have ended, newest first; that is noted.

    :raises Forbidden: if they may see none
    """
    actor.require("cards.read")
    found = cards.own_cards(unit, customer, ended=True)
    if found:
        audit.note(
            unit,
            actor,
            "card.seen",
            subject="customer",
            subject_id=customer,
            customer=customer,
            fields=["cards"],
        )
    return [
        CardView(
            card=one,
            history=lifecycle.history(unit, one),
            tracking=delivery.tracking(unit, one.id),
            pin=pin.state(unit, one.id),
            moves=lifecycle.possible(unit, one, by="staff"),
        )
        for one in found
    ]


def block(unit: Unit, actor: Actor, *, customer: UUID, card: UUID, why: str, reason: str) -> Card:
    """Block a card at once; its customer is told. ``why`` is one of ``WHYS``.

    :raises Forbidden: if they may not
    :raises ReasonNeeded: if nobody said why
    :raises NoSuchCard: if the customer has no such card
    :raises CardMoveRefused: if it cannot pay anyway
    """
    found = _to_act_on(unit, actor, customer=customer, card=card, why=why, reason=reason)
    blocked = lifecycle.move(unit, found, "blocked", by=actor, why=why)
    reveal_store.end(unit, card)
    _note(unit, actor, blocked, "card.blocked", reason)
    telling.blocked(unit, blocked)
    return blocked


def close(unit: Unit, actor: Actor, *, customer: UUID, card: UUID, why: str, reason: str) -> Card:
    """Close a card for good; its customer and the scheme are told.

    One that is being made is closed there as soon as its scheme has answered.

    :raises Forbidden: if they may not
    :raises ReasonNeeded: if nobody said why
    :raises NoSuchCard: if the customer has no such card
    :raises CardMoveRefused: if its life is over
    """
    found = _to_act_on(unit, actor, customer=customer, card=card, why=why, reason=reason)
    closed = _close(unit, actor, found, why=why)
    _note(unit, actor, closed, "card.closed", reason)
    telling.closed(unit, closed)
    return closed


def close_all(unit: Unit, actor: Actor, customer: UUID) -> None:
    """Close every card of a customer who leaves, at the scheme too. They are not told any more."""
    for one in cards.own_cards(unit, customer):
        _close(unit, actor, cards.locked(unit, one.id), why="customer_left")


def unblock(unit: Unit, actor: Actor, card: UUID) -> Card:
    """Let a blocked card be what it was before, as two people decided.

    One that its customer had paused stays paused; one on its way is activated as any other.

    :raises CardMoveRefused: if it is not blocked
    """
    found = cards.locked(unit, card)
    if found.status != "blocked":
        raise lifecycle.CardMoveRefused(status=found.status, to="active")
    before = lifecycle.history(unit, found)[0].before or "active"
    return lifecycle.move(unit, found, before, by=actor, why="unblocked")


def _close(unit: Unit, actor: Actor, card: Card, *, why: str) -> Card:
    closed = lifecycle.move(unit, card, "closed", by=actor, why=why)
    reveal_store.end(unit, card.id)
    if closed.scheme_id:
        scheme_orders.owe_close(unit, closed, scheme_id=closed.scheme_id, reason="closed")
    return closed


def _to_act_on(
    unit: Unit, actor: Actor, *, customer: UUID, card: UUID, why: str, reason: str
) -> Card:
    actor.require("cards.block")
    if why not in WHYS or len(reason.strip()) < SHORTEST_REASON:
        raise ReasonNeeded
    found = cards.by_id(unit, card)
    if found is None or found.customer != customer:
        raise NoSuchCard
    return cards.locked(unit, card)


def _note(unit: Unit, actor: Actor, card: Card, action: str, reason: str) -> None:
    audit.note(
        unit,
        actor,
        action,
        subject="card",
        subject_id=card.id,
        customer=card.customer,
        reason=reason.strip(),
        after={"status": card.status, "why": card.status_why},
    )
