"""One message to many customers: the checker's part. `core.crm.broadcasts` asks."""

from collections.abc import Mapping
from datetime import timedelta

from core.access.actors import Actor
from core.access.approval_store import Approval
from core.access.approvals import Kind
from core.crm import broadcasts
from core.store.unit import Unit


def _effect(unit: Unit, asked: Approval, _: Actor) -> Mapping[str, str]:
    return broadcasts.begin(unit, asked)


KIND = Kind(
    name=broadcasts.KIND,
    make="broadcasts.request",
    approve="broadcasts.approve",
    mfa=True,
    expires=timedelta(days=3),
    effect=_effect,
    undo=broadcasts.refuse,
)
"""Facts: ``broadcast``, ``name``, ``whom``, ``ends``, and the words by language; no customer."""
