"""The model that comes with the house: judged beside the live rules, told, and never applied."""

from datetime import timedelta

import pytest

from core.access import approvals
from core.monitoring import backtest, decisions, model, rule_sets
from core.monitoring.judging import judge
from core.monitoring.rules import rule_set
from core.store.acting import acting_as
from core.watch import cards
from tests.core.monitoring.judged import find_everything, judged, later, payment
from tests.core.monitoring.test_first_rules import QUIET
from tests.core.people import someone
from tests.support.desk import hired

LIVE, SHADOW = 1, 2


@pytest.fixture
def amina(unit):
    return someone(unit, holds="KES 100000.00")


@pytest.fixture
def brian(unit):
    return someone(unit, "+254712000002", names=("Brian", "Kamau"))


@pytest.fixture
def certain(monkeypatch):
    """Every model finds everything suspicious."""
    made = find_everything()
    monkeypatch.setattr("core.monitoring.judging.load", lambda _: made)


def test_it_has_the_live_rules_and_every_model_of_the_house_has_a_set(unit):
    live, shadow = rule_set(unit, LIVE), rule_set(unit, SHADOW)
    assert (live.status, live.model, shadow.status) == ("live", None, "shadow")
    assert [one.condition.text for one in shadow.rules] == [
        one.condition.text for one in live.rules
    ]
    assert [(one.name, one.weight, one.verdict, one.reason) for one in shadow.rules] == [
        (one.name, one.weight, one.verdict, one.reason) for one in live.rules
    ]
    assert (shadow.step_up_at, shadow.hold_at, shadow.block_at) == (
        live.step_up_at, live.hold_at, live.block_at,
    )  # fmt: skip
    assert [shadow.model] == model.versions()


def test_being_certain_it_asks_for_a_code_and_holds_nothing_by_itself(unit):
    shadow = rule_set(unit, SHADOW)
    assert shadow.step_up_at <= shadow.model_points < shadow.hold_at


def test_it_asks_where_most_of_what_it_finds_is_right(unit):
    shadow = rule_set(unit, SHADOW)
    asks_from = shadow.step_up_at / shadow.model_points
    for figures in cards.card(shadow.model).told["figures"].values():
        assert asks_from >= figures["threshold_at_precision_0.8"]


@pytest.mark.parametrize("kind", ["transfer", "payout", "airtime", "bill", "card", "cash"])
def test_it_says_nothing_of_an_ordinary_payment(unit, kind):
    quiet = QUIET | {"kind": kind}
    assert judge(quiet, rule_set(unit, SHADOW), on_hold="hold").verdict == "allow"


def test_what_it_would_say_and_why_is_kept_with_each_decision(unit, amina, brian):
    asked = payment(amina, brian)
    found = judged(unit, asked)
    assert (found.verdict, found.rule_set) == ("allow", LIVE)
    assert (found.model, found.model_score, found.explained) == (None, None, [])
    said = model.load(rule_set(unit, SHADOW).model).score(found.features)
    assert found.shadow.rule_set == SHADOW
    assert found.shadow.model_score == pytest.approx(said.score, abs=1e-5)
    assert [name for name, _ in found.shadow.explained] == [name for name, _ in said.moved]
    assert [by for _, by in found.shadow.explained] == [round(by, 4) for _, by in said.moved]


def test_what_it_would_ask_for_is_listed_and_not_asked(unit, amina, brian, certain):
    found = judged(unit, payment(amina, brian))
    assert (found.verdict, found.shadow.verdict) == ("allow", "step_up")
    assert (found.shadow.score, found.shadow.reasons) == (pytest.approx(60, abs=0.1), ("model",))
    assert found.shadow.explained == [("worth_usd", 9.0)]
    with acting_as(unit, "wekeza_compliance"):
        assert [one.id for one in decisions.differing(unit, SHADOW)] == [found.id]


def test_on_the_past_it_says_what_it_said_beside_it(unit, amina, brian, certain):
    since = unit.now
    found = [judged(unit, payment(amina, brian, amount)) for amount in ("KES 10.00", "KES 90.00")]
    later(unit, minutes=1)
    with acting_as(unit, "wekeza_compliance"):
        outcome = backtest.backtest(
            unit, rule_set(unit, SHADOW), since=since - timedelta(minutes=1), until=unit.now
        )
    assert outcome.payments == outcome.changed == 2
    assert {one.payment for one in outcome.differences} == {one.id for one in found}
    assert {one.reasons for one in outcome.differences} == {("model",)}


def test_two_people_set_it_live(unit, amina, brian, certain):
    maker, checker = hired(unit, "compliance"), hired(unit, "compliance")
    asked = rule_sets.ask_live(unit, maker, SHADOW, why="a month in shadow, read together")
    assert judged(unit, payment(amina, brian)).verdict == "allow"
    assert approvals.approve(unit, checker, asked.id).status == "approved"
    found = judged(unit, payment(amina, brian))
    assert (found.verdict, found.rule_set, found.shadow) == ("step_up", SHADOW, None)
    assert found.model == rule_set(unit, SHADOW).model
    assert found.explained == [("worth_usd", 9.0)]
