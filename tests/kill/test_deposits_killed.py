"""A process dies while money comes in or passes over a till: all of it happened, or nothing."""

from uuid import uuid4

import pytest

from core.access import approvals
from core.approvals.catalog import KINDS
from core.deposits import agents, held, suspense
from core.deposits.incoming import Incoming
from core.ledger import book
from core.money import Money
from core.screening.importing import take_in
from core.store.acting import acting_as
from core.store.outbox import register_senders
from tests.core.people import someone
from tests.core.screening import lists
from tests.support import crashes, unsealed
from tests.support.crashes import KILLED
from tests.support.desk import hired
from tests.support.outbox_rows import ALL

AMINA, BRIAN = "+254712000001", "+254712000002"
LISTED = "Mwambao Idrisa Kasimu Zuberi"
KES_700 = Money.load("KES 700.00")


@pytest.fixture
def people(house):
    with house.unit() as unit:
        register_senders(unit, ALL)
        amina = someone(unit, AMINA, holds="KES 2000.00")
        brian = someone(unit, BRIAN, names=("Brian", "Kamau"), holds="KES 500.00")
        agent = agents.appoint(
            unit,
            customer=brian.id,
            country="KE",
            most_at_once=Money.load("KES 5000.00"),
            most_a_day=Money.load("KES 9000.00"),
        )
        cash = book.system_account(unit, "cash", "KES")
        leg = book.Leg(cash, agent.float_account, Money.load("KES 3000.00"))
        book.post(unit, id=uuid4(), type="deposit", legs=[leg], wallet=agent.float_account)
    return amina, brian


def stands(house, people):
    """What wallet and float hold and have set aside, and every row that came of it."""
    amina, brian = people
    with house.unit() as unit:
        assert book.verify(unit) == []
        wallet = book.balance(unit, amina.wallet)
        agent = agents.agent_of(unit, brian.id)
        tables = ("deposits", "partner_orders", "incoming_payments", "cases", "till_movements")
        counts = [unit.value(f"select count(*) from {table}") for table in tables]
        codes = [row.status for row in unit.all("select status from cash_codes")]
        told = [row.payload["alert"] for row in unsealed.outbox(unit)]
        left = book.balance(unit, agent.float_account).posted
        return str(wallet.posted), str(wallet.held), str(left), counts, codes, told


def dies_then_happens_once(house, people, clock, work, *facts, at):
    """Have work die at a point, see that nothing was left, do it twice; return what was left."""
    before = stands(house, people)
    code = crashes.exit_code(house.settings, work, *facts, now=clock.now, at=at)
    assert code == KILLED
    assert stands(house, people) == before
    for _ in range(2):
        crashes.do(house, work, *facts)
    return stands(house, people)


def test_a_deposit_is_asked_for_with_its_order_or_not_at_all(house, people, clock):
    amina, _ = people
    facts = (amina.id, amina.wallet, AMINA, uuid4())
    after = dies_then_happens_once(house, people, clock, "ask deposit", *facts, at="deposit.owed")
    assert after[3][:2] == [1, 1]


@pytest.mark.parametrize("at", ["deposit.posted", "deposit.taken_in"])
@pytest.mark.parametrize("known", [True, False])
def test_money_that_came_is_booked_or_parked_once(house, people, clock, at, known):
    amina, _ = people
    account = amina.account_no if known else "RENT"
    came = Incoming(partner="mpesa", number=f"QK{at}{known}", amount=KES_700, account=account)
    after = dies_then_happens_once(house, people, clock, "take in money", came, at=at)
    assert after[0] == ("KES 2700.00" if known else "KES 2000.00")
    assert after[3][2:4] == [1, 0 if known else 1]
    assert after[5] == (["deposit_came"] if known else [])


def held_money(house, amina):
    """Have money come from somebody who is listed; return what it is to be taken in by."""
    with house.unit() as unit:
        take_in(unit, "ofac-sdn", lists.sdn())
    payer = {"phone": "+254799999999", "name": LISTED}
    return Incoming(
        partner="mpesa", number="QK1", amount=KES_700, account=amina.account_no, payer=payer
    )


@pytest.mark.parametrize("at", ["deposit.posted", "receipt.held", "deposit.taken_in"])
def test_money_of_somebody_listed_is_held_once(house, people, clock, at):
    came = held_money(house, people[0])
    after = dies_then_happens_once(house, people, clock, "take in money", came, at=at)
    assert after[0] == "KES 2000.00"
    assert after[3][2:4] == [1, 0]
    assert after[5] == ["deposit_longer"]
    assert held_now(house) == [("held", "open", 1)]


