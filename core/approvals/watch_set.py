"""New parameters of what is watched for: the checker's part. `core.watch.sets` asks."""

from collections.abc import Mapping
from datetime import timedelta

from core.access.actors import Actor
from core.access.approval_store import Approval
from core.access.approvals import Kind
from core.store.unit import Unit
from core.watch import sets


def _effect(unit: Unit, asked: Approval, _: Actor) -> Mapping[str, str]:
    return sets.take_effect(unit, asked)


KIND = Kind(
    name=sets.KIND,
    make=sets.DRAFTS,
    approve="rules.approve",
    mfa=True,
    expires=timedelta(days=7),
    effect=_effect,
    confidential=True,
)
"""Facts: ``version`` and ``title``. Who knows what is looked for knows how not to be found."""
