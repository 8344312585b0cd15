"""The end of an investigation: the checker's part. `core.aml.conclusions` asks."""

from collections.abc import Mapping

from core.access.actors import Actor
from core.access.approval_store import Approval
from core.access.approvals import Kind
from core.aml import conclusions
from core.store.unit import Unit


def _effect(unit: Unit, asked: Approval, by: Actor) -> Mapping[str, str]:
    return conclusions.take_effect(unit, asked, by)


KIND = Kind(
    name=conclusions.KIND,
    make="aml.work",
    approve="aml.decide",
    mfa=True,
    expires=conclusions.DECIDED_WITHIN,
    effect=_effect,
    undo=conclusions.take_back,
    confidential=True,
)
"""Facts: ``investigation``. Nobody is told how it ended."""
