"""Giving back a transfer to a wrong number: the checker's part. `core.transfers.recall` asks."""

from collections.abc import Mapping
from datetime import timedelta

from core.access.actors import Actor
from core.access.approval_store import Approval
from core.access.approvals import Kind
from core.store.unit import Unit
from core.transfers import recall


def _effect(unit: Unit, asked: Approval, _: Actor) -> Mapping[str, str]:
    return recall.give_back(unit, asked)


KIND = Kind(
    name=recall.KIND,
    make="recalls.request",
    approve="recalls.approve",
    mfa=True,
    expires=timedelta(hours=72),
    effect=_effect,
    undo=recall.release,
    tell=recall.tell,
)
"""Facts: ``transfer``, ``hold``, ``amount``, ``sent``, ``reference``, ``payer``, ``payee``."""
