"""Simulating a bank: ordinary life, innocent look-alikes and planted typologies, all paid for.

The same seed makes the same simulation to the byte: all chance comes from one generator, and all
money is whole.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from random import Random
from uuid import UUID

from core.watch.training import cast, life, lookalikes, planted
from core.watch.training.simulated import Movement, Script, Simulation

BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = 70
CUSTOMERS = 3000
INSTANCES = 12
"""Of each typology."""
LEAST_DAYS = planted.SILENT_DAYS + 14
LEAST_CUSTOMERS = 300


def simulate(
    seed: int,
    *,
    customers: int = CUSTOMERS,
    days: int = DAYS,
    instances: int = INSTANCES,
    began: datetime = BEGAN,
) -> Simulation:
    """Return what happened at a simulated bank.

    :raises ValueError: if there are too few days for an account to sleep and wake, or too few
        people for what is to be planted among them
    """
    if days < LEAST_DAYS or customers < max(LEAST_CUSTOMERS, 200 * instances):
        raise ValueError(f"at least {LEAST_DAYS} days, and 200 customers for each instance")
    script = Script(Random(seed), began, days)  # noqa: S311 - a story, not a secret
    homes = cast.populate(script, customers)
    towns = {code: cast.town(home) for code, home in homes.items()}
    for person in list(script.people):
        life.live(script, person, cast.circle(script, person, towns[person.country]))
    planted.add(script, homes, instances)
    lookalikes.add(script, homes)
    moves = sorted(_within(script), key=lambda one: (one.at, one.id))
    opening = {one.id: round(one.income * script.chance.uniform(20, 90)) for one in script.people}
    opening = _topped_up(moves, opening)
    return Simulation(
        seed,
        began,
        days,
        script.people,
        opening,
        list(_afforded(moves, opening)),
        sorted(script.sims),
        script.planted,
    )


def _within(script: Script) -> Iterator[Movement]:
    """Yield what happens within the days that are simulated, to people who bank there by then."""
    last = script.at(script.days)
    opened = {one.id: one.opened_at for one in script.people}
    for one in script.told():
        sides = (side for side in (one.payer, one.payee) if side is not None)
        if script.began <= one.at < last and all(opened[side] <= one.at for side in sides):
            yield one


def _topped_up(moves: Iterable[Movement], opening: dict[UUID, int]) -> dict[UUID, int]:
    """Return what each must hold at first so that everything planted can be paid."""
    least, holds = dict(opening), dict(opening)
    for one in moves:
        if one.payer is not None:
            short = one.worth - holds[one.payer]
            if short > 0 and not one.label:
                continue
            if short > 0:
                least[one.payer] += short
                holds[one.payer] += short
            holds[one.payer] -= one.worth
        if one.payee is not None:
            holds[one.payee] += one.worth
    return least


def _afforded(moves: Iterable[Movement], opening: dict[UUID, int]) -> Iterator[Movement]:
    """Yield what is paid: nobody sends what they do not have."""
    holds = dict(opening)
    for one in moves:
        if one.payer is not None:
            if holds[one.payer] < one.worth and not one.label:
                continue
            holds[one.payer] = max(0, holds[one.payer] - one.worth)
        if one.payee is not None:
            holds[one.payee] += one.worth
        yield one
