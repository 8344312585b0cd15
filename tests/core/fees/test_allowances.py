"""What may still be spent: the same figures the ledger judges by."""

from datetime import UTC, datetime, timedelta

import pytest

from core.fees import allowances
from core.ledger import book
from core.ledger.lowering import lower_limits
from core.ledger.refusals import LimitExceeded
from core.money import Money
from core.transfers.send import send_money
from tests.core.people import someone


@pytest.fixture
def amina(unit):
    return someone(unit, holds="KES 400000.00")


@pytest.fixture
def brian(unit):
    return someone(unit, "+254712000002", names=("Brian", "Kamau"))


def send(unit, amina, brian, amount):
    send_money(
        unit,
        id=unit.new_id(),
        payer=amina.id,
        payee=brian.id,
        amount=Money.load(amount),
        channel="sms",
    )


def told(unit, customer):
    now = allowances.read(unit, customer.id)
    return [
        str(now.at_once),
        *(f"{one.used} {one.left} {one.limit}" for one in (now.today, now.month)),
    ]


def test_nothing_used_at_first(unit, amina):
    assert told(unit, amina) == [
        "KES 250000.00",
        "KES 0.00 KES 500000.00 KES 500000.00",
        "KES 0.00 KES 5000000.00 KES 5000000.00",
    ]
    assert allowances.read(unit, amina.id).tier == 2


def test_a_payment_and_a_hold_are_used_until_the_countrys_day_is_over(unit, amina, brian):
    unit.now = datetime(2026, 3, 31, 20, 0, tzinfo=UTC)  # 23:00 in Nairobi
    send(unit, amina, brian, "KES 1500.00")
    unclaimed = book.system_account(unit, "unclaimed", "KES")
    book.authorise(
        unit,
        id=unit.new_id(),
        type="transfer",
        leg=book.Leg(amina.wallet, unclaimed, Money.load("KES 500.00")),
        wallet=amina.wallet,
        expires_at=unit.now + timedelta(hours=72),
    )
    assert told(unit, amina)[1:] == [
        "KES 2000.00 KES 498000.00 KES 500000.00",
        "KES 2000.00 KES 4998000.00 KES 5000000.00",
    ]
    unit.now += timedelta(hours=1)
    assert told(unit, amina)[1:] == [
        "KES 0.00 KES 500000.00 KES 500000.00",
        "KES 0.00 KES 5000000.00 KES 5000000.00",
    ]


def test_lowered_limits_are_told_as_the_ledger_judges_them(unit, amina, brian):
    until = unit.now + timedelta(hours=72)
    lower_limits(unit, amina.id, percent=10, until=until)
    now = allowances.read(unit, amina.id)
    assert (str(now.at_once), now.lowered_until) == ("KES 25000.00", until)
    with pytest.raises(LimitExceeded) as refused, unit.savepoint():
        send(unit, amina, brian, "KES 25000.01")
    assert refused.value.facts["limit"] == str(now.at_once)
    unit.now = until
    assert allowances.read(unit, amina.id).lowered_until is None
    assert told(unit, amina)[0] == "KES 250000.00"


def test_what_has_no_limit_has_nothing_left_of_it():
    assert allowances.Allowance(Money(5, "NGN"), None).left is None
    assert allowances.Allowance(Money(5, "NGN"), Money(3, "NGN")).left == Money(0, "NGN")
