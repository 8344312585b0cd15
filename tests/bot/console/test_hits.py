"""The desk of screening: hits with both sides, decided by two; lists with what they changed."""

import re
from datetime import date
from uuid import UUID

import pytest

from core.screening.importing import take_in
from core.screening.party import Party
from core.screening.screen import screen
from core.screening.standings import standing
from tests.core.people import someone
from tests.core.screening import lists

HITS, LISTS = "/desk/compliance/hits", "/desk/compliance/lists"
NAMES = ("Kasimu Idrisa", "Zuberi Mwambao")


@pytest.fixture
def zuberi(house) -> UUID:
    """A customer who is called as somebody on a list."""
    with house.unit() as unit:
        take_in(unit, "ofac-sdn", lists.sdn())
        return someone(unit, "+254799123456", names=NAMES, born=date(1958, 2, 12)).id


def the_hit(desk) -> str:
    found = re.search(rf'href="({HITS}/[0-9a-f-]{{36}})">Kasimu', desk.get(HITS).text)
    assert found is not None
    return found[1]


def asked(desk, hit: str, verdict: str) -> str:
    """Ask for a decision, and return where it waits."""
    answer = desk.post(f"{hit}/decide", verdict=verdict, reason="compared the passports")
    assert answer.status_code == 303, answer.text
    return str(answer.location.split("?")[0])


def standing_of(house, customer: UUID) -> str:
    with house.unit() as unit:
        return standing(unit, customer)


def test_a_hit_shows_both_sides_and_why(somebody, zuberi):
    desk = somebody("compliance")
    page = desk.get(the_hit(desk)).text
    for told in (
        "Kasimu Idrisa Zuberi Mwambao", "KASIMU ZUBERI, Mwambao Idrisa", "1958-02-12 or 1959",
        "Date of birth equal", "+0.10", "Country differs", "\u22120.04", "SDGT",
    ):  # fmt: skip
        assert told in page, told


def test_a_true_match_is_asked_for_by_one_and_approved_by_another(somebody, zuberi, house):
    desk = somebody("compliance")
    hit = the_hit(desk)
    waits = asked(desk, hit, "true_match")
    assert "asks that it is a true match" in desk.get(hit).text
    assert desk.post(f"{waits}/approve", code="").status_code in {403, 409, 422}, "nobody alone"
    assert standing_of(house, zuberi) == "block"
    done = somebody("deputy").post(f"{waits}/approve", reason="so it is", code="")
    assert done.status_code == 303, done.text
    assert "True match" in desk.get(f"{HITS}?status=true_match").text


def test_the_whitelist_is_seen_and_left_again(somebody, zuberi, house):
    desk = somebody("compliance")
    hit = the_hit(desk)
    somebody("deputy").post(f"{asked(desk, hit, 'false_positive')}/approve", reason="", code="")
    assert standing_of(house, zuberi) == "clear"
    assert "Kasimu" in desk.get(f"{HITS}?status=false_positive").text
    assert desk.post(f"{hit}/reopen", reason="").status_code == 422
    assert desk.post(f"{hit}/reopen", reason="forged").status_code == 303
    assert standing_of(house, zuberi) == "block"


def test_what_is_no_decision_is_refused(somebody, zuberi):
    desk = somebody("compliance")
    hit = the_hit(desk)
    assert desk.post(f"{hit}/decide", verdict="perhaps", reason="x").status_code == 400
    assert desk.post(f"{hit}/decide", verdict="true_match", reason="").status_code == 422
    assert desk.get(f"{HITS}/{zuberi}").status_code == 404


def test_lists_are_shown_with_what_each_version_changed(somebody, zuberi, house):
    with house.unit() as unit:
        take_in(unit, "ofac-sdn", lists.sdn([lists.SDN[0].replace("1959", "1957"), *lists.SDN[2:]]))
    desk = somebody("compliance")
    page = desk.get(LISTS).text
    assert "OFAC specially designated nationals" in page and "0.830" in page
    newest = re.findall(rf'href="({LISTS}/ofac-sdn/\d+)"', page)[0]
    changes = desk.get(newest).text
    assert "1958-02-12 or 1959" in changes and "1957" in changes and "VOLNAYA ZARYA" in changes
    assert desk.get(f"{LISTS}/ofac-sdn/99").status_code == 404
    form = {"kind": "pep", "review": "0.9", "block": "", "reason": "too many"}
    assert desk.post(f"{LISTS}/bands", **form).status_code == 303
    assert desk.post(f"{LISTS}/bands", **{**form, "review": "2"}).status_code == 409


def test_nobody_else_hears_that_somebody_is_looked_into(somebody, zuberi, house):
    """A page of the customer, the search, the log of a case: none tells of the hit."""
    with house.unit() as unit:
        party = Party("person", "Mwambao Idrisa Kasimu Zuberi")
        screen(unit, party, subject="counterparty", subject_id=unit.new_id(), customer=zuberi)
    for role in ("agent", "supervisor", "operations", "auditor", "admin"):
        desk = somebody(role)
        for path in (HITS, LISTS, f"{LISTS}/ofac-sdn/1"):
            assert desk.get(path).status_code == 403
    agent = somebody("agent")
    page = agent.get(agent.customer(" ".join(NAMES))).text.lower()
    for word in ("screening", "sanction", "ofac", "hit", "watch", "pep"):
        assert not re.search(rf"\b{word}s?\b", page), word
