"""Rules, and the sets they stand in: data of the database, read once for each version."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from core.monitoring.expressions import Condition, parse
from core.monitoring.payment import Verdict
from core.store.unit import Row, Unit

Status = Literal["draft", "shadow", "live", "retired"]
_KEPT: dict[UUID, "RuleSet"] = {}
"""Sets that are no draft any more: nothing of their rules changes, so each is read once."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: it weighs in the score, or it gives a verdict by itself. ``reason`` is its code."""

    name: str
    condition: Condition
    weight: int | None
    verdict: Verdict | None
    reason: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A version of the rules, and the scores from which on more is asked."""

    version: int
    title: str
    status: Status
    step_up_at: int
    hold_at: int
    block_at: int | None
    model: str | None
    model_points: int
    """What a model adds to the score when it is certain."""
    rules: tuple[Rule, ...]

    def band(self, score: float) -> Verdict:
        """Return what a score asks for."""
        if self.block_at is not None and score >= self.block_at:
            return "block"
        if score >= self.hold_at:
            return "hold"
        return "step_up" if score >= self.step_up_at else "allow"


def rule_set(unit: Unit, version: int) -> RuleSet:
    """Return a set of rules as it stands.

    :raises LookupError: if there is none of that version
    """
    row = unit.maybe(
        """
        select s.version, s.title, s.status, s.step_up_at, s.hold_at, s.block_at, s.model,
            s.model_points
        from rule_sets s where s.version = %(version)s
        """,
        version=version,
    )
    if row is None:
        raise LookupError(f"there is no set of rules {version}")
    return _read(unit, row)


def kept(unit: Unit, key: UUID) -> RuleSet:
    """Return a set that is live or in the shadow by its key; asks the database for each once."""
    found = _KEPT.get(key)
    if found is None:
        version = unit.value("select version from rule_sets where key = %(key)s", key=key)
        found = _KEPT[key] = rule_set(unit, version)
    return found


def read(rows: Sequence[Row]) -> tuple[Rule, ...]:
    """Return rules out of rows.

    :raises BadCondition: if a condition is none; none that can be is ever written
    """
    return tuple(
        Rule(row.name, parse(row.condition), row.weight, row.verdict, row.reason) for row in rows
    )


def _read(unit: Unit, row: Row) -> RuleSet:
    rules = unit.all(
        """
        select name, condition, weight, verdict, reason from payment_rules
        where version = %(version)s order by name
        """,
        version=row.version,
    )
    return RuleSet(
        row.version,
        row.title,
        row.status,
        row.step_up_at,
        row.hold_at,
        row.block_at,
        row.model,
        row.model_points,
        read(rules),
    )
