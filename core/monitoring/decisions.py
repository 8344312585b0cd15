"""What was decided of payments, read by compliance alone (`core.aml.guard`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from core.money import Money
from core.monitoring.features import Features
from core.monitoring.payment import Kind, Verdict
from core.store.unit import Row, Unit

MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Shadow:
    """What the set in the shadow would have done."""

    rule_set: int
    verdict: Verdict
    score: float
    reasons: tuple[str, ...]
    explained: Sequence[tuple[str, float]]
    """What moved its model's score most, in log-odds."""
    model_score: float | None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, with everything it was made of."""

    id: UUID
    """The payment's."""
    at: datetime
    kind: Kind
    customer: UUID
    payee: UUID | None
    amount: Money
    channel: str
    verdict: Verdict
    score: float
    reasons: tuple[str, ...]
    fired: tuple[str, ...]
    features: Features
    explained: Sequence[tuple[str, float]]
    """What moved the model's score most, in log-odds."""
    model_score: float | None
    rule_set: int
    model: str | None
    shadow: Shadow | None


_COLUMNS = """payment_id, at, kind, customer_id, payee, amount, currency, channel, verdict, score,
    reasons, fired, features, explained, model_score, rule_set, model, shadow_set, shadow_verdict,
    shadow_score, shadow_reasons, shadow_explained, shadow_model_score"""


def find(unit: Unit, payment: UUID) -> Decided | None:
    """Return what was decided of a payment; None where it was not judged."""
    row = unit.maybe(
        f"select {_COLUMNS} from payment_decisions where payment_id = %(id)s", id=payment
    )
    return None if row is None else _decided(row)


def of(unit: Unit, payments: Sequence[UUID]) -> Mapping[UUID, Decided]:
    """Return what was decided of some payments, by their ids."""
    rows = unit.all(
        f"select {_COLUMNS} from payment_decisions where payment_id = any(%(ids)s)",
        ids=list(payments),
    )
    return {row.payment_id: _decided(row) for row in rows}


def differing(unit: Unit, rule_set: int) -> list[Decided]:
    """Return payments that a set in the shadow would have decided otherwise, the newest first."""
    rows = unit.all(
        f"""
        select {_COLUMNS} from payment_decisions
        where shadow_set = %(version)s and shadow_verdict is distinct from verdict
        order by at desc limit %(most)s
        """,
        version=rule_set,
        most=MOST_LISTED,
    )
    return [_decided(row) for row in rows]


def _decided(row: Row) -> Decided:
    shadow = None
    if row.shadow_set is not None:
        shadow = Shadow(
            row.shadow_set,
            row.shadow_verdict,
            float(row.shadow_score),
            tuple(row.shadow_reasons),
            _explained(row.shadow_explained),
            _share(row.shadow_model_score),
        )
    return Decided(
        id=row.payment_id,
        at=row.at,
        kind=row.kind,
        customer=row.customer_id,
        payee=row.payee,
        amount=Money(row.amount, row.currency),
        channel=row.channel,
        verdict=row.verdict,
        score=float(row.score),
        reasons=tuple(row.reasons),
        fired=tuple(row.fired),
        features=row.features,
        explained=_explained(row.explained),
        model_score=_share(row.model_score),
        rule_set=row.rule_set,
        model=row.model,
        shadow=shadow,
    )


def _explained(kept: Sequence[tuple[str, float]]) -> Sequence[tuple[str, float]]:
    return [(name, float(by)) for name, by in kept]


def _share(kept: Decimal | None) -> float | None:
    return None if kept is None else float(kept)
