"""Every rail's client on the twin's switch, in the same process and over HTTP: the same answers."""

from collections.abc import Iterator

import pytest

from core.money import Money
from core.partners.answers import Accepted, Done, NotKnown, NotSent, Refused, Unclear
from tests.core.partners.rails.desk import Desk, an_order, direct, order_to_pay, over_http

WORDS = {"amount": "KES 1500.50", "settled_on": "2026-11-24"}


@pytest.fixture(params=["direct", "http"])
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    if request.param == "direct":
        yield direct()
    else:
        with over_http() as found:
            yield found


def test_a_payment_arrives_at_once_or_within_seconds(desk):
    kinds = set()
    for number in range(24):
        order, told = desk.pay(f"01100000001{number:02}")
        kinds.add(type(told))
        desk.clock.pass_by(seconds=10)
        answer = desk.ask(order)
        assert isinstance(answer, Done)
        assert answer.facts == WORDS
    assert kinds == {Done, Accepted}


@pytest.mark.parametrize(
    ("ending", "code"),
    [("404", "AC01"), ("410", "AC04"), ("411", "AC06"), ("412", "BE01"), ("503", "AB08")],
)
def test_a_payment_is_refused_with_the_other_banks_reason(desk, ending, code):
    order, told = desk.pay(f"0110000000{ending}")
    assert isinstance(told, Refused) and told.code == code
    assert desk.ask(order) == told


def test_a_payment_that_was_taken_is_refused_later(desk):
    order, told = desk.pay("0110000000420")
    assert isinstance(told, Accepted)
    desk.clock.pass_by(minutes=2)
    assert isinstance(desk.ask(order), Refused)


def test_an_answer_that_is_lost_is_unclear_and_the_query_says_what_happened(desk):
    order, told = desk.pay("0110000000504")
    assert isinstance(told, Unclear)
    assert isinstance(desk.ask(order), Accepted | Done)
    desk.clock.pass_by(seconds=10)
    assert isinstance(desk.ask(order), Done)


def test_a_call_that_is_lost_was_never_seen_and_arrives_when_made_again(desk):
    order, told = desk.pay("0110000000505")
    assert isinstance(told, Unclear)
    assert isinstance(desk.ask(order), NotKnown)
    again = desk.rail.send(order, seconds=5)
    assert isinstance(again, Accepted | Done)


def test_the_same_order_made_again_is_one_payment(desk):
    order, first = desk.pay()
    for _ in range(3):
        assert isinstance(desk.rail.send(order, seconds=5), type(first) | Accepted | Done)
    assert len(desk.switch.payments) == 1


def test_another_order_of_the_same_payment_is_no_second_payment(desk):
    order, _ = desk.pay(end_to_end="WEK-ONE")
    other, told = desk.pay(end_to_end="WEK-ONE")
    assert isinstance(told, Unclear), "a duplicate was refused, so something did happen"
    assert not told.failure, "and the switch did answer"
    assert isinstance(desk.ask(other), NotKnown)
    assert len(desk.switch.payments) == 1
    assert not isinstance(desk.ask(order), NotKnown)


def test_what_was_refused_may_be_tried_again_by_another_order(desk):
    _, told = desk.pay("0110000000503", end_to_end="WEK-TWO")
    assert isinstance(told, Refused)
    other = order_to_pay("0110000000111", end_to_end="WEK-TWO")
    assert isinstance(desk.rail.send(other, seconds=5), Accepted | Done)


def test_a_switch_that_lies_about_the_amount_is_told_as_it_told(desk):
    order, _ = desk.pay("0110000000509")
    desk.clock.pass_by(seconds=10)
    answer = desk.ask(order)
    assert isinstance(answer, Done) and answer.facts["amount"] == "KES 1500.49"


def test_a_payment_that_lingers_is_accepted_for_a_day(desk):
    order, told = desk.pay("0110000000506")
    assert isinstance(told, Accepted)
    desk.clock.pass_by(hours=25)
    assert isinstance(desk.ask(order), Accepted)
    desk.clock.pass_by(hours=2)
    answer = desk.ask(order)
    assert isinstance(answer, Done) and answer.facts["settled_on"] == "2026-11-25"


