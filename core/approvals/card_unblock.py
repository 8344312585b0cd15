"""Letting a card pay again that the bank had blocked: one asks, another decides."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from core.access import approvals
from core.access.actors import Actor
from core.access.approval_store import Approval
from core.access.approvals import Kind
from core.cards import cards, desk, telling
from core.cards.desk import NoSuchCard
from core.cards.lifecycle import CardMoveRefused
from core.store.unit import Unit

NAME = "card_unblock"


def request(unit: Unit, actor: Actor, *, customer: UUID, card: UUID, reason: str) -> Approval:
    """Ask that a blocked card of a customer's may pay again.

    :raises NoSuchCard: if the customer has no such card
    :raises CardMoveRefused: if it is not blocked
    :raises Refusal: whatever `approvals.request` may refuse
    """
    actor.require(KIND.make)
    found = cards.by_id(unit, card)
    if found is None or found.customer != customer:
        raise NoSuchCard
    if found.status != "blocked":
        raise CardMoveRefused(status=found.status, to="active")
    return approvals.request(
        unit,
        actor,
        NAME,
        facts={"card": str(card), "last4": found.last4},
        customer=customer,
        subject=str(card),
        reason=reason,
    )


def _effect(unit: Unit, asked: Approval, by: Actor) -> Mapping[str, str]:
    card = desk.unblock(unit, by, UUID(asked.facts["card"]))
    telling.unblocked(unit, card)
    return {"status": card.status}


KIND = Kind(
    name=NAME,
    make="cards.block",
    approve="cards.unblock",
    mfa=True,
    expires=timedelta(hours=24),
    effect=_effect,
)
"""Facts: ``card`` and ``last4``."""
