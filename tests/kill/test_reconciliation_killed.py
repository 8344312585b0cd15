"""A process dies while it takes a statement in, or in the middle of a run: nothing is half done."""

import pytest

from bench import recon_day
from bench.recon_planted import make
from core.access.actors import SYSTEM
from core.recon import imports
from tests.core.people import someone
from tests.core.recon import days
from tests.support import crashes
from tests.support.crashes import KILLED


@pytest.fixture
def day(house, clock):
    """A day in the book that nobody has told of yet."""
    clock.now = days.LATER
    with house.unit() as unit:
        customer = someone(unit).id
    made = make(payments=300, seed=3)
    days.write(house.unit, made, customer)
    return made


def rows(house):
    with house.unit() as unit:
        return days.rows(unit)


def test_a_statement_is_taken_in_whole_or_not_at_all(house, clock, day):
    content = recon_day.report(day, "pesalink", recon_day.ON)
    before = rows(house)
    ended = crashes.exit_code(
        house.settings, "take in", content, "pesalink", now=clock.now, at="recon.source_written"
    )
    assert ended == KILLED and rows(house) == before
    assert not crashes.do(house, "take in", content, "pesalink").again
    assert crashes.do(house, "take in", content, "pesalink").again


@pytest.mark.parametrize("at", ["recon.matched", "recon.judged"])
def test_a_run_that_dies_leaves_nothing_and_the_next_finds_it_all(house, clock, day, at):
    for content, partner, on in days.files(day):
        with house.unit() as unit:
            imports.take_in(unit, SYSTEM, content, partner=partner, on=on)
    before = rows(house)
    assert crashes.exit_code(house.settings, "reconcile", now=clock.now, at=at) == KILLED
    assert rows(house) == before
    for _ in range(2):
        crashes.do(house, "reconcile")
    with house.unit() as unit:
        assert set(days.found(unit)) == day.planted
    assert rows(house)["recon_runs"] == 1
