"""Letting a customer choose a new PIN after a person has checked who they are."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from core.access import approvals, pins
from core.access.actors import Actor
from core.access.approval_store import Approval
from core.access.approvals import Kind
from core.approvals.telling import tell_approved
from core.store import contacts
from core.store.unit import Unit

NAME = "pin_reset"
GOOD_FOR = timedelta(hours=24)


def request(
    unit: Unit, actor: Actor, *, customer: UUID, address: str, case: UUID | None = None, reason: str
) -> Approval:
    """Ask that a customer may choose a new PIN at an address of theirs.

    :raises Refusal: whatever `approvals.request` may refuse
    """
    facts = {"address": contacts.token(unit, address)}
    return approvals.request(
        unit, actor, NAME, facts=facts, customer=customer, case=case, reason=reason
    )


def _effect(unit: Unit, asked: Approval, _: Actor) -> Mapping[str, str]:
    until = unit.now + GOOD_FOR
    pins.allow_reset(unit, asked.whose, until, address=asked.facts["address"])
    return {"until": until.isoformat()}


KIND = Kind(
    name=NAME,
    make="pin_resets.request",
    approve="pin_resets.approve",
    mfa=True,
    expires=timedelta(hours=24),
    effect=_effect,
    tell=tell_approved("pin_reset_allowed"),
)
"""Fact: ``address``, the token of where the new PIN may be chosen."""
