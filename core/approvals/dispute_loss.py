"""A disputed card payment that was lost, beyond what one person decides: the checker's part."""

from collections.abc import Mapping
from datetime import timedelta

from core.access.actors import Actor
from core.access.approval_store import Approval
from core.access.approvals import Kind
from core.cards import dispute_desk
from core.store.unit import Unit


def _effect(unit: Unit, asked: Approval, by: Actor) -> Mapping[str, str]:
    return dispute_desk.take_effect(unit, asked, by)


KIND = Kind(
    name=dispute_desk.KIND,
    make=dispute_desk.WORK,
    approve="disputes.approve",
    mfa=True,
    expires=timedelta(days=7),
    effect=_effect,
)
"""Facts: ``dispute``, ``reference``, ``amount``, ``bearer``. The customer is told by the effect."""
