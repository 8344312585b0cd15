"""How well the typologies find what was planted in a simulation, and how often they cry wolf.

The simulation's movements go through the very functions that watch the bank, day by day, as a
population of their own; whoever calls this rolls the unit back.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from core.store.unit import Unit
from core.watch import run
from core.watch.run import Found
from core.watch.training.simulated import Movement, Planted, Simulation
from core.watch.typologies import TYPOLOGIES

AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Score:
    """What was found of one typology."""

    typology: str
    planted: int
    found: int
    """Of what was planted, how many a finding names: the same customer, and a movement of it."""
    hard: int
    """Of those found, how many are near the edge; of ``of_hard``."""
    of_hard: int
    alerts: int
    right: int
    """Of the alerts, how many name something planted of this typology."""
    other: int
    """Of the rest, how many name a movement that was planted for another typology."""

    @property
    def recall(self) -> float:
        """The part of what was planted that was found."""
        return self.found / self.planted if self.planted else 1.0

    @property
    def precision(self) -> float:
        """The part of the alerts that is right: naming another typology's money is wrong."""
        return self.right / self.alerts if self.alerts else 1.0


def added(one: Score, other: Score) -> Score:
    """Return two scores of a typology as one."""
    return Score(
        one.typology,
        *(
            getattr(one, part) + getattr(other, part)
            for part in Score.__slots__
            if part != "typology"
        ),
    )


def evaluate(unit: Unit, simulation: Simulation) -> tuple[Sequence[Score], Sequence[Found]]:
    """Watch a simulation day by day; return a score for each typology, and all that was found."""
    population = f"simulated_{simulation.seed}"
    fill(unit, simulation, population)
    found = [
        one
        for day in range(simulation.days)
        for one in run.look(
            unit, (simulation.began + timedelta(days=day)).date(), population=population
        ).live
    ]
    return [_score(name, simulation, found) for name in TYPOLOGIES], found


def fill(unit: Unit, simulation: Simulation, population: str) -> None:
    """Put a simulation's movements where typologies are looked for."""
    for some in _batches(simulation.movements):
        unit.run(
            """
            insert into watch_movements (population, movement_id, at, kind, payer, payee, outside,
                amount, currency, worth)
            select %(population)s, m.* from unnest(%(ids)s::uuid[], %(at)s::timestamptz[],
                %(kinds)s::text[], %(payers)s::uuid[], %(payees)s::uuid[], %(outside)s::text[],
                %(amounts)s::bigint[], %(currencies)s::text[], %(worth)s::bigint[]) m
            """,
            population=population,
            ids=[one.id for one in some],
            at=[one.at for one in some],
            kinds=[one.kind for one in some],
            payers=[one.payer for one in some],
            payees=[one.payee for one in some],
            outside=[one.outside for one in some],
            amounts=[one.amount for one in some],
            currencies=[one.currency for one in some],
            worth=[one.worth for one in some],
        )
    unit.run(
        """
        insert into watch_sims (population, customer_id, at)
        select %(population)s, s.* from unnest(%(customers)s::uuid[], %(at)s::timestamptz[]) s
        on conflict do nothing
        """,
        population=population,
        customers=[customer for customer, _ in simulation.sims],
        at=[at for _, at in simulation.sims],
    )
    unit.run("select watch_count_movements()")


def _batches(movements: Sequence[Movement]) -> Iterator[Sequence[Movement]]:
    for start in range(0, len(movements), AT_ONCE):
        yield movements[start : start + AT_ONCE]


def _score(typology: str, simulation: Simulation, found: Sequence[Found]) -> Score:
    planted = [one for one in simulation.planted if one.typology == typology]
    alerts = [one for one in found if one.typology == typology]
    hits: dict[Planted, int] = defaultdict(int)
    right = other = 0
    labelled = {one.id for one in simulation.movements if one.label}
    for alert in alerts:
        meant = [one for one in planted if _names(alert, one)]
        right += bool(meant)
        other += not meant and not labelled.isdisjoint(alert.movements)
        for one in meant:
            hits[one] += 1
    return Score(
        typology=typology,
        planted=len(planted),
        found=len(hits),
        hard=sum(one.hard for one in hits),
        of_hard=sum(one.hard for one in planted),
        alerts=len(alerts),
        right=right,
        other=other,
    )


def _names(alert: Found, planted: Planted) -> bool:
    movements: frozenset[UUID] = planted.movements
    return alert.customer == planted.subject and not movements.isdisjoint(alert.movements)
