"""What is looked for goes live by two people, after it was tried, and never changes afterwards."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from core.access import approvals
from core.access.actors import Forbidden
from core.approvals.catalog import KINDS
from core.watch import sets
from core.watch.sets import BadWatchSet, UnknownWatchSet, WatchSetElsewhere
from tests.core.watch.village import BEGAN, Village
from tests.support.desk import hired


@pytest.fixture(autouse=True)
def kinds():
    approvals.register(KINDS)


@pytest.fixture
def halima(unit):
    return hired(unit, "compliance")


@pytest.fixture
def yusuf(unit):
    return hired(unit, "compliance")


def changed(unit, **other):
    """What is live, with parameters of typologies changed."""
    live = sets.live(unit)
    return {name: {**of, **other.get(name, {})} for name, of in live.parameters.items()}


def drafted(unit, actor, **other):
    return sets.draft(
        unit, actor, title="Cycles of four", parameters=changed(unit, **other),
        severities=sets.live(unit).severities,
    )  # fmt: skip


def test_a_set_is_tried_and_then_live_by_two_people(unit, halima, yusuf):
    before = sets.live(unit).version
    version = drafted(unit, halima, cycle={"least_length": 4})
    sets.to_shadow(unit, halima, version)
    asked = sets.ask(unit, halima, version, reason="three are neighbours")
    with pytest.raises(approvals.OwnRequest):
        approvals.approve(unit, halima, asked.id)
    approvals.approve(unit, yusuf, asked.id)
    assert sets.live(unit).version == version
    assert sets.live(unit).parameters["cycle"]["least_length"] == 4
    assert sets.found(unit, before).status == "retired"


def test_what_is_in_shadow_finds_and_raises_nothing(unit, halima):
    unit.now = BEGAN + timedelta(days=3)
    village = Village(unit)
    sets.to_shadow(unit, halima, drafted(unit, halima, cycle={"least_length": 4}))
    village.cycle()
    [done] = village.watched()
    assert [one.typology for one in done.live] == ["cycle"] and done.shadow == ()
    assert len(village.alerts()) == 1


def test_nothing_goes_live_that_was_not_tried(unit, halima):
    version = drafted(unit, halima)
    with pytest.raises(WatchSetElsewhere):
        sets.ask(unit, halima, version, reason="at once")
    with pytest.raises(UnknownWatchSet):
        sets.to_shadow(unit, halima, version + 1)


def test_only_one_is_in_shadow(unit, halima):
    first, second = drafted(unit, halima), drafted(unit, halima)
    sets.to_shadow(unit, halima, first)
    sets.to_shadow(unit, halima, second)
    assert [sets.found(unit, one).status for one in (first, second)] == ["retired", "shadow"]


def test_a_set_that_left_the_shadow_is_not_made_live(unit, halima, yusuf):
    first, second = drafted(unit, halima), drafted(unit, halima)
    sets.to_shadow(unit, halima, first)
    asked = sets.ask(unit, halima, first, reason="better")
    sets.to_shadow(unit, halima, second)
    ended = approvals.approve(unit, yusuf, asked.id)
    assert (ended.status, ended.outcome["code"]) == ("failed", "watch_set_elsewhere")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told.pop("cycle"),
        lambda told: told.update(other={}),
        lambda told: told["cycle"].pop("days"),
        lambda told: told["cycle"].update(more=1),
        lambda told: told["cycle"].update(days="5"),
        lambda told: told["cycle"].update(days=-1),
        lambda told: told["cycle"].update(days=True),
        lambda told: told["cycle"].update(days=sets.MOST + 1),
    ],
)
def test_parameters_that_are_none_are_refused(unit, halima, spoil):
    told = changed(unit)
    spoil(told)
    with pytest.raises(BadWatchSet):
        sets.draft(
            unit, halima, title="Spoilt", parameters=told, severities=sets.live(unit).severities
        )


@pytest.mark.parametrize(
    "severities",
    [{}, {"critical": 1, "high": 2, "medium": 3}, {"critical": 3, "high": 2, "medium": -1}],
)
def test_severities_that_are_none_are_refused(unit, halima, severities):
    with pytest.raises(BadWatchSet):
        sets.draft(unit, halima, title="Spoilt", parameters=changed(unit), severities=severities)


@pytest.mark.parametrize("role", ["agent", "supervisor", "operations", "admin"])
def test_others_neither_read_nor_change_what_is_looked_for(unit, role):
    somebody = hired(unit, role)
    with pytest.raises(Forbidden):
        sets.listed(unit, somebody)
    with pytest.raises(Forbidden):
        drafted(unit, somebody)


@pytest.mark.parametrize(
    "sql",
    [
        "update watch_sets set parameters = parameters || '{\"cycle\": {}}' where status = 'live'",
        "update watch_sets set status = 'shadow', shadow_at = made_at where status = 'live'",
        (
            "insert into watch_sets (title, status, parameters, severities, made_at, live_at)"
            " select 'More', 'live', parameters, severities, made_at, made_at from watch_sets"
        ),
    ],
)
def test_the_database_lets_no_set_change_or_begin_live(unit, sql):
    with pytest.raises(DBAPIError), unit.savepoint():
        unit.run(sql)


def test_the_database_lets_nothing_go_live_by_one_person(unit, halima):
    version = drafted(unit, halima)
    sets.to_shadow(unit, halima, version)
    unit.run("update watch_sets set status = 'retired', retired_at = made_at where status = 'live'")
    with pytest.raises(DBAPIError, match="two people"), unit.savepoint():
        unit.run(
            "update watch_sets set status = 'live', live_at = made_at where version = %(version)s",
            version=version,
        )


def test_who_is_asked_reads_versions_the_newest_first(unit, halima):
    version = drafted(unit, halima)
    told = sets.listed(unit, halima)
    assert [one.version for one in told] == [version, sets.live(unit).version]
