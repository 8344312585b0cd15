"""Raising a customer to the third tier: the checker's part. `core.kyc_review.raising` asks."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from core.access.actors import Actor
from core.access.approval_store import Approval
from core.access.approvals import Kind
from core.kyc import requests, tiers
from core.kyc_review import raising, telling
from core.store.unit import Unit

WHAT = {"tier": str(int(tiers.Tier.ASSESSED))}


def _effect(unit: Unit, asked: Approval, actor: Actor) -> Mapping[str, str]:
    request = requests.lock(unit, UUID(asked.facts["request"]))
    raising.finish(unit, request, by=f"staff {actor.id}")
    return WHAT


def _undo(unit: Unit, asked: Approval) -> None:
    requests.end(unit, UUID(asked.facts["request"]), "dropped")


def _tell(unit: Unit, asked: Approval) -> None:
    if asked.status not in {"approved", "withdrawn"}:
        telling.not_raised(unit, asked.whose)


KIND = Kind(
    name=raising.KIND,
    make="kyc.review",
    approve="kyc.approve",
    mfa=True,
    expires=timedelta(days=7),
    effect=_effect,
    undo=_undo,
    tell=_tell,
)
"""Facts: ``tier`` and ``request``."""
