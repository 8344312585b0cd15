"""What a set of rules would have done with payments that were judged before.

The features of every payment are kept with its decision, so a set can be judged on any stretch of
the past, and the answer is the same each time. Nothing is written, and nobody is told. Read by
whoever acts for compliance (`core.aml.guard`).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from core.monitoring.judging import judge
from core.monitoring.payment import RANK, Kind, Verdict
from core.monitoring.rules import RuleSet
from core.store.unit import Row, Unit

AT_ONCE = 2000
MOST_JUDGED = 1_000_000
MOST_SHOWN = 50


class Moved(NamedTuple):
    """From what was decided to what a set would have decided."""

    was: Verdict
    would: Verdict


@dataclass(frozen=True, slots=True)
class Difference:
    """A payment that a set would have decided otherwise."""

    payment: UUID
    at: datetime
    kind: Kind
    moved: Moved
    reasons: tuple[str, ...]
    """Why a set would have, the weightiest first."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a back-test came to."""

    version: int
    since: datetime
    until: datetime
    payments: int
    verdicts: dict[Moved, int]
    fired: dict[str, int]
    """How many payments each rule fired on, also those that never did."""
    differences: tuple[Difference, ...]
    """The first ones, those that would be stopped before the others; at most fifty."""

    @property
    def changed(self) -> int:
        """How many payments would have been decided otherwise."""
        return sum(many for moved, many in self.verdicts.items() if moved.was != moved.would)


def backtest(unit: Unit, rules: RuleSet, *, since: datetime, until: datetime) -> Outcome:
    """Judge the payments of a stretch of time by a set; at most a million, the oldest first.

    Those of customers who are forgotten are left out: of what they were judged by nothing is kept.
    """
    verdicts: Counter[Moved] = Counter()
    fired = dict.fromkeys((rule.name for rule in rules.rules), 0)
    found: list[Difference] = []
    for row in _decided(unit, since=since, until=until):
        judged = judge(row.features, rules, on_hold=row.on_hold)
        moved = Moved(row.verdict, judged.verdict)
        verdicts[moved] += 1
        for name in judged.fired:
            fired[name] += 1
        if moved.was != moved.would:
            reasons = judged.reasons
            found.append(Difference(row.payment_id, row.at, row.kind, moved, reasons))
            found = _first(found)
    return Outcome(
        rules.version,
        since,
        until,
        verdicts.total(),
        dict(sorted(verdicts.items(), key=lambda one: (RANK[one[0].was], RANK[one[0].would]))),
        fired,
        tuple(_sorted(found)[:MOST_SHOWN]),
    )


def _first(found: list[Difference]) -> list[Difference]:
    return _sorted(found)[:MOST_SHOWN] if len(found) >= 2 * MOST_SHOWN else found


def _sorted(found: list[Difference]) -> list[Difference]:
    return sorted(found, key=lambda one: (-RANK[one.moved.would], one.at, one.payment))


def _decided(unit: Unit, *, since: datetime, until: datetime) -> Iterator[Row]:
    """Return decisions in their order, a bounded piece at a time."""
    after: tuple[datetime, UUID] = since, UUID(int=0)
    left = MOST_JUDGED
    while left > 0:
        rows = unit.all(
            """
            select d.payment_id, d.at, d.kind, d.verdict, d.features, k.on_hold
            from payment_decisions d join payment_kinds k on k.kind = d.kind
            where d.at <= %(until)s and (d.at, d.payment_id) > (%(at)s, %(id)s)
                and d.features <> '{}'
            order by d.at, d.payment_id limit %(most)s
            """,
            until=until,
            at=after[0],
            id=after[1],
            most=min(AT_ONCE, left),
        )
        yield from rows
        if len(rows) < AT_ONCE:
            return
        left -= len(rows)
        after = rows[-1].at, rows[-1].payment_id
