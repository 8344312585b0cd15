"""A set of rules goes live: the checker's part. `core.monitoring.rule_sets` asks."""

from collections.abc import Mapping
from datetime import timedelta

from core.access.actors import Actor
from core.access.approval_store import Approval
from core.access.approvals import Kind
from core.monitoring import rule_sets
from core.store.unit import Unit


def _effect(unit: Unit, asked: Approval, _: Actor) -> Mapping[str, str]:
    return rule_sets.go_live(unit, asked)


KIND = Kind(
    name=rule_sets.APPROVAL,
    make=rule_sets.REQUEST,
    approve="rules.approve",
    mfa=True,
    expires=timedelta(days=7),
    effect=_effect,
    confidential=True,
)
"""Fact: ``version``. Who knows what is looked for knows how not to be found."""
