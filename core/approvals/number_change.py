"""Giving a customer another phone number after a person has checked who they are."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from core.access import addresses, approvals
from core.access.actors import Actor
from core.access.approval_store import Approval
from core.access.approvals import Kind
from core.approvals.telling import tell_approved
from core.store import contacts
from core.store.unit import Unit

NAME = "number_change"


def request(
    unit: Unit, actor: Actor, *, customer: UUID, to: str, case: UUID | None = None, reason: str
) -> Approval:
    """Ask that a customer's number becomes ``to`` (E.164).

    :raises Refusal: whatever `approvals.request` may refuse
    """
    facts = {"to": contacts.keep(unit, to)}
    return approvals.request(
        unit, actor, NAME, facts=facts, customer=customer, case=case, reason=reason
    )


def _effect(unit: Unit, asked: Approval, by: Actor) -> Mapping[str, str]:
    known = asked.facts["to"]
    number = contacts.reveal(unit, [known])[known]
    addresses.change_number(unit, asked.whose, to=number, by=f"staff {by.id}")
    return {}


KIND = Kind(
    name=NAME,
    make="numbers.request",
    approve="numbers.approve",
    mfa=True,
    expires=timedelta(hours=72),
    effect=_effect,
    tell=tell_approved("number_changed"),
)
"""Fact: ``to``, the token of the new number."""
