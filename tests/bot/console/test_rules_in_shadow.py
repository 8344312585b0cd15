"""What compliance sees of the model that comes with the house, before anybody makes it live."""

import pytest

from core.monitoring import model
from tests.bot.console.test_payment_reviews import PLACE, hold, rich
from tests.core.monitoring.judged import find_everything

RULES = "/desk/compliance/rules"
SHADOW = f"{RULES}/2"


@pytest.fixture
def certain(monkeypatch):
    """Every model finds everything suspicious."""
    made = find_everything()
    monkeypatch.setattr("core.monitoring.judging.load", lambda _: made)


def test_it_is_listed_in_the_shadow_beside_the_live_set(somebody):
    desk, [version] = somebody("compliance"), model.versions()
    listed = desk.get(RULES).text
    assert version in listed and "As in the beginning, with a model" in listed
    page = desk.get(SHADOW).text
    for words in (f"Model {version} adds up to 60", "In the shadow", "Make it live"):
        assert words in page, words


def test_where_it_differs_is_told_with_what_moved_it(somebody, house, certain):
    hold(house, rich(house))
    page = somebody("compliance").get(SHADOW).text
    for words in ("Unlike ordinary payments", "Its model is 99.99 % sure",
                  "Worth in US dollars: +9.00"):  # fmt: skip
        assert words in page, words


def test_a_payment_that_is_looked_at_tells_what_it_would_have_said(somebody, house, certain):
    page = somebody("compliance").get(f"{PLACE}/{hold(house, rich(house))}").text
    told = page[page.index("What the shadow would have said") :]
    for words in ("A code is asked", "Score 59.993", f'href="{SHADOW}"', "99.99 % sure",
                  "Unlike ordinary payments", "What moved its model",
                  "Worth in US dollars: +9.00"):  # fmt: skip
        assert words in told, words


def test_somebody_who_asks_for_it_to_be_live_is_sent_to_who_decides(somebody):
    asked = somebody("compliance").post(f"{SHADOW}/live", reason="a month in shadow")
    assert asked.status_code == 303 and "/approvals/" in asked.location
