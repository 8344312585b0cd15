"""The bank's rules for cards at the desk: drafted, watched, tested, and let bind by another."""

import re

import pytest

from core.cards import control_trial
from tests.bot.console.conftest import Desk
from tests.core.cards.making import card_of
from tests.core.cards.terminal import BETS, Terminal
from tests.core.people import someone

PAGE = "/desk/operations/card-rules"


@pytest.fixture
def olga(somebody) -> Desk:
    return somebody("operations")


def drafted(house, who: Desk, **form) -> str:
    answer = who.post(PAGE, **({"currency": "KES", "groups": "gambling"} | form))
    assert answer.status_code == 303, answer.text
    with house.unit() as unit:
        return str(control_trial.of_bank(unit)[0].id)


def test_a_rule_from_its_draft_to_its_end(house, somebody, olga):
    rule = drafted(house, olga)
    assert "gambling" in olga.get(PAGE).text and "Draft" in olga.get(PAGE).text
    olga.post(f"{PAGE}/{rule}/shadow")
    with house.unit() as unit:
        who = someone(unit, "+254799000001", holds="KES 2000.00")
        assert Terminal(unit, card_of(unit, who)).pay("10.00", merchant=BETS).approved
    assert "would have declined 1" in olga.get(PAGE).text
    refused = olga.post(f"{PAGE}/{rule}/bind")
    assert refused.status_code == 409 and "runs in shadow first" in refused.text
    tested = olga.post(f"{PAGE}/{rule}/test").text
    assert re.search(r"\d+ of \d+ payments", tested)
    own = olga.post(f"{PAGE}/{rule}/bind")
    assert own.status_code == 403 and "Somebody else must decide" in own.text
    carol: Desk = somebody("compliance")
    assert carol.post(f"{PAGE}/{rule}/bind").status_code == 303
    assert "Binds" in olga.get(PAGE).text
    assert olga.post(f"{PAGE}/{rule}/retired").status_code == 303
    assert "The bank has no rules for cards." in olga.get(PAGE).text


def test_a_limit_and_what_is_shown_of_it(house, olga):
    drafted(
        house, olga, groups="", per="day", most="5000", count="3", ways="online",
        countries="gb, us", abroad="yes",
    )  # fmt: skip
    page = olga.get(PAGE).text
    assert "at most KES 5,000.00 and 3 times, a day" in page
    assert "online, in GB, US, abroad" in page


@pytest.mark.parametrize(
    "form",
    [
        {"groups": ""}, {"currency": "XXX"}, {"countries": "Kenya"}, {"per": "day"},
        {"most": "5"}, {"per": "day", "count": "x"}, {"per": "day", "most": "much"},
    ],
)  # fmt: skip
def test_what_is_no_rule(olga, form):
    answer = olga.post(PAGE, **({"currency": "KES", "groups": "gambling"} | form))
    assert answer.status_code in {409, 422}


def test_who_makes_none(somebody):
    assert somebody("agent").get(PAGE).status_code == 403
