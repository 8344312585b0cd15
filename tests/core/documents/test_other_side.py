"""Whom a wallet's movements paid: a payee elsewhere (masked), a biller, or a phone (masked)."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core.bills import paying
from core.documents import other_side
from core.ledger import book
from core.money import Money
from core.store.unit import Unit
from tests.core.people import Someone
from tests.core.settlement import house

MOST = 20


@pytest.fixture
def bank(unit: Unit) -> house.Partners:
    return house.opened(unit)


@pytest.fixture
def brian(unit: Unit, bank: house.Partners) -> Someone:
    return house.brian(unit)


def shown(unit: Unit, who: Someone) -> list[tuple[str, str]]:
    """Return the movements of a wallet, oldest first: their type, and whom they paid."""
    lines = other_side.recent(unit, who.wallet, limit=MOST)
    return [(line.type, line.who) for line in reversed(lines)]


def test_what_left_names_its_payee_and_its_fee_does_not(unit, bank, brian):
    house.start(unit, brian)
    house.send_all(unit)
    (rail,) = {row.partner for row in unit.all("select partner from partner_orders")}
    bank.done(rail)
    assert shown(unit, brian)[1:] == [("withdrawal", "B***n K***u"), ("fee", "")]


def test_what_came_back_is_nobodys(unit, bank, brian):
    pay(unit, brian)
    bank.refuse("billers", "account_unknown")
    kinds = shown(unit, brian)[1:]
    assert kinds == [("payment", "Nairobi Water"), ("return", "")]


def test_a_bill_names_its_biller_and_airtime_its_phone(unit, brian):
    pay(unit, brian)
    unit.now += timedelta(seconds=1)
    paying.buy_airtime(
        unit, id=uuid4(), customer=brian.id, wallet=brian.wallet, amount=Money(100_00, "KES"),
        phone="+254712000009", channel="ussd",
    )  # fmt: skip
    assert shown(unit, brian)[1:] == [("payment", "Nairobi Water"), ("payment", "+254 7** *** 009")]


def test_papers_tell_the_same(unit, brian):
    pay(unit, brian)
    lines = book.recent(unit, brian.wallet, limit=MOST)
    told = other_side.others(
        unit, brian.wallet, [(one.transaction_id, one.type, one.reference) for one in lines]
    )
    assert list(told.values()) == ["Nairobi Water"]


def test_what_was_erased_is_told_no_more(unit, bank, brian):
    paying.buy_airtime(
        unit, id=uuid4(), customer=brian.id, wallet=brian.wallet, amount=Money(100_00, "KES"),
        phone="+254712000009", channel="ussd",
    )  # fmt: skip
    bank.done("airtime", receipt="R1")
    unit.run("update bill_payments set account = null")
    assert shown(unit, brian)[1:] == [("payment", "")]


def pay(unit: Unit, who: Someone) -> None:
    """Pay a bill of 1,000 shillings."""
    paying.pay_bill(
        unit, id=uuid4(), customer=who.id, wallet=who.wallet, amount=Money(1000_00, "KES"),
        biller="ke-nairobi-water", account="1234567", holder="J***e D***e", channel="ussd",
    )  # fmt: skip
