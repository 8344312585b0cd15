"""Paying plans: each day once, in order, as the customer's own payment; and what may happen."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from core.ledger import book
from core.money import Money
from core.plans import changes, plans, run, telling
from core.plans.days import Rule
from core.plans.plans import NewPlan
from core.store import outbox
from core.transfers.send import reference_of
from tests.core.colleagues import undone
from tests.core.people import fund, someone
from tests.support import unsealed
from tests.support.outbox_rows import ALL

ZONE = "Africa/Nairobi"
FIRST = date(2026, 3, 5)  # tomorrow


@pytest.fixture(autouse=True)
def senders(unit):
    outbox.register_senders(unit, ALL)


@pytest.fixture
def amina(unit):
    return someone(unit, holds="KES 5000.00")


@pytest.fixture
def brian(unit):
    return someone(unit, "+254712000002", names=("Brian", "Kamau"))


def agreed(unit, amina, brian, rule=None, amount="KES 1000.00", **other):
    facts = {
        "id": unit.new_id(),
        "customer": amina.id,
        "kind": "transfer",
        "amount": Money.load(amount),
        "details": {"to": str(brian.id), "note": "rent"},
        "rule": rule or Rule("week", FIRST),
        "channel": "whatsapp",
    }
    made = plans.make(unit, NewPlan(**(facts | other)), today=date(2026, 3, 4), zone=ZONE)
    return made.id


def at(unit, moment):
    """Let it be a time of day in Nairobi."""
    unit.now = datetime.fromisoformat(f"{moment}+03:00").astimezone(UTC)


def swept(unit):
    """What the worker does, in one unit: return how many days were dealt with."""
    count = 0
    while due := run.due(unit, most=10):
        count += sum(run.pay(unit, plan) for plan in due)
    return count


def held(unit, customer):
    return str(book.balance(unit, customer.wallet).available)


def came_of(unit, plan):
    rows = unit.all(
        "select day, status, code, attempts from plan_payments where plan_id = %(plan)s"
        " order by day",
        plan=plan,
    )
    return [(f"{row.day:%m-%d}", row.code or row.status, row.attempts) for row in rows]


def state(unit, plan):
    row = unit.one("select * from payment_plans where id = %(plan)s", plan=plan)
    return row.status, row.reason, row.next_day.isoformat()


def told(unit, _):
    return [
        (row.payload["alert"], row.payload["facts"])
        for row in unsealed.outbox(unit)
        if row.payload["alert"].startswith("plan_")
    ]


def alerts(unit):
    return [alert for alert, _ in told(unit, None)]


def test_a_plan_is_paid_in_the_morning_of_its_day_as_a_transfer_of_the_customers(
    unit, amina, brian
):
    plan = agreed(unit, amina, brian)
    at(unit, "2026-03-05 07:59:59")
    assert swept(unit) == 0
    at(unit, "2026-03-05 08:00")
    assert swept(unit) == 1
    assert (held(unit, amina), held(unit, brian)) == ("KES 4000.00", "KES 1000.00")
    assert came_of(unit, plan) == [("03-05", "paid", 1)]
    assert state(unit, plan) == ("active", "", "2026-03-12")
    paid = unit.one("select * from plan_payments where plan_id = %(plan)s", plan=plan)
    transfer = unit.one("select * from transfers where id = %(id)s", id=paid.payment_id)
    assert (transfer.from_customer, transfer.to_customer) == (amina.id, brian.id)
    assert (transfer.channel, paid.reference) == ("plan", reference_of(paid.payment_id))
    received = [row.payload for row in unsealed.outbox(unit)]
    assert [one["alert"] for one in received] == ["money_received_note", "plan_paid"]
    assert received[0]["facts"]["note"] == "rent"
    assert received[1]["facts"] == {
        "amount": "KES 1000.00",
        "name": "B***n K***u",
        "reference": paid.reference,
        "balance": "KES 4000.00",
        "next": "2026-03-12",
    }


def test_a_run_that_dies_or_is_doubled_pays_once(unit, amina, brian):
    plan = agreed(unit, amina, brian, Rule("once", FIRST))
    at(unit, "2026-03-05 08:00")
    with undone(unit):
        assert run.pay(unit, plan)
    assert held(unit, amina) == "KES 5000.00"
    assert run.pay(unit, plan) and not run.pay(unit, plan)
    assert held(unit, amina) == "KES 4000.00"
    assert state(unit, plan)[0] == "done" and alerts(unit) == ["plan_paid_last"]


def test_too_little_money_is_tried_three_times_more_that_day_then_told_and_left_out(
    unit, amina, brian
):
    plan = agreed(unit, amina, brian, amount="KES 6000.00")
    for hour in ("08:00", "12:00", "16:00"):
        at(unit, f"2026-03-05 {hour}")
        assert (swept(unit), swept(unit), alerts(unit)) == (1, 0, [])
    at(unit, "2026-03-05 20:00")
    assert swept(unit) == 1
    assert came_of(unit, plan) == [("03-05", "insufficient_funds", 4)]
    [(alert, facts)] = told(unit, amina)
    assert alert == "plan_skipped_funds"
    assert facts == {"amount": "KES 6000.00", "name": "B***n K***u", "day": "2026-03-05"}
    assert state(unit, plan) == ("active", "", "2026-03-12")
    fund(unit, amina.wallet, "KES 5000.00")
    at(unit, "2026-03-12 08:00")
    assert swept(unit) == 1 and held(unit, amina) == "KES 4000.00"


def test_money_that_comes_during_the_day_is_in_time(unit, amina, brian):
    plan = agreed(unit, amina, brian, amount="KES 6000.00")
    at(unit, "2026-03-05 08:00")
    swept(unit)
    fund(unit, amina.wallet, "KES 2000.00")
    at(unit, "2026-03-05 12:00")
    assert swept(unit) == 1 and held(unit, amina) == "KES 1000.00"
    assert came_of(unit, plan) == [("03-05", "paid", 2)]


def test_what_a_limit_or_a_ceiling_stops_is_told_so(unit, amina, brian):
    fund(unit, amina.wallet, "KES 400000.00")
    agreed(unit, amina, brian, Rule("once", FIRST), amount="KES 260000.00")
    at(unit, "2026-03-05 20:30")
    assert swept(unit) == 1 and alerts(unit) == ["plan_skipped_limit"]


@pytest.mark.parametrize(
    ("whose", "status", "reason", "alert"),
    [
        ("amina", "debit_frozen", "frozen", "plan_paused_ours"),
        ("brian", "frozen", "payee_frozen", "plan_paused_theirs"),
    ],
)
def test_a_frozen_wallet_pauses_the_plan(unit, amina, brian, whose, status, reason, alert):
    plan = agreed(unit, amina, brian)
    wallet = {"amina": amina, "brian": brian}[whose].wallet
    because = book.Reason(by="staff", why="a test")
    book.set_status(unit, id=unit.new_id(), account=wallet, status=status, reason=because)
    at(unit, "2026-03-05 08:00")
    assert swept(unit) == 1
    assert state(unit, plan) == ("paused", reason, "2026-03-05")
    assert alerts(unit) == [alert] and came_of(unit, plan) == []
    book.set_status(unit, id=unit.new_id(), account=wallet, status="active", reason=because)
    at(unit, "2026-03-13 10:00")
    assert swept(unit) == 0, "until its customer says so"
    resumed = changes.resume(unit, plan, customer=amina.id, zone=ZONE)
    assert resumed.next_day == date(2026, 3, 19)
    at(unit, "2026-03-19 08:00")
    assert swept(unit) == 1 and came_of(unit, plan) == [("03-19", "paid", 1)]


def test_a_recipient_without_a_wallet_pauses_the_plan(unit, amina, brian):
    plan = agreed(unit, amina, brian)
    because = book.Reason(by="staff", why="left")
    book.close(unit, id=unit.new_id(), account=brian.wallet, to=None, reason=because)
    at(unit, "2026-03-05 08:00")
    assert swept(unit) == 1
    assert state(unit, plan)[:2] == ("paused", "payee_gone")
    assert alerts(unit) == ["plan_paused_theirs"]


def test_after_a_stop_each_day_is_paid_once_in_order_and_none_older_than_a_week(unit, amina, brian):
    plan = agreed(unit, amina, brian, Rule("day", FIRST), amount="KES 100.00")
    at(unit, "2026-03-20 09:00")
    assert swept(unit) == 9  # what is left out counts once
    days = came_of(unit, plan)
    assert [day for day, what, _ in days if what == "too_late"] == [
        f"03-{n:02}" for n in range(5, 13)
    ]
    assert [day for day, what, _ in days if what == "paid"] == [f"03-{n}" for n in range(13, 21)]
    made = unit.all("select id from transfers order by created_at, id")
    assert len(made) == 8 and held(unit, brian) == "KES 800.00"
    assert alerts(unit) == ["plan_left_out", *["plan_paid"] * 8]
    assert told(unit, amina)[0][1]["day"] == "2026-03-12"
    assert [facts["next"][-2:] for alert, facts in told(unit, amina) if alert == "plan_paid"] == [
        str(n) for n in range(14, 22)
    ]
    assert swept(unit) == 0


def test_a_plan_whose_days_are_all_too_old_is_over(unit, amina, brian):
    plan = agreed(unit, amina, brian, Rule("once", FIRST))
    at(unit, "2026-03-20 09:00")
    assert swept(unit) == 1
    assert state(unit, plan)[0] == "done" and alerts(unit) == ["plan_left_out"]
    assert held(unit, amina) == "KES 5000.00"


def test_the_customer_is_told_a_day_before_unless_they_want_it_not(unit, amina, brian):
    agreed(unit, amina, brian, Rule("once", date(2026, 3, 10)))
    quiet = agreed(unit, amina, brian, Rule("once", date(2026, 3, 10)))
    daily = agreed(unit, amina, brian, Rule("day", date(2026, 3, 10)))
    changes.tell_ahead(unit, quiet, customer=amina.id, tells=False)
    changes.tell_ahead(unit, daily, customer=amina.id, tells=True)
    at(unit, "2026-03-09 07:59")
    assert telling.tell_ahead(unit, most=10) == 0
    at(unit, "2026-03-09 08:00")
    assert telling.tell_ahead(unit, most=10) == 1
    assert telling.tell_ahead(unit, most=10) == 0
    assert told(unit, amina) == [
        ("plan_ahead", {"amount": "KES 1000.00", "name": "B***n K***u", "day": "2026-03-10"})
    ]


def test_nobody_is_told_beforehand_of_what_is_past(unit, amina, brian):
    agreed(unit, amina, brian, Rule("once", date(2026, 3, 10)))
    at(unit, "2026-03-10 08:00")
    telling.tell_ahead(unit, most=10)
    assert alerts(unit) == []


def test_a_plan_that_is_dropped_or_paused_pays_nothing(unit, amina, brian):
    dropped, paused = agreed(unit, amina, brian), agreed(unit, amina, brian)
    changes.drop(unit, dropped, customer=amina.id)
    changes.pause(unit, paused, customer=amina.id)
    at(unit, "2026-03-05 08:00")
    assert swept(unit) == 0
    assert [one.id for one in plans.of(unit, amina.id)] == [paused]
    for change in (changes.drop, changes.pause):
        with pytest.raises(plans.UnknownPlan), unit.savepoint():
            change(unit, dropped, customer=amina.id)
        with pytest.raises(plans.UnknownPlan), unit.savepoint():
            change(unit, paused, customer=brian.id)


def test_a_plan_with_no_day_left_is_not_resumed(unit, amina, brian):
    plan = agreed(unit, amina, brian, Rule("once", FIRST))
    changes.pause(unit, plan, customer=amina.id)
    at(unit, "2026-03-05 08:00")
    with pytest.raises(plans.PlanOver):
        changes.resume(unit, plan, customer=amina.id, zone=ZONE)


def test_a_customer_has_nine_plans_at_most_and_the_same_one_once(unit, amina, brian):
    twice = unit.new_id()
    for _ in range(2):
        agreed(unit, amina, brian, id=twice)
    for _ in range(8):
        agreed(unit, amina, brian)
    with pytest.raises(plans.TooManyPlans), unit.savepoint():
        agreed(unit, amina, brian)
    assert len(plans.of(unit, amina.id)) == 9


@pytest.mark.parametrize(
    ("rule", "refused"),
    [
        (Rule("once", date(2026, 3, 4)), plans.PlanDayPast),
        (Rule("week", FIRST, until=date(2026, 3, 4)), ValueError),
        (Rule("week", FIRST, times=121), ValueError),
    ],
)
def test_a_plan_that_cannot_be_is_not_made(unit, amina, brian, rule, refused):
    with pytest.raises(refused):
        agreed(unit, amina, brian, rule)


def test_a_plan_begins_within_a_year():
    today = date(2026, 3, 4)
    plans.check_first(FIRST, today=today)
    with pytest.raises(plans.PlanDayFar):
        plans.check_first(date(2027, 3, 6), today=today)
    with pytest.raises(plans.PlanDayPast):
        plans.check_first(today, today=today)


def test_who_is_paid_is_sealed_and_a_plan_put_off_comes_again(unit, amina, brian):
    plan = agreed(unit, amina, brian)
    row = unit.one("select id, details from payment_plans where id = %(plan)s", plan=plan)
    assert str(brian.id).encode() not in bytes(row.details)
    opened = unit.keys.open(bytes(row.details), field=plans.SEALED, row=plan)
    assert json.loads(opened) == {"to": str(brian.id), "note": "rent"}
    at(unit, "2026-03-05 08:00")
    run.put_off(unit, plan)
    assert swept(unit) == 0
    unit.now += timedelta(minutes=10)
    assert swept(unit) == 1


def test_who_leaves_leaves_no_plan_behind(unit, amina, brian):
    plan = agreed(unit, amina, brian)
    unit.run(
        "select erase_customer(%(amina)s, true, 'x', 'x', 'test', %(now)s)",
        amina=amina.id,
        now=unit.now,
    )
    row = unit.one("select status, details from payment_plans where id = %(plan)s", plan=plan)
    assert (row.status, row.details) == ("dropped", None)
