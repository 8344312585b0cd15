"""Plans of what others have to do: bills, airtime, money to a bank; as their stories pay them."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from core import outcomes
from core.bills import paying
from core.ledger import book
from core.money import Money
from core.partners import order_queue
from core.partners.answers import Done, Refused
from core.plans import changes, plans, run
from core.plans.days import Rule
from core.plans.plans import NewPlan
from core.store import outbox
from core.transfers.send import reference_of
from tests.core.colleagues import undone
from tests.core.people import someone
from tests.core.settlement.house import Partners, funded, send_all
from tests.support import unsealed
from tests.support.outbox_rows import ALL

ZONE = "Africa/Nairobi"
FIRST = date(2026, 3, 5)  # tomorrow
WHAT = {
    "bill": {"biller": "ke-nairobi-water", "account": "1234567", "holder": "J***e D***e"},
    "airtime": {"phone": "+254712000009"},
    "payout": {
        "kind": "bank", "bank_id": "KE-68", "account": "0180293488712", "name": "Amina Otieno",
        "confirmed": "yes",
    },
}  # fmt: skip
NAMES = {
    "bill": "Nairobi Water *4567",
    "airtime": "+254 7** *** 009",
    "payout": "Equity ***8712",
}
KINDS = tuple(WHAT)


@pytest.fixture(autouse=True)
def senders(unit):
    outbox.register_senders(unit, ALL)
    yield
    assert book.verify(unit) == []


@pytest.fixture
def amina(unit):
    return someone(unit, holds="KES 20000.00")


def agreed(unit, amina, kind, rule=None, amount="KES 1000.00", **details):
    new = NewPlan(
        id=uuid4(), customer=amina.id, kind=kind, amount=Money.load(amount),
        details=WHAT[kind] | details, rule=rule or Rule("month", FIRST), channel="ussd",
    )  # fmt: skip
    return plans.make(unit, new, today=date(2026, 3, 4), zone=ZONE).id


def at(unit, moment):
    """Let it be a time of day in Nairobi."""
    unit.now = datetime.fromisoformat(f"{moment}+03:00").astimezone(UTC)


def swept(unit):
    """What the worker does, in one unit: return how many days were dealt with."""
    count = 0
    while due := run.due(unit, most=10):
        count += sum(run.pay(unit, plan) for plan in due)
    return count


def told(unit):
    return [(row.payload["alert"], row.payload["facts"]) for row in unsealed.outbox(unit)]


def came_of(unit, plan):
    rows = unit.all(
        "select day, status, code from plan_payments where plan_id = %(plan)s order by day",
        plan=plan,
    )
    return [(f"{row.day:%m-%d}", row.code or row.status) for row in rows]


def answer(unit, kind, said):
    (taken,) = order_queue.take(unit, paying.PARTNERS[kind], most=5)
    noted = order_queue.note(unit, taken, said)
    outcomes.tell(unit, taken.order, noted, said)


@pytest.mark.parametrize("kind", KINDS)
def test_a_day_is_paid_as_the_customer_would_have_and_told_as_under_way(unit, amina, kind):
    plan = agreed(unit, amina, kind)
    [mine] = plans.of(unit, amina.id)
    assert mine.name == NAMES[kind]
    at(unit, "2026-03-05 08:00")
    assert swept(unit) == 1
    paid = unit.one("select * from plan_payments where plan_id = %(plan)s", plan=plan)
    table, key = ("settlements", "settlement_id") if kind == "payout" else ("bill_payments", "id")
    made = unit.one(f"select * from {table} where {key} = %(id)s", id=paid.payment_id)
    assert (made.customer_id, made.amount, made.channel) == (amina.id, 100_000, "plan")
    assert made.reference == paid.reference == reference_of(paid.payment_id)
    left = Money.load("KES 19000.00").minor - made.fee
    assert book.balance(unit, amina.wallet).available.minor == left
    [(alert, facts)] = told(unit)
    assert alert == "plan_sent"
    assert facts == {
        "amount": "KES 1000.00", "name": NAMES[kind], "reference": paid.reference,
        "balance": str(Money(left, "KES")), "next": "2026-04-05",
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_that_dies_or_is_doubled_orders_once(unit, amina, kind):
    plan = agreed(unit, amina, kind, Rule("once", FIRST))
    at(unit, "2026-03-05 08:00")
    with undone(unit):
        assert run.pay(unit, plan)
    assert book.balance(unit, amina.wallet).available == Money.load("KES 20000.00")
    assert run.pay(unit, plan)
    assert not run.pay(unit, plan)
    assert [alert for alert, _ in told(unit)] == ["plan_sent_last"]
    assert unit.value(
        "select (select count(*) from bill_payments) + (select count(*) from settlements)"
    ) == 1  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_too_little_for_amount_and_fee_is_tried_again_that_day_then_told(unit, amina, kind):
    plan = agreed(unit, amina, kind, amount="KES 20000.01")
    for hour in ("08:00", "12:00", "16:00", "20:00"):
        at(unit, f"2026-03-05 {hour}")
        assert swept(unit) == 1
    [(day, code)] = came_of(unit, plan)
    assert day == "03-05"
    if kind == "airtime":  # more than is sold at once, whoever pays
        assert code == "airtime_amount"
    else:
        assert code == "insufficient_funds"
        assert [alert for alert, _ in told(unit)] == ["plan_skipped_funds"]


@pytest.mark.parametrize("kind", ["bill", "airtime"])
def test_what_comes_of_it_is_told_as_after_a_payment_by_hand(unit, amina, kind):
    agreed(unit, amina, kind, Rule("day", FIRST, times=2))
    at(unit, "2026-03-05 08:00")
    swept(unit)
    answer(unit, kind, Done("R1"))
    at(unit, "2026-03-06 08:00")
    swept(unit)
    answer(unit, kind, Refused("out_of_stock"))
    alerts = [alert for alert, _ in told(unit)]
    assert alerts == ["plan_sent", f"{kind}_done", "plan_sent_last", f"{kind}_failed_case"]
    fee = unit.value("select max(fee) from bill_payments where status = 'done'")
    left = Money(1_900_000 - fee, "KES")
    assert book.balance(unit, amina.wallet).available == left, "the second came back, fee and all"


def test_money_to_a_bank_leaves_and_arrives(unit, amina):
    funded(unit)
    agreed(unit, amina, "payout", Rule("once", FIRST))
    at(unit, "2026-03-05 12:00")
    swept(unit)
    send_all(unit)
    partners = Partners(unit)
    assert any(partners.answer(one, Done("P1")) for one in ("pesalink", "rtgs", "eft"))
    assert [alert for alert, _ in told(unit)] == ["plan_sent_last", "payout_settled"]


@pytest.mark.parametrize(
    ("kind", "gone"),
    [
        ("bill", {"account": "no such number"}),
        ("airtime", {"phone": "+447911123456"}),
        ("payout", {"account": "12"}),
    ],
)
def test_who_can_be_paid_no_more_pauses_the_plan(unit, amina, kind, gone):
    plan = agreed(unit, amina, kind, **gone)
    at(unit, "2026-03-05 08:00")
    swept(unit)
    row = unit.one("select status, reason from payment_plans where id = %(plan)s", plan=plan)
    assert tuple(row) == ("paused", "payee_gone")
    assert [alert for alert, _ in told(unit)] == ["plan_paused_theirs"]
    assert came_of(unit, plan) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_frozen_wallet_pauses_the_plan(unit, amina, kind):
    plan = agreed(unit, amina, kind)
    because = book.Reason(by="staff", why="a test")
    book.set_status(unit, id=uuid4(), account=amina.wallet, status="debit_frozen", reason=because)
    at(unit, "2026-03-05 08:00")
    swept(unit)
    row = unit.one("select status, reason from payment_plans where id = %(plan)s", plan=plan)
    assert tuple(row) == ("paused", "frozen")
    assert [alert for alert, _ in told(unit)] == ["plan_paused_ours"]


def state(unit, plan):
    row = unit.one("select status, reason from payment_plans where id = %(plan)s", plan=plan)
    return tuple(row)


def test_what_fails_three_times_in_a_row_is_paused_and_forgiven_when_gone_on_with(unit, amina):
    plan = agreed(unit, amina, "airtime", Rule("day", FIRST))
    for day in (5, 6, 7):
        at(unit, f"2026-03-{day:02} 08:00")
        assert swept(unit) == 1
        answer(unit, "airtime", Refused("out_of_stock"))
    assert state(unit, plan) == ("active", "")
    at(unit, "2026-03-08 08:00")
    assert swept(unit) == 1
    assert state(unit, plan) == ("paused", "failing")
    assert came_of(unit, plan) == [(f"03-0{n}", "paid") for n in (5, 6, 7)]
    assert told(unit)[-1] == (
        "plan_paused_failing", {"amount": "KES 1000.00", "name": NAMES["airtime"]}
    )  # fmt: skip
    changes.resume(unit, plan, customer=amina.id, zone=ZONE)
    for day in (9, 10, 11):
        at(unit, f"2026-03-{day:02} 08:00")
        swept(unit)
        answer(unit, "airtime", Done("R") if day == 10 else Refused("out_of_stock"))
    at(unit, "2026-03-12 08:00")
    swept(unit)
    assert state(unit, plan) == ("active", ""), "one of the three arrived"


def test_three_days_without_money_pause_the_plan_at_the_last_try_of_the_third(unit, amina):
    plan = agreed(unit, amina, "bill", Rule("day", FIRST, times=9), amount="KES 20000.00")
    for day in (5, 6, 7):
        at(unit, f"2026-03-{day:02} 20:30")
        swept(unit)
    assert state(unit, plan) == ("paused", "failing")
    assert [alert for alert, _ in told(unit)] == ["plan_skipped_funds"] * 3 + [
        "plan_paused_failing"
    ]
    assert changes.resume(unit, plan, customer=amina.id, zone=ZONE).next_day == date(2026, 3, 8)
