"""Asking for a card: the wallet is verified, the fee exact, the scheme ordered once."""

from datetime import date
from uuid import uuid4

import pytest

from core import outcomes
from core.cards import cards, fees, issuing, lifecycle
from core.cards import outcomes as heard
from core.cards.products import CardBalanceTooLow, CardNotOffered, TooManyCards
from core.ledger import book, verify
from core.partners.answers import Refused
from core.wallets.wallets import WalletGone, open_wallet
from tests.core.cards.making import pan_of
from tests.core.cards.scheme import answer, ask, balance, kes, made, order_of, told
from tests.core.people import someone

REASON = book.Reason("test", "test")


def test_a_virtual_card_is_paid_for_ordered_and_opens_when_it_is_made(unit, amina):
    asked = ask(unit, amina)
    assert (asked.fee, asked.balance) == (kes("50.00"), kes("19950.00"))
    assert asked.card.status == "requested" and asked.card.limit == kes("100000.00")
    card = made(unit, asked.card)
    assert card.status == "active" and card.expires_on == date(2028, 3, 31)
    assert (card.bin, card.last4) == ("424242", pan_of(card.id, "424242")[-4:])
    assert told(unit) == ["card_ready"]
    assert [(e.after, e.why) for e in lifecycle.history(unit, card)] == [
        ("active", "provisioned"), ("requested", "asked"),
    ]  # fmt: skip
    assert verify.verify(unit) == []


def test_the_order_says_what_the_scheme_needs_and_no_more(unit, amina):
    ask(unit, amina, "physical")
    order, _ = order_of(unit)
    assert order.body == {
        "type": "physical", "bin": "555555", "months": "48", "name": "AMINA OTIENO",
        "address": '{"line": "12 Moi Avenue", "town": "Nairobi", "postcode": "00100",'
        ' "country": "KE"}',
    }  # fmt: skip


def test_one_request_id_is_one_card(unit, amina):
    id_ = uuid4()
    first = ask(unit, amina, id=id_)
    assert ask(unit, amina, id=id_) == first
    assert len(cards.own_cards(unit, amina.id)) == 1
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"), holds="KES 5000.00")
    with pytest.raises(LookupError):
        ask(unit, brian, id=id_)
    made(unit, first.card)
    with pytest.raises(AssertionError):
        order_of(unit)


def test_a_wallet_with_too_little_gets_no_card_and_pays_nothing(unit):
    poor = someone(unit, holds="KES 149.99")
    with pytest.raises(CardBalanceTooLow) as refused:
        ask(unit, poor)
    assert refused.value.facts == {"least": "KES 100.00", "fee": "KES 50.00"}
    assert balance(unit, poor) == kes("149.99") and cards.own_cards(unit, poor.id) == []
    exactly = someone(unit, "+254712000002", holds="KES 150.00")
    assert ask(unit, exactly).balance == kes("100.00")


def test_what_is_not_offered_is_refused(unit, amina):
    other = someone(unit, "+255712000003", holds="TZS 500000.00")
    with pytest.raises(WalletGone):
        ask(unit, amina, wallet=other.wallet)
    with pytest.raises(issuing.CardAddressNeeded):
        ask(unit, amina, "physical", to=None)
    dollars = open_wallet(unit, amina.id, "USD")
    with pytest.raises(CardNotOffered):
        ask(unit, amina, wallet=dollars.id)


def test_there_are_only_so_many_cards(unit, amina):
    for _ in range(3):
        ask(unit, amina)
    with pytest.raises(TooManyCards) as refused:
        ask(unit, amina)
    assert refused.value.facts == {"most": "3"}
    assert ask(unit, amina, "physical").fee == kes("500.00")


def test_a_frozen_wallet_gets_no_card(unit, amina):
    book.set_status(unit, id=uuid4(), account=amina.wallet, status="frozen", reason=REASON)
    with pytest.raises(book.AccountFrozen):
        ask(unit, amina)


@pytest.mark.parametrize(("code", "reason"), [("address", "address"), ("odd", "refused")])
def test_a_refused_card_gives_its_fee_back(unit, amina, code, reason):
    asked = ask(unit, amina, "physical")
    assert balance(unit, amina) == kes("19500.00")
    answer(unit, Refused(code))
    card = cards.by_id(unit, asked.card.id)
    assert (card.status, card.code) == ("failed", reason)
    assert balance(unit, amina) == kes("20000.00")
    assert told(unit) == ["card_refused", "card_fee_back"]
    assert fees.paid(unit, card.id) is None
    assert cards.own_cards(unit, amina.id, ended=True) == []
    assert verify.verify(unit) == []


def test_a_fee_that_cannot_come_back_yet_comes_back_later(unit, amina, later):
    ask(unit, amina)
    freeze = {"account": amina.wallet, "reason": REASON}
    book.set_status(unit, id=uuid4(), status="frozen", **freeze)
    answer(unit, Refused("product"))
    assert told(unit) == ["card_refused"]
    cases = unit.value("select count(*) from cases where customer_id = %(id)s", id=amina.id)
    assert cases == 1
    assert heard.give_back_due(unit) is None, "not yet"
    later(hours=1)
    assert heard.give_back_due(unit) is not None
    assert heard.give_back_due(unit) is None, "an hour again"
    book.set_status(unit, id=uuid4(), status="active", **freeze)
    later(hours=1)
    assert heard.give_back_due(unit) is not None
    assert balance(unit, amina) == kes("20000.00")
    assert told(unit)[-1] == "card_fee_back"
    later(hours=2)
    assert heard.give_back_due(unit) is None
    assert unit.value("select count(*) from cases where customer_id = %(id)s", id=amina.id) == 1
    assert verify.verify(unit) == []


def test_an_order_without_a_final_word_gets_a_person(unit, amina):
    asked = ask(unit, amina)
    order, _ = order_of(unit)
    outcomes.tell_stuck(unit, order)
    assert told(unit) == ["card_late"]
    assert cards.by_id(unit, asked.card.id).status == "requested"
    assert unit.value("select count(*) from cases where customer_id = %(id)s", id=amina.id) == 1
