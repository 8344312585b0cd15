"""Money from or for somebody who may be listed: held, told to compliance alone, decided by two."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from core import customer_copy
from core.access import approvals
from core.access.actors import Forbidden
from core.approvals.catalog import KINDS
from core.crm import erasure
from core.deposits import held as holds
from core.deposits import holding, incoming, suspense, suspense_view
from core.deposits.incoming import Incoming
from core.ledger import book, verify
from core.money import Money
from core.partners.answers import Refused
from core.screening import decisions, hits, rescreen
from core.screening.importing import take_in
from core.screening.standings import Meanwhile, screen_customer
from core.store.acting import acting_as
from tests.core.deposits.partner import answer, held, paid
from tests.core.deposits.test_asking import alerts, ask, balance
from tests.core.deposits.test_incoming import KES_700, explained, paybill, payment
from tests.core.people import someone
from tests.core.screening import lists
from tests.support.desk import hired

LISTED = "Mwambao Idrisa Kasimu Zuberi"
ALIKE = "Mwambao Kasim Zuberi"
PAYER = {"phone": "+254799999999", "name": LISTED}


@pytest.fixture
def listed(unit):
    take_in(unit, "ofac-sdn", lists.sdn())


@pytest.fixture
def officers(unit):
    approvals.register(KINDS)
    return hired(unit, "compliance"), hired(unit, "compliance")


def came(unit, account="", *, number="QK1", partner="mpesa", payer=PAYER, amount=KES_700):
    told = Incoming(partner=partner, number=number, amount=amount, account=account, payer=payer)
    return incoming.take_in(unit, told)


def raised(unit):
    with acting_as(unit, "wekeza_compliance"):
        return unit.all("select type, severity, customer_id, transaction_id from aml_alerts")


def compared(unit):
    return unit.value("select count(*) from screenings where why = 'money_in'")


def decided(unit, officers, outcome):
    """Have two people decide what becomes of the one payment that is held."""
    maker, checker = officers
    asked = holds.request(unit, maker, payment(unit).id, outcome, reason="read both sides")
    approvals.approve(unit, checker, asked.id)
    return payment(unit)


def test_money_of_a_listed_payer_is_held_and_booked_to_nobody(unit, amina, listed):
    taken = came(unit, amina.account_no)
    row = payment(unit)
    assert (taken.status, row.status, row.customer_id) == ("held", "held", amina.id)
    assert balance(unit, amina) == Money.load("KES 2000.00")
    assert held(unit, "suspense_receipts") == KES_700
    assert explained(unit) == {("suspense_receipts", "KES"): 70_000}
    assert verify.verify(unit) == []
    assert alerts(unit) == ["deposit_longer"]
    (alert,) = raised(unit)
    assert (alert.type, alert.severity, alert.customer_id) == ("sanctions", "critical", amina.id)
    assert not came(unit, amina.account_no).new
    assert len(raised(unit)) == 1


def test_nobody_else_learns_of_it(unit, amina, listed):
    came(unit, amina.account_no)
    operations = hired(unit, "operations")
    assert unit.value("select count(*) from cases") == 0
    assert suspense.listed(unit) == []
    for status in suspense_view.STATUSES:
        assert suspense_view.page(unit, operations, status=status) == []
    assert suspense_view.how_many(unit, operations) == 0
    with pytest.raises(suspense.NotParked):
        suspense_view.find(unit, operations, payment(unit).id)
    with pytest.raises(Forbidden):
        holds.page(unit, operations)
    supervisor = hired(unit, "supervisor")
    assert customer_copy.copy(unit, supervisor, amina.id, reason="asked")["money_that_came"] == []


def test_by_the_clock_nothing_becomes_of_it(unit, amina, listed):
    came(unit)
    unit.now += timedelta(days=400)
    assert suspense.return_due(unit, most=10) == 0
    assert payment(unit).status == "held"


def test_a_payer_who_may_be_somebody_else_is_booked_and_looked_at(unit, amina, listed):
    assert came(unit, amina.account_no, payer={"name": ALIKE}).status == "booked"
    assert alerts(unit) == ["deposit_came"]
    (hit,) = hits.page(unit, hired(unit, "compliance"))
    assert (hit.subject, hit.band, hit.customer) == ("counterparty", "review", amina.id)


def test_whether_a_band_is_booked_is_told_by_its_row(unit, amina, listed, monkeypatch):
    asked = []
    monkeypatch.setattr(
        holding, "meanwhile", lambda _, band: asked.append(band) or Meanwhile(False, "waits")
    )
    assert came(unit, amina.account_no, payer={"name": ALIKE}).status == "held"
    assert asked == ["review"]


def test_a_bank_transfer_is_compared_with_the_country_of_its_bank(unit, amina, listed):
    payer = {"name": LISTED, "payer_account": "1", "payer_bic": "YEMBYESA"}
    assert came(unit, amina.account_no, partner="pesalink", payer=payer).status == "held"
    (hit,) = hits.page(unit, hired(unit, "compliance"))
    assert (hit.party.kind, hit.party.country) == ("unknown", "YE")


def test_without_a_name_there_is_nothing_to_compare(unit, amina, listed):
    assert came(unit, amina.account_no, payer={"phone": "+254799999999"}).status == "booked"
    assert compared(unit) == 0


def test_a_payer_who_banks_here_is_looked_up(unit, amina, brian, listed):
    payer = {"phone": "+254712000002", "name": LISTED}
    assert came(unit, amina.account_no, payer=payer).status == "booked"
    assert compared(unit) == 0


def test_who_is_blocked_receives_nothing_from_outside(unit, sender, listed):
    names, born = ("Mwambao Idrisa", "Kasimu Zuberi"), date(1958, 2, 12)
    zuberi = someone(unit, "+254712000009", names=names, born=born)
    screen_customer(unit, zuberi.id, why="joined")
    assert came(unit, zuberi.account_no, payer={}).status == "held"
    assert unit.value("select who from held_receipts") == "owner"
    assert raised(unit)[0].customer_id == zuberi.id


def test_money_whose_owner_is_unknown_is_held_without_an_alert(unit, amina, listed):
    assert came(unit, "RENT").status == "held"
    assert raised(unit) == []
    (one,) = holds.page(unit, hired(unit, "compliance"))
    assert (one.customer, one.amount, one.who) == (None, KES_700, "payer")


def test_a_name_that_comes_after_the_money_is_told_of(unit, amina, listed):
    asked = ask(unit, amina)
    answer(unit, "mpesa", paid)
    assert raised(unit) == []
    facts = {"account": asked.reference, **PAYER}
    paybill(
        unit,
        "QK7",
        account=asked.reference,
        say=lambda one: paid(one, "QK7", "KES 500.00", **facts),
    )
    assert payment(unit).status == "booked"
    assert [row.transaction_id for row in raised(unit)] == [payment(unit).id]


def test_two_people_book_it(unit, amina, listed, officers):
    came(unit, amina.account_no)
    row = decided(unit, officers, "booked")
    assert row.status == "booked" and row.moved_id is not None
    assert balance(unit, amina) == Money.load("KES 2700.00")
    assert held(unit, "suspense_receipts").minor == 0 and not explained(unit)
    assert alerts(unit) == ["deposit_longer", "deposit_came"]
    assert verify.verify(unit) == []
    with pytest.raises(holds.NotHeld):
        holds.request(unit, officers[0], row.id, "returned", reason="after all")


def test_one_person_is_not_enough(unit, amina, listed, officers):
    came(unit, amina.account_no)
    asked = holds.request(unit, officers[0], payment(unit).id, "booked", reason="his passport")
    with pytest.raises(approvals.OwnRequest):
        approvals.approve(unit, officers[0], asked.id)
    assert payment(unit).status == "held"


def test_the_database_lets_nothing_go_that_was_not_decided(unit, amina, listed):
    came(unit, amina.account_no)
    with pytest.raises(IntegrityError, match="two people"), unit.savepoint():
        unit.run("update held_receipts set status = 'booked', decided_at = held_at")
    with pytest.raises(IntegrityError, match="two people"), unit.savepoint():
        unit.run("update incoming_payments set status = 'booked', ended_at = came_at")


def test_frozen_it_stays_until_two_people_let_it_go(unit, amina, listed, officers):
    came(unit, amina.account_no)
    row = decided(unit, officers, "frozen")
    assert row.status == "held" and explained(unit) == {("suspense_receipts", "KES"): 70_000}
    with pytest.raises(holds.NotHeld):
        holds.request(unit, officers[0], row.id, "frozen", reason="again")
    assert alerts(unit) == ["deposit_longer"]
    assert decided(unit, officers, "booked").status == "booked"


def test_two_people_send_it_back(unit, amina, listed, officers):
    came(unit, amina.account_no)
    assert decided(unit, officers, "returned").status == "returning"
    (order,) = answer(unit, "mpesa", lambda one: paid(one, "QR1"))
    assert (order.action, order.body["phone"], order.body["reason"]) == (
        "pay",
        PAYER["phone"],
        "",
    )
    assert payment(unit).status == "returned"
    assert held(unit, "suspense_receipts").minor == 0 and verify.verify(unit) == []


def test_what_its_payer_could_not_take_is_held_again(unit, amina, listed, officers):
    came(unit, amina.account_no)
    decided(unit, officers, "returned")
    answer(unit, "mpesa", Refused("account_blocked"))
    assert payment(unit).status == "held"
    (one,) = holds.page(unit, officers[0])
    assert one.status == "open"


def test_what_has_no_way_back_is_not_sent(unit, amina, listed, officers):
    came(unit, amina.account_no, payer={"name": LISTED})
    with pytest.raises(holds.NoWayBack):
        holds.request(unit, officers[0], payment(unit).id, "returned", reason="not ours")


def test_booked_it_may_still_be_more_than_the_account_takes(unit, amina, listed, officers):
    came(unit, amina.account_no, amount=Money.load("KES 499000.00"))
    row = decided(unit, officers, "booked")
    assert (row.status, row.why) == ("parked", "over_ceiling")
    unit.now += timedelta(days=15)
    assert suspense.return_due(unit, most=10) == 1  # two people have said that it may
    assert payment(unit).status == "returning"


def test_parked_money_is_compared_again_before_it_goes_back(unit, amina):
    came(unit, "RENT")
    assert payment(unit).status == "parked"
    take_in(unit, "ofac-sdn", lists.sdn())
    unit.now += timedelta(days=8)
    assert suspense.return_due(unit, most=10) == 1
    assert payment(unit).status == "held"
    assert unit.value("select count(*) from partner_orders where action = 'pay'") == 0


def test_parked_money_is_compared_again_before_its_owner_gets_it(unit, amina, officers):
    came(unit, "RENT")
    maker, checker = hired(unit, "operations"), hired(unit, "supervisor")
    parked = suspense.listed(unit)[0].id
    asked = suspense.request(unit, maker, payment=parked, customer=amina.id, reason="hers")
    take_in(unit, "ofac-sdn", lists.sdn())
    approvals.approve(unit, checker, asked.id)
    row = payment(unit)
    assert (row.status, row.customer_id, row.wallet_id) == ("held", amina.id, amina.wallet)
    assert decided(unit, officers, "booked").status == "booked"
    assert balance(unit, amina) == Money.load("KES 2700.00")


def test_the_whitelist_holds_for_the_same_payer(unit, amina, listed, officers):
    came(unit, amina.account_no)
    maker, checker = officers
    for hit in hits.page(unit, maker):
        asked = decisions.request(unit, maker, hit.id, "false_positive", reason="his passport")
        approvals.approve(unit, checker, asked.id)
    assert came(unit, amina.account_no, number="QK2").status == "booked"


def test_the_payer_of_held_money_is_compared_with_every_new_list(unit, amina, listed):
    came(unit, "RENT")
    unit.now += timedelta(days=800)
    run = rescreen.begin(unit, everything=True)
    party = unit.value("select party_id from held_receipts")
    due = unit.all(
        """
        select n.due from screening_next(%(run)s, 10) n join screening_subjects s on s.id = n.id
        where s.subject_id = %(party)s
        """,
        run=run.id,
        party=party,
    )
    assert [row.due for row in due] == [True]


def test_while_money_is_held_its_owner_and_payer_are_not_forgotten(unit, amina, listed):
    came(unit, amina.account_no, payer={"name": ALIKE}, number="QK0")  # booked
    came(unit, amina.account_no)
    cash = book.system_account(unit, "cash", "KES")
    reason = book.Reason(by="test", why="she leaves")
    book.close(unit, id=uuid4(), account=amina.wallet, to=cash, reason=reason)
    erasure.erase(unit, amina.id)
    unit.now += erasure.KEPT_FOR + timedelta(days=1)
    assert erasure.due(unit) == []
    payers = unit.all("select status, payer is not null as known from incoming_payments")
    assert {row.status: row.known for row in payers} == {"booked": False, "held": True}


def test_it_is_found_out_before_the_ledger_is_locked(unit, amina, listed, monkeypatch):
    """What a comparison takes, no other payment waits for."""
    steps = []
    lock, look = book.lock_holds, holding.suspect
    monkeypatch.setattr(
        incoming.book, "lock_holds", lambda *a, **k: (steps.append("lock"), lock(*a, **k))[1]
    )
    monkeypatch.setattr(
        holding, "suspect", lambda *a, **k: (steps.append("compare"), look(*a, **k))[1]
    )
    came(unit, amina.account_no)
    assert steps == ["compare", "lock"]
