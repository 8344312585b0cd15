"""Ending a break of reconciliation by hand: the checker's part. `core.recon.forced` asks."""

from collections.abc import Mapping
from datetime import timedelta

from core.access.actors import Actor
from core.access.approval_store import Approval
from core.access.approvals import Kind
from core.recon import forced
from core.store.unit import Unit


def _effect(unit: Unit, asked: Approval, by: Actor) -> Mapping[str, str]:
    return forced.take_effect(unit, asked, by)


KIND = Kind(
    name=forced.KIND,
    make="operations.match",
    approve="operations.match_approve",
    mfa=True,
    expires=timedelta(days=7),
    effect=_effect,
)
"""Facts: ``break``, ``kind``, ``lines``, ``stake``, ``to_suspense``; no customer."""
