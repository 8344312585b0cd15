"""A new tariff: the checker's part. `core.fees.tariffs` asks."""

from collections.abc import Mapping
from datetime import timedelta

from core.access.actors import Actor
from core.access.approval_store import Approval
from core.access.approvals import Kind
from core.fees import tariffs
from core.store.unit import Unit


def _effect(unit: Unit, asked: Approval, _: Actor) -> Mapping[str, str]:
    return tariffs.take_effect(unit, asked)


KIND = Kind(
    name=tariffs.KIND,
    make="tariffs.request",
    approve="tariffs.approve",
    mfa=True,
    expires=timedelta(days=7),
    effect=_effect,
)
"""Facts: ``what``, ``country``, ``currency``, ``begins``, ``source``, ``bands``; no customer."""
