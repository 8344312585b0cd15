"""Conversions at random: no minor unit is made or lost, and hedges fire exactly when they must."""

import pytest

from tests.core.fx.conversions import Run
from tests.core.people import units


def _run(engine, now, *, seed: int, many: int) -> Run:
    run = Run(units(engine, now), seed, now)
    run.convert(many)
    with run.unit() as unit:
        run.settle_up(unit)
    return run


def test_two_hundred_conversions_over_all_currencies(clean_engine, now):
    run = _run(clean_engine, now, seed=384, many=200)

    assert run.done["converted"] > 170
    assert run.model.hedges > 20 and run.done["hedged"] > 10
    assert len([code for code, many in run.model.income.items() if many]) == 15


@pytest.mark.soak
def test_ten_thousand_conversions_over_all_currencies(clean_engine, now):
    run = _run(clean_engine, now, seed=2026, many=10_000)
    assert run.done["converted"] > 8_500
