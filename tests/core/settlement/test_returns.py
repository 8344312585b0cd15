"""What comes back after it had arrived: booked as it came, told with the reason, and once."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core.ledger import book
from core.partners import hearing
from core.partners.partner import Told
from core.settlement import store
from tests.core.settlement import house
from tests.core.settlement.house import told, whole


@pytest.fixture
def bank(unit):
    return house.opened(unit)


@pytest.fixture
def brian(unit):
    return house.brian(unit)


def returned(bank, unit, payout, *, amount="KES 1500.00", reason="AC04", number="R1"):
    """Have the rail tell of a return, and confirm it when it is asked."""
    one = store.find(unit, payout)
    news = Told(f"pacs.004 {number} {uuid4()}", verify={"number": number}, subject="return")
    hearing.keep(unit, "pesalink", news, body=b"<Document/>")
    bank.done(
        "pesalink", end_to_end=one.reference, amount=amount, reason=reason, number=number,
        words="Compte clos",
    )  # fmt: skip


@pytest.fixture
def arrived(unit, bank, brian):
    payout = house.start(unit, brian)
    house.send_all(unit)
    bank.done("pesalink")
    return payout


def test_what_comes_back_is_refunded_with_the_reason_once(unit, bank, brian, arrived):
    unit.now += timedelta(hours=5)
    returned(bank, unit, arrived)
    assert house.status(unit, arrived) == "returned"
    # The fee was earned: the account was the payer's own slip.
    assert house.balance(unit, brian.wallet) == ("KES 7950.00", "KES 0.00")
    alert, facts = told(unit)[-1]
    assert (alert, facts["reason"], facts["amount"]) == ("payout_returned", "AC04", "KES 1500.00")
    returned(bank, unit, arrived)
    assert house.balance(unit, brian.wallet)[0] == "KES 7950.00"
    assert unit.value("select count(*) from cases") == 0
    returned(bank, unit, arrived, number="R2")
    assert house.balance(unit, brian.wallet)[0] == "KES 7950.00"
    assert unit.value("select count(*) from cases") == 1
    whole(unit)


def test_a_return_that_is_no_fault_of_the_payer_gives_the_fee_back_too(unit, bank, brian, arrived):
    returned(bank, unit, arrived, reason="AM09")
    assert house.balance(unit, brian.wallet) == ("KES 8000.00", "KES 0.00")
    whole(unit)


def test_less_that_comes_back_is_booked_as_it_came(unit, bank, brian, arrived):
    returned(bank, unit, arrived, amount="KES 1400.00")
    assert house.balance(unit, brian.wallet)[0] == "KES 7850.00"
    assert unit.value("select count(*) from cases") == 1
    whole(unit)


def test_a_return_before_the_word_that_it_arrived_settles_and_returns(unit, bank, brian):
    payout = house.start(unit, brian)
    house.send_all(unit)
    bank.silent("pesalink")
    returned(bank, unit, payout)
    assert house.status(unit, payout) == "returned"
    unit.now += timedelta(minutes=1)
    bank.done("pesalink")
    assert house.status(unit, payout) == "returned"
    assert house.balance(unit, brian.wallet)[0] == "KES 7950.00"
    whole(unit)


def test_a_wallet_that_cannot_take_it_now_is_tried_again(unit, bank, brian, arrived):
    because = book.Reason("grace@wekeza", "asked by the branch")
    book.set_status(unit, id=uuid4(), account=brian.wallet, status="frozen", reason=because)
    returned(bank, unit, arrived)
    assert house.status(unit, arrived) == "returning"
    assert house.clearing(unit) == {"clearing_pesalink": 150_000}
    house.send_all(unit)
    assert house.status(unit, arrived) == "returning"
    whole(unit)
    book.set_status(unit, id=uuid4(), account=brian.wallet, status="active", reason=because)
    unit.now += timedelta(hours=2)
    house.send_all(unit)
    assert house.status(unit, arrived) == "returned"
    assert house.balance(unit, brian.wallet) == ("KES 7950.00", "KES 0.00")
    assert unit.value("select count(*) from cases") == 1
    whole(unit)
