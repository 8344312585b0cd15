"""The desk of watching: parameters are drafted, tried and made live by two; drift is shown."""

import re
from datetime import timedelta

import pytest

from core.watch import run, sets

PLACE = "/desk/compliance/watching"


def lines(page: str) -> str:
    """The parameters that stand in the form."""
    found = re.search(r'<textarea id="parameters".*?>(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return found[1]


def version_of(house, status: str) -> int:
    with house.unit() as unit:
        return int(
            unit.value(
                "select max(version) from watch_sets where status = %(status)s", status=status
            )
        )


def test_parameters_are_drafted_tried_and_live_by_two(somebody, house):
    desk = somebody("compliance")
    page = desk.get(PLACE).text
    assert "What the bank began with" in page and "cycle least_length = 3" in page
    changed = lines(page).replace("cycle least_length = 3", "cycle least_length = 4")
    answer = desk.post(PLACE, title="Cycles of four", parameters=changed)
    assert answer.status_code == 303, answer.text
    version = version_of(house, "draft")
    assert desk.post(f"{PLACE}/{version}/shadow").status_code == 303
    asked = desk.post(f"{PLACE}/{version}/live", reason="three are neighbours")
    assert asked.status_code == 303, asked.text
    waits = str(asked.location.split("?")[0])
    assert "What is watched for" in desk.get(waits).text
    other = somebody("deputy")
    assert other.post(f"{waits}/approve", reason="they are", code="").status_code == 303
    with house.unit() as unit:
        assert sets.live(unit).version == version
        assert sets.live(unit).parameters["cycle"]["least_length"] == 4


@pytest.mark.parametrize("line", ["cycle days", "cycle days = many", "cycle = 3", "a b c = 1"])
def test_a_line_that_is_none_is_said(somebody, line):
    desk = somebody("compliance")
    given = f"{lines(desk.get(PLACE).text)}\n{line}"
    answer = desk.post(PLACE, title="Spoilt", parameters=given)
    assert answer.status_code == 409 and line.split("=")[0].strip() in answer.text


def test_what_cannot_be_done_is_said(somebody, house):
    desk = somebody("compliance")
    live = version_of(house, "live")
    for act in ("shadow", "live"):
        answer = desk.post(f"{PLACE}/{live}/{act}", reason="once more")
        assert answer.status_code == 409 and "parameters that are live" in answer.text
    assert desk.post(f"{PLACE}/999/shadow").status_code == 409


def test_what_was_found_is_counted_and_names_nobody(somebody, house, clock):
    with house.unit() as unit:
        day = run.next_day(unit)
    page = somebody("compliance").get(PLACE).text
    assert "What was found" in page and "No model judges payments" in page
    assert day is None or "were not gone through" not in page
    clock.now += timedelta(days=3)
    assert "days are over and were not gone through" in somebody("compliance").get(PLACE).text


@pytest.mark.parametrize("role", ["agent", "supervisor", "operations", "auditor", "admin"])
def test_nobody_else_sees_what_is_looked_for(somebody, role):
    assert somebody(role).get(PLACE).status_code == 403
