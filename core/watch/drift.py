"""How far payments have moved from those that a model learnt from, day by day.

The population stability index compares where values lay with where they lie: below 0.1 nothing has
changed, above 0.2 the model judges what it never saw. It is measured for every model that a set of
rules names, live or in shadow; of a day with few payments it says nothing, and is not kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import structlog

from core.monitoring.model import CODES
from core.store.unit import Unit, jsonb
from core.watch import cards

TOO_FAR = Decimal("0.2")
LEAST_PAYMENTS = 500
"""Of fewer, chance alone makes an index of a tenth and more."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Drift:
    """How far one feature, or the score, was from the reference on a day."""

    model: str
    day: date
    feature: str
    payments: int
    psi: Decimal

    @property
    def is_too_far(self) -> bool:
        """Whether the model should be looked at."""
        return self.psi > TOO_FAR


def measure(unit: Unit, day: date) -> Sequence[Drift]:
    """Measure a day, once, and return what was found: nothing where there is no model."""
    found: list[Drift] = []
    many: int = unit.value("select watch_payments_judged(%(day)s)", day=day)
    if many < LEAST_PAYMENTS:
        return found
    for version in unit.all("select version from watch_models_in_use() order by version"):
        if register(unit, version.version):
            found += _measured(unit, version.version, day)
    return found


def register(unit: Unit, version: str) -> bool:
    """Write a model down with its card, once; return whether it has one.

    A model whose file is not the one that was written down is none of ours: it is told in the log,
    and nothing is measured by it.
    """
    try:
        card = cards.card(version)
    except cards.NoCard:
        log.warning("a model without a card", model=version)
        return False
    unit.run(
        """
        insert into watch_models (version, sha256, reference, card, registered_at)
        values (%(version)s, %(sha256)s, %(reference)s, %(card)s, %(now)s) on conflict do nothing
        """,
        version=version,
        sha256=card.sha256,
        reference=jsonb(card.reference),
        card=jsonb(card.told),
        now=unit.now,
    )
    known: bytes = unit.value(
        "select sha256 from watch_models where version = %(version)s", version=version
    )
    if bytes(known) != card.sha256:
        log.error("a model has changed under its version", model=version)
        return False
    return True


def latest(unit: Unit) -> Sequence[Drift]:
    """Return what was measured of each model last."""
    rows = unit.all(
        """
        select d.model, d.day, d.feature, d.payments, d.psi from watch_drift d
        join (select model, max(day) as day from watch_drift group by model) l using (model, day)
        order by d.model, d.psi desc, d.feature
        """
    )
    return [Drift(*row) for row in rows]


def _measured(unit: Unit, version: str, day: date) -> Sequence[Drift]:
    rows = unit.all(
        """
        select model, day, feature, payments, psi
        from watch_drift_of(%(model)s, %(day)s, %(codes)s) order by psi desc, feature
        """,
        model=version,
        day=day,
        codes=jsonb(CODES),
    )
    return [Drift(*row) for row in rows]
