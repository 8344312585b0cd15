"""A payment that two people release: the checker's part. `core.reviewing` asks."""

from collections.abc import Mapping
from datetime import timedelta

from core import reviewing
from core.access.actors import Actor
from core.access.approval_store import Approval
from core.access.approvals import Kind
from core.monitoring.reviews import APPROVAL, PERMISSION
from core.store.unit import Unit


def _effect(unit: Unit, asked: Approval, actor: Actor) -> Mapping[str, str]:
    return reviewing.release_approved(unit, asked, actor)


KIND = Kind(
    name=APPROVAL,
    make=PERMISSION,
    approve=PERMISSION,
    mfa=True,
    expires=timedelta(hours=72),
    effect=_effect,
    confidential=True,
)
"""Facts: ``payment``, ``amount``, ``reference``; no customer, for it is nobody's business."""
