"""Giving parked money to the owner who was found: the checker's part of deposits' suspense."""

from collections.abc import Mapping
from datetime import timedelta

from core.access.actors import Actor
from core.access.approval_store import Approval
from core.access.approvals import Kind
from core.deposits import suspense
from core.store.unit import Unit


def _effect(unit: Unit, asked: Approval, _: Actor) -> Mapping[str, str]:
    return suspense.release(unit, asked)


KIND = Kind(
    name=suspense.KIND,
    make="suspense.request",
    approve="suspense.approve",
    mfa=True,
    expires=timedelta(hours=72),
    effect=_effect,
)
"""Facts: ``payment``, ``wallet``, ``amount``, ``reference``. The owner is told by the effect."""