def test_a_settled_payment_comes_back_and_the_switch_confirms_it(desk):
    order, _ = desk.pay("0110000000432")
    (number,) = desk.switch.returns
    asked = an_order("verify", {"return": number}, subject="return", at=desk.clock.now)
    assert isinstance(desk.ask(asked), NotKnown), "it has not come back yet"
    desk.clock.pass_by(minutes=3)
    answer = desk.ask(asked)
    assert isinstance(answer, Done)
    assert answer.facts == {
        "number": number,
        "end_to_end": order.body["end_to_end"],
        "amount": "KES 1485.49",  # less one per cent, to the bank's favour
        "reason": "MD07",
        "words": "",
    }


def test_news_that_the_switch_does_not_confirm_is_not_true_after_a_while(desk):
    asked = an_order("verify", {"return": "PLR0000"}, subject="return", at=desk.clock.now)
    assert isinstance(desk.rail.send(asked, seconds=5), Unclear)
    assert isinstance(desk.ask(asked), NotKnown)
    desk.clock.pass_by(minutes=16)
    assert isinstance(desk.ask(asked), Refused)
    came = an_order("verify", {"number": "PLT0000"}, subject="receipt")
    assert isinstance(desk.ask(came), Refused)


def test_a_switch_that_is_down_or_loses_answers_leaves_it_unclear(desk):
    for fault in ({"down": True}, {"lost_calls": 1.0}, {"lost_answers": 1.0}):
        desk.mishaps.reset()
        desk.mishaps.plan = desk.mishaps.plan.changed(fault)
        order, told = desk.pay()
        assert isinstance(told, Unclear)
        assert isinstance(desk.ask(order), Unclear)
        desk.mishaps.reset()
        seen = not isinstance(desk.ask(order), NotKnown)
        assert seen is ("lost_answers" in fault)


def test_what_the_rail_does_not_carry_is_refused(desk):
    for amount, code in (
        ("KES 999999.00", ""), ("KES 999999.01", "AM02"), ("USD 10.00", "AG03"),
    ):  # fmt: skip
        _, told = desk.pay(amount=amount)
        assert (told.code if isinstance(told, Refused) else "") == code


def test_a_rail_that_is_full_is_asked_again_later(desk):
    desk.switch.rules = type(desk.switch.rules)("pesalink", {"KES": None}, a_minute=2)
    assert not isinstance(desk.pay()[1], NotSent)
    assert not isinstance(desk.pay()[1], NotSent)
    order, told = desk.pay()
    assert isinstance(told, NotSent)
    desk.clock.pass_by(minutes=1)
    assert isinstance(desk.rail.send(order, seconds=5), Accepted | Done)


def test_an_order_no_message_can_carry_is_refused_before_it_leaves(desk):
    for wrong in ({"account": "1" * 35}, {"account": "0110", "end_to_end": "x" * 36}):
        order = order_to_pay(**wrong)
        if desk.rail.reach.__class__.__name__ == "HttpReach":
            told = desk.rail.send(order, seconds=5)
            assert isinstance(told, Refused) and told.code == "not_supported"
    order = an_order("pay", {"amount": "KES 5.00"})
    assert isinstance(desk.rail.send(order, seconds=5), Refused)
    assert isinstance(desk.rail.send(an_order("dance", {}), seconds=5), Refused)


def test_the_prefunded_amount_suffices_from_one_netting_to_the_next(desk):
    desk.switch.prefunded = {"KES": Money(200000, "KES")}
    assert not isinstance(desk.pay()[1], Refused)
    _, told = desk.pay()
    assert isinstance(told, Refused) and told.code == "AM04"
    desk.clock.pass_by(hours=3)  # past 11:00 UTC
    assert not isinstance(desk.pay()[1], Refused)
