"""Other bands of screening: the checker's part. `core.screening.bands` asks."""

from collections.abc import Mapping
from datetime import timedelta

from core.access.actors import Actor
from core.access.approval_store import Approval
from core.access.approvals import Kind
from core.screening import bands
from core.screening.hits import PERMISSION
from core.store.unit import Unit


def _effect(unit: Unit, asked: Approval, _: Actor) -> Mapping[str, str]:
    return bands.take_effect(unit, asked)


KIND = Kind(
    name=bands.KIND,
    make=PERMISSION,
    approve=PERMISSION,
    mfa=True,
    expires=timedelta(days=7),
    effect=_effect,
    confidential=True,
)
"""Facts: ``kind``, ``review``, ``block``; no customer."""
