"""A report to the authorities: the checker's part. `core.regulatory.filing` asks."""

from collections.abc import Mapping

from core.access.actors import Actor
from core.access.approval_store import Approval
from core.access.approvals import Kind
from core.regulatory import filing
from core.store.unit import Unit


def _effect(unit: Unit, asked: Approval, by: Actor) -> Mapping[str, str]:
    return filing.take_effect(unit, asked, by)


KIND = Kind(
    name=filing.KIND,
    make="reports.make",
    approve="reports.approve",
    mfa=True,
    expires=filing.DECIDED_WITHIN,
    effect=_effect,
    confidential=True,
)
"""Facts: ``report``. What it tells stands with the report, which only compliance reads."""
