"""What a customer does with a card they hold: activate, pause, go on, report, close.

What ends a card is told to its scheme as well. Each is noted, for it is about their own safety.
"""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from core.access import audit
from core.access.birth import Counted
from core.cards import cards, lifecycle, opening, reveal_store, scheme_orders, telling
from core.cards.cards import Card
from core.store.unit import Row, Unit

TRIES, AGAIN_AFTER = 3, timedelta(hours=24)
Missing = Literal["lost", "stolen"]


class WrongCardDigits(Counted):
    """Those are not the last digits of the card. Fact: ``left``, how many tries remain."""

    code = "wrong_card_digits"


class CardDigitsLocked(Counted):
    """The digits were wrong too often; they are asked again a day later. Fact: ``hours``."""

    code = "card_digits_locked"


def activate(unit: Unit, *, customer: UUID, card: UUID, digits: str) -> Card:
    """Open a physical card that has arrived: who has its last four digits before them holds it.

    Their PIN was proven before.

    :raises UnknownCard: if the customer has no such card
    :raises CardMoveRefused: if it is not on its way
    :raises WrongCardDigits: if those are not its last digits
    :raises CardDigitsLocked: if they were wrong three times within a day
    """
    found = _own(unit, customer, card)
    if found.type != "physical" or found.status not in {"produced", "shipped"}:
        raise lifecycle.CardMoveRefused(status=found.status, to="active")
    _judge_digits(unit, found, digits.strip())
    opened = opening.open_card(unit, found, by=audit.customer(unit, customer), why="activated")
    _note(unit, opened, "card.activated")
    telling.activated(unit, opened)
    return opened


def pause(unit: Unit, *, customer: UUID, card: UUID) -> Card:
    """Let a card pay nothing until its customer says so. Paused already, it stays so.

    :raises UnknownCard: if the customer has no such card
    :raises CardMoveRefused: if it cannot pay anyway
    """
    found = _own(unit, customer, card)
    if found.status == "paused":
        return found
    paused = lifecycle.move(unit, found, "paused", by=audit.customer(unit, customer), why="paused")
    _note(unit, paused, "card.paused")
    return paused


def resume(unit: Unit, *, customer: UUID, card: UUID) -> Card:
    """Let a card that its customer paused pay again. One that can pay already stays so.

    :raises UnknownCard: if the customer has no such card
    :raises CardMoveRefused: if it is not paused
    """
    found = _own(unit, customer, card)
    if found.status == "active":
        return found
    if found.status != "paused":
        raise lifecycle.CardMoveRefused(status=found.status, to="active")
    resumed = lifecycle.move(
        unit, found, "active", by=audit.customer(unit, customer), why="resumed"
    )
    _note(unit, resumed, "card.resumed")
    return resumed


def report(unit: Unit, *, customer: UUID, card: UUID, missing: Missing) -> Card:
    """End a card that is lost or was stolen, for good. Reported before, it stays as it was.

    :raises UnknownCard: if the customer has no such card
    :raises CardMoveRefused: if its life is over, or it is not made yet
    """
    found = _own(unit, customer, card)
    if found.status in {"lost", "stolen"}:
        return found
    me = audit.customer(unit, customer)
    ended = _end(unit, lifecycle.move(unit, found, missing, by=me, why=f"reported_{missing}"))
    _note(unit, ended, f"card.{missing}")
    telling.reported(unit, ended)
    return ended


def close(unit: Unit, *, customer: UUID, card: UUID) -> Card:
    """Close a card that its customer wants no more. Closed already, it stays so.

    :raises UnknownCard: if the customer has no such card
    :raises CardMoveRefused: if it was lost, is blocked or is not made yet
    """
    found = _own(unit, customer, card)
    if found.status == "closed":
        return found
    me = audit.customer(unit, customer)
    ended = _end(unit, lifecycle.move(unit, found, "closed", by=me, why="closed_by_customer"))
    _note(unit, ended, "card.closed")
    telling.closed(unit, ended)
    return ended


def _end(unit: Unit, card: Card) -> Card:
    """Have the scheme end a card too, and let nobody see its number any more."""
    reveal_store.end(unit, card.id)
    scheme_orders.owe_close(unit, card, scheme_id=card.scheme_id, reason=card.status)
    return card


def _own(unit: Unit, customer: UUID, card: UUID) -> Card:
    found = cards.locked(unit, card)
    if found.customer != customer:
        raise cards.UnknownCard
    return found


def _judge_digits(unit: Unit, card: Card, digits: str) -> None:
    row = unit.one(
        "select tries, tried_at from card_deliveries where card_id = %(card)s", card=card.id
    )
    before = _tries(unit, row)
    if digits == card.last4:
        return
    unit.run(
        "update card_deliveries set tries = %(tries)s, tried_at = %(now)s where card_id = %(card)s",
        card=card.id,
        tries=before + 1,
        now=unit.now,
    )
    if before + 1 >= TRIES:
        raise CardDigitsLocked(hours=str(int(AGAIN_AFTER.total_seconds()) // 3600))
    raise WrongCardDigits(left=str(TRIES - before - 1))


def _tries(unit: Unit, row: Row) -> int:
    """Return how many wrong tries still count.

    :raises CardDigitsLocked: if there are no more
    """
    if row.tried_at is None or row.tried_at <= unit.now - AGAIN_AFTER:
        return 0
    if row.tries >= TRIES:
        wait = row.tried_at + AGAIN_AFTER - unit.now
        raise CardDigitsLocked(hours=str(-(-int(wait.total_seconds()) // 3600)))
    counted: int = row.tries
    return counted


def _note(unit: Unit, card: Card, action: str) -> None:
    audit.note(
        unit,
        audit.customer(unit, card.customer),
        action,
        subject="card",
        subject_id=card.id,
        customer=card.customer,
        after={"status": card.status},
    )
