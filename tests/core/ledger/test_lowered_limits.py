"""Limits that are lowered for a while hold for every way in which money moves."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from core.ledger import book
from core.ledger.book import Item, Leg
from core.ledger.lowering import end_lowered, lower_limits
from tests.core.ledger.books import NOW, at, customer, kes, send

THREE_DAYS = timedelta(hours=72)


@pytest.fixture
def payer(unit):
    return customer(unit, holds=kes(140_000), tier=1)  # 70,000 a payment, 140,000 a day


@pytest.fixture
def payee(unit):
    return customer(unit, tier=3)


def lowered(unit, payer, percent=20):
    lower_limits(unit, payer.owner, percent=percent, until=NOW + THREE_DAYS)


def test_a_refusal_tells_the_lowered_limit_and_its_end(unit, payer, payee):
    lowered(unit, payer)
    with pytest.raises(book.LimitExceeded) as refused:
        send(unit, payer.wallet, payee.wallet, kes(14_000, 1))
    assert refused.value.facts == {
        "scope": "transaction",
        "limit": "KES 14000.00",
        "left": "KES 14000.00",
        "lowered_until": (NOW + THREE_DAYS).strftime("%Y-%m-%dT%H:%M:%S+00:00"),
    }
    send(unit, payer.wallet, payee.wallet, kes(14_000))


def test_what_was_spent_today_counts(unit, payer, payee):
    send(unit, payer.wallet, payee.wallet, kes(20_000))
    lowered(unit, payer)
    send(unit, payer.wallet, payee.wallet, kes(8_000))
    with pytest.raises(book.LimitExceeded) as refused:
        send(unit, payer.wallet, payee.wallet, kes(0, 1))
    assert (refused.value.facts["scope"], refused.value.facts["limit"]) == ("day", "KES 28000.00")


def test_they_end_by_themselves_and_are_forgotten_then(unit, payer, payee):
    lowered(unit, payer)
    assert end_lowered(at(unit, NOW + THREE_DAYS - timedelta(seconds=1)), most=10) == 0
    later = at(unit, NOW + THREE_DAYS)
    send(later, payer.wallet, payee.wallet, kes(70_000))
    assert end_lowered(later, most=10) == 1
    assert end_lowered(later, most=10) == 0
    assert later.value("select count(lowered_until) from limit_counters") == 0


def test_the_smaller_part_and_the_later_end_hold(unit, payer, payee):
    lower_limits(unit, payer.owner, percent=20, until=NOW + THREE_DAYS)
    lower_limits(unit, payer.owner, percent=50, until=NOW + timedelta(hours=1))
    with pytest.raises(book.LimitExceeded) as refused:
        send(at(unit, NOW + timedelta(hours=2)), payer.wallet, payee.wallet, kes(14_001))
    assert refused.value.facts["limit"] == "KES 14000.00"


def hold(unit, payer, payee, amount):
    return book.authorise(
        unit,
        id=uuid4(),
        type="payment",
        leg=Leg(payer.wallet, payee.wallet, amount),
        wallet=payer.wallet,
        expires_at=NOW + timedelta(days=1),
    )


def group(unit, payer, payee, amount):
    half = kes(amount.minor // 200)
    legs = [Leg(payer.wallet, payee.wallet, half), Leg(payer.wallet, payee.wallet, half)]
    book.post(unit, id=uuid4(), type="transfer", legs=legs, wallet=payer.wallet)


def batch(unit, payer, payee, amount):
    item = Item(uuid4(), "transfer", Leg(payer.wallet, payee.wallet, amount), wallet=None)
    (answer,) = book.post_batch(unit, [item])
    if isinstance(answer, Exception):
        raise answer


@pytest.mark.parametrize("move", [hold, group, batch])
def test_every_way_of_moving_money(unit, payer, payee, move):
    lowered(unit, payer)
    with pytest.raises(book.LimitExceeded):
        move(unit, payer, payee, kes(14_002))
    move(unit, payer, payee, kes(14_000))


def test_a_hold_is_not_raised_past_them(unit, payer, payee):
    one = uuid4()
    book.authorise(
        unit,
        id=one,
        type="payment",
        leg=Leg(payer.wallet, payee.wallet, kes(10_000)),
        wallet=payer.wallet,
        expires_at=NOW + timedelta(days=1),
    )
    lowered(unit, payer)
    with pytest.raises(book.LimitExceeded):
        book.raise_hold(unit, id=uuid4(), hold=one, amount=kes(4_001))
    book.raise_hold(unit, id=uuid4(), hold=one, amount=kes(4_000))


@pytest.mark.parametrize("percent", [0, 100])
def test_a_part_is_a_part(unit, payer, percent):
    with pytest.raises(DBAPIError):
        lower_limits(unit, payer.owner, percent=percent, until=NOW)
