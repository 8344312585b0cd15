"""A day of settlements with 137 breaks of eleven kinds planted in it: exactly those are found."""

from collections import Counter
from functools import partial

import pytest

from bench.recon_planted import PLANTED, make
from core.recon.run import reconcile
from core.store.engine import open_engine
from tests.core.people import someone, units
from tests.core.recon import days


@pytest.fixture
def opened(servers, clean_database):
    """Opens units whose statements may take as long as a busy machine needs for 20,000 payments."""
    engine = open_engine(
        servers.app_url(clean_database), name="wekeza-tests", pool=1, statement_ms=60_000
    )
    yield partial(units(engine), now=days.LATER)
    engine.dispose()


@pytest.fixture
def customer(opened):
    with opened() as unit:
        return someone(unit).id


def reconciled(opened):
    with opened() as unit:
        return reconcile(unit, by="test")


def rows(opened):
    with opened() as unit:
        return days.rows(unit)


def open_breaks(opened):
    with opened() as unit:
        return days.found(unit)


@pytest.mark.parametrize("payments", [1000, pytest.param(20_000, marks=pytest.mark.soak)])
def test_exactly_what_was_planted_is_found_and_once(opened, customer, payments):
    day = make(payments=payments, seed=5)
    days.write(opened, day, customer)
    assert not any(one.again for one in days.take_in(opened, day))
    done = reconciled(opened)
    found = open_breaks(opened)
    assert len(found) == len(set(found)) == sum(PLANTED.values()) == 137
    assert set(found) == day.planted
    assert Counter(kind for kind, _ in found) == PLANTED
    assert done.opened["within_tolerance"] == 9
    # Everything again: the same files, another run. Nothing is added anywhere.
    before = rows(opened)
    assert all(one.again for one in days.take_in(opened, day))
    assert reconciled(opened).run is None
    assert rows(opened) == before
    assert open_breaks(opened) == found