@pytest.mark.parametrize(
    ("outcome", "ends"),
    [("booked", ("booked", "booked", 1)), ("returned", ("returning", "returned", 1)),
     ("frozen", ("held", "frozen", 1))],
)  # fmt: skip
def test_what_two_people_make_of_held_money_happens_once(house, people, clock, outcome, ends):
    approvals.register(KINDS)
    crashes.do(house, "take in money", held_money(house, people[0]))
    with house.unit() as unit:
        maker, checker = hired(unit, "compliance"), hired(unit, "compliance")
        payment = unit.value("select payment_id from held_receipts")
        asked = held.request(unit, maker, payment, outcome, reason="read both sides")
    before = stands(house, people)
    facts = (checker, asked.id)
    died = crashes.exit_code(house.settings, "approve", *facts, now=clock.now, at="receipt.decided")
    assert died == KILLED
    assert stands(house, people) == before and held_now(house) == [("held", "open", 1)]
    crashes.do(house, "approve", *facts)
    with pytest.raises(approvals.ApprovalDecided):
        crashes.do(house, "approve", *facts)
    assert held_now(house) == [ends]
    after = stands(house, people)
    assert after[0] == ("KES 2700.00" if outcome == "booked" else "KES 2000.00")
    assert after[3][1] == (1 if outcome == "returned" else 0)


def held_now(house):
    """How what is held stands, with its alerts."""
    with house.unit() as unit:
        with acting_as(unit, "wekeza_compliance"):
            raised = unit.value("select count(*) from aml_alerts")
        rows = unit.all(
            """
            select p.status, h.status as decided
            from held_receipts h join incoming_payments p on p.id = h.payment_id
            """
        )
        return [(row.status, row.decided, raised) for row in rows]


def test_an_owner_who_is_found_gets_it_once(house, people, clock):
    amina, _ = people
    approvals.register(KINDS)
    crashes.do(
        house,
        "take in money",
        Incoming(partner="mpesa", number="QK1", amount=KES_700, account="RENT"),
    )
    with house.unit() as unit:
        maker, checker = hired(unit, "operations"), hired(unit, "supervisor")
        parked = suspense.listed(unit)[0].id
        asked = suspense.request(unit, maker, payment=parked, customer=amina.id, reason="hers")
    before = stands(house, people)
    at = "suspense.posted"
    assert (
        crashes.exit_code(house.settings, "approve", checker, asked.id, now=clock.now, at=at)
        == KILLED
    )
    assert stands(house, people) == before
    crashes.do(house, "approve", checker, asked.id)
    assert stands(house, people)[0] == "KES 2700.00"


def test_a_code_for_cash_is_made_with_its_hold_or_not_at_all(house, people, clock):
    amina, _ = people
    facts = (amina.id, amina.wallet, uuid4())
    after = dies_then_happens_once(
        house, people, clock, "make cash code", *facts, at="cash_code.held"
    )
    assert (after[4], after[5]) == (["open"], ["cash_code"])


@pytest.mark.parametrize("at", ["till.posted", "till.told"])
def test_cash_in_is_in_the_float_and_the_wallet_or_in_neither(house, people, clock, at):
    amina, brian = people
    facts = (brian.id, amina.id, amina.wallet, uuid4())
    after = dies_then_happens_once(house, people, clock, "cash in", *facts, at=at)
    assert after[0] == "KES 2500.00"
    assert after[3][4] == 1
    assert after[5] == ["cash_in_received", "till_cash_in_received"]


@pytest.mark.parametrize("at", ["till.paid_out", "till.told"])
def test_cash_out_is_paid_once(house, people, clock, at):
    amina, brian = people
    code, effect = uuid4(), uuid4()
    crashes.do(house, "make cash code", amina.id, amina.wallet, code)
    crashes.do(house, "show cash code", amina.id, code, BRIAN)
    facts = (brian.id, code, BRIAN, effect)
    after = dies_then_happens_once(house, people, clock, "cash out", *facts, at=at)
    assert (after[1], after[4]) == ("KES 0.00", ["paid"])
    assert after[5] == ["cash_code", "cash_out_paid", "till_cash_out_paid"]
