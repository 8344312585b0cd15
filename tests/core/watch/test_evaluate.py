"""What is planted in a simulation is found by the functions that watch the bank."""

import pytest

from core.watch.training.evaluate import evaluate
from core.watch.training.simulate import LEAST_DAYS, simulate
from core.watch.typologies import TYPOLOGIES

SMALL = {"customers": 300, "days": LEAST_DAYS, "instances": 1}
HELD_OUT = (201, 202, 203)
"""Seeds that nothing was tuned on."""


@pytest.fixture(scope="module")
def small():
    return simulate(11, **SMALL)


def test_the_same_seed_is_the_same_simulation_to_the_byte(small):
    assert list(simulate(11, **SMALL).lines()) == list(small.lines())
    assert simulate(12, **SMALL).digest != small.digest


def test_nobody_sends_what_they_do_not_have(small):
    holds = dict(small.opening)
    for one in small.movements:
        if one.payer is not None:
            holds[one.payer] -= one.worth
            assert one.label or holds[one.payer] >= 0
        if one.payee is not None:
            holds[one.payee] += one.worth
        assert one.amount > 0 and one.payer != one.payee


def test_everything_planted_is_labelled_and_within_the_days(small):
    labels = {one.id: one.label for one in small.movements}
    kinds = {one.typology for one in small.planted}
    assert kinds == TYPOLOGIES.keys()
    for one in small.planted:
        assert {labels[movement] for movement in one.movements} == {one.typology}
    assert [one.at for one in small.movements] == sorted(one.at for one in small.movements)
    assert small.began <= small.movements[0].at


def test_too_small_a_bank_cannot_be_simulated():
    with pytest.raises(ValueError, match="at least"):
        simulate(1, customers=100)
    with pytest.raises(ValueError, match="at least"):
        simulate(1, days=LEAST_DAYS - 1)


def test_what_is_planted_is_found(unit, small):
    scores, _ = evaluate(unit, small)
    assert {one.typology for one in scores} == TYPOLOGIES.keys()
    assert all(one.planted == 1 for one in scores)
    assert sum(one.found for one in scores) >= 8
    assert sum(one.right for one in scores) >= 0.8 * sum(one.alerts for one in scores)


@pytest.fixture(scope="module")
def held_out():
    """Simulations, made before a database is asked: it waits for nobody who thinks for long."""
    return [simulate(seed) for seed in HELD_OUT]


@pytest.mark.soak
def test_every_typology_is_found_on_seeds_that_nothing_was_tuned_on(held_out, unit):
    total: dict[str, list[int]] = {name: [0, 0, 0, 0] for name in TYPOLOGIES}
    for simulation in held_out:
        scores, _ = evaluate(unit, simulation)
        for one in scores:
            for place, many in enumerate((one.planted, one.found, one.alerts, one.right)):
                total[one.typology][place] += many
    for name, (planted, found, alerts, right) in total.items():
        assert found >= 0.8 * planted, name
        assert right >= 0.8 * alerts, name
