"""What becomes of a screening hit: the checker's part. `core.screening.decisions` asks.

A true match of a customer freezes all their wallets at once, by the same means as any freeze, and
raises an alert. Nobody is told but compliance: the law forbids to let the customer know.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from core.access.actors import Actor
from core.access.approval_store import Approval
from core.access.approvals import Kind
from core.aml.alerts import raise_alert
from core.approvals.freeze import FREEZE
from core.screening import decisions
from core.screening.hits import PERMISSION
from core.store.unit import Unit


def _effect(unit: Unit, asked: Approval, by: Actor) -> Mapping[str, str]:
    verdict, customer = decisions.take_effect(unit, asked)
    if verdict != "true_match" or customer is None:
        return {"verdict": verdict}
    frozen = FREEZE.effect(unit, replace(asked, customer=customer), by)
    raise_alert(
        unit,
        type="sanctions",
        severity="critical",
        customer=customer,
        transactions=(),
        facts={name: asked.facts[name] for name in ("list", "entry", "score")},
        source="screening, decided by two people",
        key=f"screening hit {asked.facts['hit']} {asked.id}",
    )
    return {"verdict": verdict, **frozen}


KIND = Kind(
    name=decisions.KIND,
    make=PERMISSION,
    approve=PERMISSION,
    mfa=True,
    expires=timedelta(days=7),
    effect=_effect,
    confidential=True,
)
"""Facts: ``hit``, ``verdict``, ``list``, ``entry``, ``score``, ``subject``; no customer."""
