"""Money nobody asked for: booked to whom it is for, counted once, else parked and looked into."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core.access import approvals
from core.approvals.catalog import KINDS
from core.deposits import asking, incoming, suspense
from core.deposits.incoming import Incoming
from core.ledger import book
from core.money import Money
from core.partners import hearing
from core.partners.answers import Accepted, Refused
from core.partners.partner import Told
from tests.core.deposits.conftest import AMINA
from tests.core.deposits.partner import answer, due, held, paid
from tests.core.deposits.test_asking import alerts, ask, balance, told
from tests.support.desk import hired

KES_700 = Money.load("KES 700.00")


def paybill(unit, number="QK1", *, account="", amount="KES 700.00", phone=AMINA, say=None):
    """Tell of a payment to the paybill, have it verified, and return the notice's order."""
    news = Told(f"c2b:{number}", verify={"number": number, "account": account})
    hearing.keep(unit, "mpesa", news, body=b"{}")
    facts = {"account": account, "phone": phone, "name": "AMINA OTIENO"}
    return answer(unit, "mpesa", say or (lambda one: paid(one, number, amount, **facts)))


def payment(unit):
    return unit.one("select * from incoming_payments")


def explained(unit):
    rows = unit.all("select kind, currency, amount from clearing_explained_deposits")
    return {(row.kind, row.currency): row.amount for row in rows}


@pytest.mark.parametrize("way", ["account_no", "phone", "nothing"])
def test_it_finds_its_owner(unit, amina, way):
    account = {"account_no": amina.account_no, "phone": "0712 000 001", "nothing": ""}[way]
    paybill(unit, account=account)
    assert balance(unit, amina) == Money.load("KES 2700.00")
    assert alerts(unit) == ["deposit_came"]
    assert payment(unit).status == "booked"
    assert not explained(unit)


def test_told_often_it_is_booked_once(unit, amina):
    for _ in range(3):
        paybill(unit, account=amina.account_no)
    paybill(unit, "QK1", account=amina.account_no)
    assert balance(unit, amina) == Money.load("KES 2700.00")
    assert len(told(unit)) == 1


def test_a_lie_leaves_nothing(unit, amina):
    paybill(unit, account=amina.account_no, say=Refused("not_found"))
    assert balance(unit, amina) == Money.load("KES 2000.00")
    assert unit.value("select count(*) from incoming_payments") == 0


def test_a_prompt_and_its_notice_are_one_payment(unit, amina):
    """M-Pesa tells twice of a paid prompt: by the query, without a number, and by notice."""
    asked = ask(unit, amina)
    answer(unit, "mpesa", paid)
    paybill(unit, "QK7", account=asked.reference, amount="KES 500.00")
    assert balance(unit, amina) == Money.load("KES 2500.00")
    assert payment(unit).number == "QK7"
    paybill(unit, "QK8", account=asked.reference, amount="KES 500.00")  # typed by hand, paid again
    assert balance(unit, amina) == Money.load("KES 3000.00")


def test_the_notice_may_come_first(unit, amina):
    asked = ask(unit, amina)
    answer(unit, "mpesa", Accepted("ws_1"))
    paybill(unit, "QK7", account=asked.reference, amount="KES 500.00")
    due(unit)
    answer(unit, "mpesa", paid)
    assert balance(unit, amina) == Money.load("KES 2500.00")
    assert len(told(unit)) == 1


@pytest.mark.parametrize(
    ("account", "why"), [("RENT APRIL", "unknown_payee"), ("0733 000 999", "unknown_payee")]
)
def test_who_cannot_be_told_is_not_guessed(unit, amina, account, why):
    paybill(unit, account=account)
    row = payment(unit)
    assert (row.status, row.why, row.customer_id) == ("parked", why, None)
    assert held(unit, "suspense_receipts") == KES_700
    assert explained(unit) == {("suspense_receipts", "KES"): 70_000}
    case = unit.one("select category, sub_category, customer_id from cases")
    assert tuple(case) == ("Deposit", "suspense", None)
    assert balance(unit, amina) == Money.load("KES 2000.00")


def test_what_an_account_cannot_take_is_parked_and_told(unit, amina):
    paybill(unit, account=amina.account_no, amount="KES 499000.00")
    row = payment(unit)
    assert (row.status, row.why, row.customer_id) == ("parked", "over_ceiling", amina.id)
    assert alerts(unit) == ["deposit_parked"]


