"""Rules of cards: what binds declines, what watches is written down, what was is run over again."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core.access.actors import Actor, Forbidden
from core.access.approvals import OwnRequest
from core.cards import cards, control_trial, controls
from core.cards.control_trial import RuleNotReady
from core.cards.controls import RuleUnfit, Scope, TooManyRules, UnknownRule
from core.money import Money
from tests.core.cards.making import card_of
from tests.core.cards.terminal import BETS, BOOKS, JAVA, SHELL, Terminal
from tests.core.colleagues import at_work, colleague
from tests.core.people import someone


@pytest.fixture
def own(unit, amina, card):
    def set_(scope=None, **facts):
        return controls.set_own(unit, amina.id, card.id, scope=scope or Scope(), **facts)

    return set_


@pytest.fixture
def olga(unit) -> Actor:
    return at_work(unit, colleague(unit, "operations").id)


@pytest.fixture
def carol(unit) -> Actor:
    return at_work(unit, colleague(unit, "compliance").id)


def kes(text):
    return Money.load(f"KES {text}")


BETTING = Scope(groups=["gambling"])


def test_a_trade_that_is_forbidden(own, till):
    own(BETTING)
    answer = till.pay("10.00", "R1", merchant=BETS)
    assert (answer.code, answer.reason) == ("57", "rule_forbidden")
    assert till.pay("10.00", "R2").approved


def test_abroad_and_a_country_and_a_way(own, till):
    own(Scope(abroad=True, ways=["online"]))
    own(Scope(countries=["GB"], ways=["stripe"]))
    assert till.pay("10.00", "R1", merchant=BOOKS, way="online").reason == "rule_forbidden"
    assert till.pay("10.00", "R2", merchant=BOOKS, way="stripe").reason == "rule_forbidden"
    assert till.pay("10.00", "R3", merchant=BOOKS, way="chip").approved
    assert till.pay("10.00", "R4", way="online").approved


def test_limits_of_one_payment_a_day_and_a_month(unit, own, till):
    own(per="transaction", most=kes("500.00"))
    own(per="day", most=kes("800.00"))
    own(per="month", most=kes("1000.00"))
    assert till.pay("500.01", "R1").reason == "rule_transaction"
    assert till.pay("500.00", "R2").approved
    assert till.pay("300.01", "R3").reason == "rule_day"
    assert till.pay("300.00", "R4").approved
    unit.now += timedelta(days=1)
    assert till.pay("200.01", "R5").reason == "rule_month"
    assert till.pay("200.00", "R6").approved
    unit.now += timedelta(days=31)
    assert till.pay("500.00", "R7").approved


def test_how_often_a_day(own, till):
    own(per="day", most_count=2)
    assert till.pay("1.00", "R1").approved and till.pay("1.00", "R2").approved
    answer = till.pay("1.00", "R3")
    assert (answer.code, answer.reason) == ("65", "rule_count")
    assert till.pay("1.00", "R2").approved, "more of the same payment is no further one"


def test_what_came_back_is_not_spent(own, till):
    own(per="day", most=kes("500.00"))
    till.pay("500.00", "R1")
    till.undo("R1")
    assert till.pay("500.00", "R2").approved


def test_a_raise_counts_once_and_is_judged_whole(own, till):
    own(per="transaction", most=kes("500.00"))
    till.pay("300.00", "R1")
    assert till.pay("200.01", "R1").reason == "rule_transaction"
    assert till.pay("200.00", "R1").approved


def test_a_limit_of_one_trade_counts_that_trade(own, till):
    own(Scope(groups=["fuel"]), per="day", most=kes("500.00"))
    assert till.pay("5000.00", "R1").approved
    assert till.pay("500.00", "R2", merchant=SHELL).approved
    assert till.pay("0.01", "R3", merchant=SHELL).reason == "rule_day"


def test_a_day_begins_where_the_customer_lives(unit, own, till):
    own(per="day", most=kes("100.00"))
    unit.now = unit.now.replace(hour=20, minute=30)  # half past eleven in Nairobi
    assert till.pay("100.00", "R1").approved
    unit.now = unit.now.replace(hour=21, minute=1)
    assert till.pay("100.00", "R2").approved


def test_whose_rule_it_is(unit, amina, card, own):
    made = own(BETTING)
    other = someone(unit, "+254712000002", names=("Brian", "Otieno"))
    with pytest.raises(cards.UnknownCard):
        controls.set_own(unit, other.id, card.id, scope=BETTING)
    with pytest.raises(UnknownRule):
        controls.drop_own(unit, other.id, made.id)
    assert [one.id for one in controls.of_card(unit, card.id)] == [made.id]
    controls.drop_own(unit, amina.id, made.id)
    assert controls.of_card(unit, card.id) == []


@pytest.mark.parametrize(
    "facts",
    [
        {}, {"per": "day"}, {"most": Money(1, "KES")}, {"per": "day", "most": Money(1, "USD")},
        {"per": "day", "most": Money(0, "KES")}, {"per": "transaction", "most_count": 1},
        {"per": "day", "most_count": 0},
    ],
)  # fmt: skip
def test_a_rule_says_one_thing(own, facts):
    with pytest.raises(RuleUnfit):
        own(**facts)


def test_twenty_are_enough(own):
    for _ in range(controls.MOST_RULES):
        own(BETTING)
    with pytest.raises(TooManyRules):
        own(BETTING)


class TestTheBanks:
    def rule(self, unit, actor, **facts):
        given = {"card": None, "currency": "KES", "scope": BETTING, **facts}
        return control_trial.draft(unit, actor, **given)

    def test_in_shadow_it_is_only_written_down(self, unit, olga, card, till):
        rule = self.rule(unit, olga)
        assert till.pay("1.00", "R1", merchant=BETS).approved
        control_trial.move(unit, olga, rule.id, "shadow")
        assert till.pay("1.00", "R2", merchant=BETS).approved
        assert till.pay("1.00", "R3").approved
        assert control_trial.in_shadow(unit, rule.id, since=unit.now) == 1
        row = unit.one("select card_id, mode, breaks from card_control_verdicts")
        assert tuple(row) == (card.id, "shadow", "forbidden")

    def test_it_binds_once_it_ran_over_the_past_and_by_another(self, unit, olga, carol, till):
        rule = self.rule(unit, olga)
        with pytest.raises(RuleNotReady):
            control_trial.move(unit, carol, rule.id, "bind")
        control_trial.move(unit, olga, rule.id, "shadow")
        with pytest.raises(RuleNotReady):
            control_trial.move(unit, carol, rule.id, "bind")
        till.pay("1.00", "R1", merchant=BETS)
        unit.now += timedelta(hours=1)
        control_trial.back_test(unit, olga, rule.id, since=unit.now - timedelta(days=30))
        with pytest.raises(OwnRequest):
            control_trial.move(unit, olga, rule.id, "bind")
        control_trial.move(unit, carol, rule.id, "bind")
        assert till.pay("1.00", "R2", merchant=BETS).reason == "rule_forbidden"
        control_trial.move(unit, olga, rule.id, "retired")
        assert till.pay("1.00", "R3", merchant=BETS).approved
        assert control_trial.of_bank(unit) == []

    def test_a_rule_for_one_card(self, unit, olga, carol, amina, card):
        rule = self.rule(unit, olga, card=card.id)
        for to in ("shadow", "bind"):
            control_trial.back_test(unit, olga, rule.id, since=unit.now)
            control_trial.move(unit, carol, rule.id, to)
        other = Terminal(unit, card_of(unit, amina))
        assert other.pay("1.00", "O1", merchant=BETS).approved
        assert Terminal(unit, card).pay("1.00", "O2", merchant=BETS).code == "57"

    def test_what_it_would_have_said(self, unit, olga, till):
        rule = self.rule(unit, olga, scope=Scope(), per="day", most=kes("500.00"))
        for n, amount in enumerate(("300.00", "200.00", "0.01", "30000.00")):
            till.pay(amount, f"R{n}", merchant=JAVA)
            unit.now += timedelta(minutes=1)
        unit.now += timedelta(days=1)
        till.pay("400.00", "R8")
        unit.now += timedelta(hours=1)
        found = control_trial.back_test(unit, olga, rule.id, since=unit.now - timedelta(days=9))
        assert (found.payments, found.count, found.amount) == (4, 1, kes("0.01"))
        assert [breaks for _, breaks in found.broken] == ["day"]
        later = control_trial.back_test(unit, olga, rule.id, since=unit.now - timedelta(hours=2))
        assert (later.payments, later.count) == (1, 0)

    def test_how_often_and_one_payment(self, unit, olga, till):
        often = self.rule(unit, olga, scope=Scope(), per="month", most_count=1)
        single = self.rule(unit, olga, scope=Scope(), per="transaction", most=kes("5.00"))
        till.pay("6.00", "R1")
        unit.now += timedelta(minutes=1)
        till.pay("1.00", "R2")
        unit.now += timedelta(hours=1)
        since = unit.now - timedelta(days=9)
        assert [
            [
                breaks
                for _, breaks in control_trial.back_test(unit, olga, one.id, since=since).broken
            ]
            for one in (often, single)
        ] == [["count"], ["transaction"]]

    def test_who_makes_them(self, unit, olga):
        with pytest.raises(Forbidden):
            self.rule(unit, at_work(unit, colleague(unit, "agent").id))
        with pytest.raises(UnknownRule):
            control_trial.move(unit, olga, uuid4(), "shadow")
