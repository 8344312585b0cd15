"""An amount whose words may mean two: both are told, and which of them it is is asked."""

import pytest

from flows.readings import AmountInDoubt, either, likelier, the_one
from flows.understanding import understand
from tests.flows.handset import Handset
from tests.flows.oracle import Oracle


def test_both_are_of_one_currency_and_the_likelier_comes_first() -> None:
    assert likelier(either("15000", "10005")) == "15000"
    both = either("TZS 15000", "10005")
    assert (likelier(both), both.endswith("TZS 10005")) == ("TZS 15000", True)
    assert likelier("500") == the_one("500") == "500"


def test_none_of_two_is_taken_for_the_one_that_was_meant() -> None:
    with pytest.raises(AmountInDoubt):
        the_one(either("15000", "10005"))


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("tuma elfu kumi na tano kwa 0712000002", "10005"),
        ("tuma 15000 kwa 0712000002", None),
        ("tuma elfu tano kwa 0712000002", None),
    ],
)
def test_what_else_words_may_mean_is_told_where_it_is_asked_for(
    text: str, other: str | None
) -> None:
    understood = understand(text, "KE")
    amount = str(understood.amount)
    assert understood.other_amount == other
    assert understood.entity("amount") == amount
    assert understood.entity("amounts") == (either(amount, other) if other else amount)


@pytest.mark.parametrize(("pick", "sent"), [("1", "KES 11000.00"), ("10,001", "KES 10001.00")])
def test_which_amount_is_asked_before_it_is_read_back(pick: str, sent: str) -> None:
    handset = Handset(bank=Oracle(), channel="sms")
    said = either("11000", "10001")
    handset.begin("send_money", {"recipient": "0712000002", "amount": said})
    assert handset.now is not None
    assert handset.now.state == "which_amount"
    assert [option.key for option in handset.reply.options] == ["11000", "10001"]
    handset.says(pick)
    assert handset.now is not None
    assert (handset.now.state, handset.now.slots["amount"]) == ("review", sent)


@pytest.mark.parametrize(
    ("number", "state"),
    [("37123456789", "looking"), ("500", "account"), ("KES 5000000", "account")],
)
def test_a_long_number_beside_a_biller_is_an_account_there(number: str, state: str) -> None:
    handset = Handset(bank=Oracle(), channel="sms")
    handset.begin("pay_bill", {"biller": f"pay Power 1 {number}", "amount": number})
    assert handset.now is not None
    assert handset.now.state == state
    assert ("bill_account" in handset.now.slots) is (state == "looking")


def test_a_biller_is_heard_in_few_words_too() -> None:
    given = understand("pay KPLC", "KE").given
    assert given["biller"] == "pay KPLC"