def test_a_frozen_account_gets_nothing(unit, amina):
    reason = book.Reason(by="test", why="test")
    book.set_status(unit, id=uuid4(), account=amina.wallet, status="frozen", reason=reason)
    paybill(unit, account=amina.account_no)
    assert payment(unit).why == "account_frozen"
    assert held(unit, "suspense_receipts") == KES_700


def test_a_currency_nobody_has_is_parked(unit, amina):
    came = Incoming(
        partner="pesalink", number="P1", amount=Money.load("USD 10.00"), account=amina.account_no
    )
    incoming.take_in(unit, came)
    assert payment(unit).why == "other_currency"


def test_a_bank_transfer_stands_at_the_central_bank(unit, amina):
    came = Incoming(partner="pesalink", number="P1", amount=KES_700, account=amina.account_no)
    assert incoming.take_in(unit, came).new
    assert not incoming.take_in(unit, came).new
    assert held(unit, "nostro_central") == Money.load("KES -700.00")


def test_two_people_give_it_to_its_owner(unit, amina, brian):
    approvals.register(KINDS)
    paybill(unit, account="BRIAN", phone="+254799999999")
    parked = suspense.listed(unit)[0]
    maker, checker = hired(unit, "operations"), hired(unit, "supervisor")
    asked = suspense.request(
        unit, maker, payment=parked.id, customer=brian.id, reason="his name, his statement"
    )
    approvals.approve(unit, checker, asked.id)
    assert balance(unit, brian) == Money.load("KES 1200.00")
    assert held(unit, "suspense_receipts").minor == 0
    assert not explained(unit)
    assert payment(unit).status == "booked"
    assert alerts(unit)[-1] == "deposit_came"
    with pytest.raises(suspense.NotParked):
        suspense.request(unit, maker, payment=parked.id, customer=amina.id, reason="again")


def test_in_time_it_goes_back_to_its_payer(unit, amina):
    paybill(unit, account="NOBODY", phone="+254799999999")
    unit.now += timedelta(days=8)
    assert suspense.return_due(unit, most=10) == 1
    assert suspense.return_due(unit, most=10) == 0
    assert held(unit, "suspense_receipts") == KES_700  # until it has arrived
    (order,) = answer(unit, "mpesa", lambda one: paid(one, "QR1"))
    assert (order.action, order.body["phone"], order.body["amount"]) == (
        "pay",
        "+254799999999",
        "KES 700.00",
    )
    assert payment(unit).status == "returned"
    assert held(unit, "suspense_receipts").minor == held(unit, "nostro_mobile").minor == 0
    assert not explained(unit)


def test_what_its_payer_cannot_take_is_parked_again(unit, amina):
    paybill(unit, account="NOBODY", phone="+254799999999")
    unit.now += timedelta(days=8)
    suspense.return_due(unit, most=10)
    answer(unit, "mpesa", Refused("account_blocked"))
    row = payment(unit)
    assert (row.status, row.order_id) == ("parked", None)
    assert row.return_at > unit.now
    assert explained(unit) == {("suspense_receipts", "KES"): 70_000}


def test_what_is_being_decided_stays(unit, amina, brian):
    approvals.register(KINDS)
    paybill(unit, account="NOBODY", phone="+254799999999")
    maker = hired(unit, "operations")
    unit.now += timedelta(days=8)
    suspense.request(
        unit, maker, payment=suspense.listed(unit)[0].id, customer=brian.id, reason="his"
    )
    assert suspense.return_due(unit, most=10) == 0


def test_what_nothing_tells_the_way_back_of_waits_on(unit, amina):
    paybill(unit, account="NOBODY", phone="")
    unit.now += timedelta(days=8)
    assert suspense.return_due(unit, most=10) == 0
    assert payment(unit).return_at > unit.now


def test_a_card_of_a_page_long_given_up_is_booked(unit, amina):
    asked = ask(unit, amina, phone=None)
    answer(unit, "cards", Refused("expired"))
    news = Told("paid:1", verify={"order": str(asked.order)})
    hearing.keep(unit, "cards", news, body=b"{}")
    answer(unit, "cards", lambda one: paid(one, "FLW9", "KES 500.00", order=one.body["order"]))
    assert asking.find(unit, asked.id).status == "paid"
    assert payment(unit).deposit_id == asked.id
