"""Amina's month by card: all that a payment can become, settled."""

import pytest

from core.cards import cards, clearing, payments
from core.demo.card_payments import spent
from tests.core.people import counter, units

AMINA = "+254712000001"


@pytest.fixture
def unit(bank_engine, now):
    with units(bank_engine, now)() as unit:
        yield unit


@pytest.fixture
def paid(unit):
    at = counter(unit, AMINA)
    (card,) = [one for one in cards.own_cards(unit, at.customer_id) if one.status == "active"]
    return payments.of_card(unit, card.id)


def test_there_is_one_of_each(paid):
    assert {one.status for one in paid} == {"captured", "declined"}
    (declined,) = [one for one in paid if one.status == "declined"]
    (returned,) = [one for one in paid if one.refunded.minor]
    (abroad,) = [one for one in paid if one.country != "KE"]
    assert declined.reason == "funds"
    assert 0 < returned.refunded.minor < returned.captured.minor
    assert (abroad.paid.currency, abroad.status) == ("GBP", "captured")
    assert len(paid) >= 10


def test_what_is_spent_is_what_was_brought(paid):
    assert sum(one.spent.minor for one in paid if one.status != "declined") == spent().minor


def test_all_that_was_taken_is_settled(unit):
    assert clearing.standing(unit) == []
    assert unit.value("select count(*) from card_settlements") >= 8
    assert unit.value("select count(*) from card_settlements where unknown > 0") == 0


def test_it_is_there_to_be_disputed(unit):
    at = counter(unit, AMINA)
    (card,) = [one for one in at.cards_to("report") if one.status == "active"]
    assert len(at.disputable_payments(str(card.id))) >= 3
