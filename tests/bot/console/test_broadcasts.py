"""News to many, at the desk: asked for by one, approved by another, stopped by either."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

PAGE = "/desk/team/broadcasts"


@pytest.fixture
def plan(house):
    ends = house.now().astimezone(ZoneInfo("Africa/Nairobi")) + timedelta(days=2)
    return {
        "name": "Cards in March", "en": "{name}, cards are free.", "sw": "{name}, kadi ni bure.",
        "fr": "{name}, cartes gratuites.", "languages": ["en", "sw"], "tiers": ["1", "2"],
        "ends_at": ends.strftime("%Y-%m-%dT%H:%M"), "reason": "The March offer",
    }  # fmt: skip


def test_two_people_send_one_and_either_stops_it(somebody, plan):
    maker, checker = somebody("operations"), somebody("compliance")
    assert maker.post(PAGE, **plan).location.endswith("done=asked")
    page = maker.get(PAGE).text
    assert "waits for approval" in page and "languages: en, sw" in page.lower()
    path = re.search(r'href="(/desk/approvals/[0-9a-f-]{36})"', page)[1]
    asked = checker.get(path).text
    assert "Message to many customers" in asked and "kadi ni bure" in asked
    decided = checker.post(f"{path}/approve", reason="Checked with legal")
    assert decided.status_code == 303, decided.text
    page = checker.get(PAGE).text
    assert "begins" in page
    stop = re.search(rf'action="({PAGE}/[0-9a-f-]{{36}}/stop)"', page)[1]
    silent = checker.post(stop)
    assert (silent.status_code, "Say why" in silent.text) == (422, True)
    assert checker.post(stop, reason="A wrong price").location.endswith("done=stopped")
    again = maker.post(stop, reason="Once more")
    assert (again.status_code, "it was stopped" in again.text) == (409, True)


def test_nobody_approves_their_own(somebody, plan):
    maker = somebody("supervisor")
    maker.post(PAGE, **plan)
    path = re.search(r'href="(/desk/approvals/[0-9a-f-]{36})"', maker.get(PAGE).text)[1]
    assert maker.post(f"{path}/approve", reason="I like it").status_code == 403


def test_what_cannot_be_told_is_said_and_nothing_typed_is_lost(somebody, plan):
    maker = somebody("supervisor")
    for wrong, said in (
        ({"name": " "}, "the name"),
        ({"sw": " "}, "the words in sw"),
        ({"fr": "{phone}"}, "stands in braces in fr"),
        ({"ends_at": "soon"}, "the end"),
        ({"ends_at": "2019-01-01T10:00"}, "the end"),
        ({"tiers": "9"}, "the choice"),
        ({"countries": "XX"}, "the choice"),
        ({"reason": " "}, "Say why"),
    ):
        answer = maker.post(PAGE, **(plan | wrong))
        assert answer.status_code == 422, wrong
        assert said in answer.text, wrong
        if "en" not in wrong:
            assert "{name}, cards are free." in answer.text


def test_compliance_reads_and_asks_for_none(somebody, plan):
    checker = somebody("compliance")
    assert "Ask for it" not in checker.get(PAGE).text
    assert checker.post(PAGE, **plan).status_code == 403
    assert somebody("agent").get(PAGE).status_code == 403
