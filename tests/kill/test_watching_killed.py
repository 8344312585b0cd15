"""A process dies in the middle of a day that is watched: nothing of it stays or is lost."""

from datetime import timedelta

import pytest

from core.store.acting import acting_as
from core.store.sealed import COMPLIANCE_ROLE
from tests.core.watch.village import BEGAN, Village
from tests.support import crashes
from tests.support.crashes import KILLED


@pytest.fixture
def going_round(house, clock):
    """Money that has gone round, on a day that is over."""
    clock.now = BEGAN + timedelta(days=1)
    with house.unit() as unit:
        Village(unit).cycle()


def counted(house):
    tables = ("watch_days", "watch_movements", "watch_findings", "aml_alerts")
    with house.unit() as unit, acting_as(unit, COMPLIANCE_ROLE):
        hidden = [unit.value(f"select count(*) from {one}") for one in tables[2:]]
    with house.unit() as unit:
        return [unit.value(f"select count(*) from {one}") for one in tables[:2]] + hidden


@pytest.mark.parametrize("at", ["watch.taken", "watch.raised"])
def test_a_day_is_watched_whole_or_not_at_all(house, clock, going_round, at):
    before = counted(house)
    ended = crashes.exit_code(house.settings, "watch", now=clock.now, at=at)
    assert ended == KILLED
    days, moved, found, raised = counted(house)
    assert (found, raised) == tuple(before[2:])
    for _ in range(2):
        crashes.do(house, "watch")
    days, moved, found, raised = counted(house)
    assert days > 0 and moved >= 3 and (found, raised) == (before[2] + 1, before[3] + 1)
