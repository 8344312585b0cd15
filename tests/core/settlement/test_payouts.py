"""Brian has money paid out to Equity: every way it may go, and where each cent stands meanwhile."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import exc

from core import outcomes
from core.kyc.tiers import Tier
from core.money import Money
from core.partners import order_queue
from core.settlement import endings, payouts, starting, store, windows
from core.settlement.store import UnknownPayout
from tests.core.settlement import house
from tests.core.settlement.house import MORNING, MPESA, NIGHT, told, whole


@pytest.fixture
def bank(unit):
    return house.opened(unit)


@pytest.fixture
def brian(unit):
    return house.brian(unit)


def test_by_night_pesalink_takes_it_and_it_arrives(unit, bank, brian):
    unit.now = NIGHT
    payout = house.start(unit, brian)
    assert house.balance(unit, brian.wallet) == ("KES 8000.00", "KES 1550.00")
    whole(unit)
    house.send_all(unit)
    assert (house.status(unit, payout), house.rail(unit, payout)) == ("sent", "KE-PESALINK")
    assert house.balance(unit, brian.wallet) == ("KES 6500.00", "KES 50.00")
    assert house.clearing(unit) == {"clearing_pesalink": 150_000}
    whole(unit)
    (order,) = bank.accept("pesalink")
    assert order.body["creditor_account"] == "018029348712"
    assert order.body["creditor_name"] == "Brian Kamau"
    assert order.body["creditor_bic"] == "EQBLKENA"
    assert order.body["amount"] == "KES 1500.00"
    assert house.status(unit, payout) == "accepted"
    unit.now += timedelta(seconds=10)
    bank.done("pesalink")
    assert house.status(unit, payout) == "settled"
    assert house.balance(unit, brian.wallet) == ("KES 6450.00", "KES 0.00")
    assert house.clearing(unit) == {}
    whole(unit)
    assert told(unit)[-1][0] == "payout_settled"
    why = unit.value("select why from route_decisions where settlement_id = %(id)s", id=payout)
    assert why.startswith("PesaLink: leaves now") and "Better than EFT" in why


def test_asked_for_twice_it_is_set_aside_once(unit, bank, brian):
    effect = uuid4()
    house.start(unit, brian, effect=effect)
    house.start(unit, brian, effect=effect)
    assert house.balance(unit, brian.wallet)[1] == "KES 1550.00"
    with pytest.raises(LookupError):
        starting.start(
            unit, id=effect, customer=uuid4(), wallet=brian.wallet, destination=house.EQUITY,
            amount=Money.load("KES 1500.00"), channel="sms",
        )  # fmt: skip


def test_above_the_cap_rtgs_takes_it_in_hours_and_waits_out_of_hours(unit, bank):
    rich = house.brian(unit, holds="KES 5000000.00", tier=Tier.ASSESSED)
    by_day = house.start(unit, rich, "KES 1200000.00")
    house.send_all(unit)
    assert (house.status(unit, by_day), house.rail(unit, by_day)) == ("sent", "KE-RTGS")
    unit.now = NIGHT
    by_night = house.start(unit, rich, "KES 1200000.00")
    house.send_all(unit)
    waiting = store.find(unit, by_night)
    assert (waiting.status, waiting.waits_for, waiting.rail) == ("queued", "hours", "KE-RTGS")
    assert waiting.due_at.isoformat() == "2026-03-05T04:00:00+00:00"  # 07:00 in Nairobi
    unit.now = waiting.due_at
    house.send_all(unit)
    assert house.status(unit, by_night) == "sent"
    assert house.clearing(unit) == {"clearing_rtgs": 240_000_000}
    whole(unit)


def test_when_pesalink_refuses_eft_takes_it_in_its_window_and_is_netted(unit, bank, brian):
    unit.now = NIGHT
    payout = house.start(unit, brian)
    house.send_all(unit)
    bank.refuse("pesalink", "AB08", "participant offline")
    waiting = store.find(unit, payout)
    assert (waiting.status, waiting.waits_for, waiting.rail) == ("queued", "window", "KE-EFT")
    assert waiting.due_at.isoformat() == "2026-03-05T10:30:00+00:00"  # 13:30 in Nairobi
    assert house.clearing(unit) == {"clearing_pesalink": 150_000}
    assert told(unit)[-1][0] == "payout_later"
    whole(unit)
    unit.now = waiting.due_at + timedelta(seconds=2)
    house.send_all(unit)
    assert house.clearing(unit) == {"clearing_eft": 150_000}
    bank.accept("eft")
    unit.now += timedelta(minutes=40)
    (window,) = [one for one in windows.close_due(unit) if one.rail == "KE-EFT"]
    (position,) = windows.positions(unit, window)
    assert (position.bank_id, position.out_count, str(position.net)) == ("KE-68", 1, "KES 1500.00")
    unit.now += timedelta(hours=20)
    bank.done("eft")
    assert house.status(unit, payout) == "settled"
    assert house.balance(unit, brian.wallet) == ("KES 6450.00", "KES 0.00")
    whole(unit)


def test_what_was_set_aside_for_one_rail_and_leaves_by_another_stands_in_its_clearing(
    unit, bank, brian
):
    """PesaLink is no way there any more when the payment is to leave."""
    unit.now = NIGHT
    payout = house.start(unit, brian)
    unit.run("update settlements set tried = '{KE-PESALINK}'")
    house.send_all(unit)
    waiting = store.find(unit, payout)
    assert (waiting.status, waiting.rail) == ("queued", "KE-EFT")
    unit.now = waiting.due_at + timedelta(seconds=2)
    house.send_all(unit)
    assert house.clearing(unit) == {"clearing_eft": 150_000}
    bank.accept("eft")
    unit.now += timedelta(hours=20)
    bank.done("eft")
    assert house.status(unit, payout) == "settled"
    assert house.clearing(unit) == {}
    whole(unit)


def test_a_refusal_of_the_account_goes_back_at_once_with_the_reason(unit, bank, brian):
    payout = house.start(unit, brian)
    house.send_all(unit)
    bank.refuse("pesalink", "AC01", "no such account")
    assert house.status(unit, payout) == "failed"
    assert house.balance(unit, brian.wallet) == ("KES 8000.00", "KES 0.00")
    assert house.clearing(unit) == {}
    alert, facts = told(unit)[-1]
    assert (alert, facts["reason"]) == ("payout_failed", "AC01")
    row = unit.one("select reason_code, reason_words from settlements")
    assert row.reason_code == "AC01"
    words = unit.keys.open(row.reason_words, field=store.WORDS, row=payout)
    assert words == "no such account"
    whole(unit)


def test_when_every_rail_refuses_the_money_goes_back(unit, bank, brian):
    payout = house.start(unit, brian)
    house.send_all(unit)
    bank.refuse("pesalink", "AB08")
    for _ in range(9):
        one = store.find(unit, payout)
        if one.due_at is not None:
            unit.now = max(unit.now, one.due_at)
            house.send_all(unit)
        for partner in ("eft", "rtgs"):
            bank.refuse(partner, "RC01")
    assert house.status(unit, payout) == "failed"
    assert sorted(store.find(unit, payout).tried) == ["KE-EFT", "KE-PESALINK", "KE-RTGS"]
    assert house.balance(unit, brian.wallet) == ("KES 8000.00", "KES 0.00")
    whole(unit)


def test_a_payment_of_which_nobody_knows_stays_in_clearing_until_somebody_does(unit, bank, brian):
    payout = house.start(unit, brian)
    house.send_all(unit)
    bank.silent("pesalink")
    for _ in range(6):
        unit.now += timedelta(minutes=31)
        bank.silent("pesalink")
        house.send_all(unit)
        assert house.status(unit, payout) == "sent"
        assert house.clearing(unit) == {"clearing_pesalink": 150_000}
    whole(unit)
    unit.now += timedelta(days=1)
    order = order_queue.take_stuck(unit)
    outcomes.tell_stuck(unit, order)
    assert told(unit)[-1][0] == "payout_held_up"
    assert unit.value("select count(*) from cases where category = 'Transfer'") == 1
    bank.done("pesalink")
    assert house.status(unit, payout) == "settled"
    whole(unit)


def test_without_liquidity_it_waits_and_leaves_when_there_is_some(unit, brian):
    unit.now = MORNING
    payout = house.start(unit, brian)
    house.send_all(unit)
    one = store.find(unit, payout)
    assert (one.status, one.waits_for) == ("queued", "liquidity")
    unit.now += timedelta(minutes=2)
    house.send_all(unit)
    house.funded(unit)
    unit.now += timedelta(minutes=2)
    house.send_all(unit)
    assert house.status(unit, payout) == "sent"
    whole(unit)


def test_what_has_not_left_may_be_taken_back_and_no_more_after(unit, bank, brian):
    payout = house.start(unit, brian)
    endings.cancel(unit, payout, customer=brian.id)
    endings.cancel(unit, payout, customer=brian.id)
    assert house.balance(unit, brian.wallet) == ("KES 8000.00", "KES 0.00")
    with pytest.raises(UnknownPayout):
        endings.cancel(unit, payout, customer=uuid4())
    unit.now += timedelta(seconds=1)
    gone = house.start(unit, brian)
    house.send_all(unit)
    with pytest.raises(endings.PayoutGone):
        endings.cancel(unit, gone, customer=brian.id)
    assert [one.status for one in payouts.lately(unit, brian.id)] == ["sent", "cancelled"]
    whole(unit)


def test_taken_back_while_it_stands_in_clearing_for_the_next_rail(unit, bank, brian):
    unit.now = NIGHT
    payout = house.start(unit, brian)
    house.send_all(unit)
    bank.refuse("pesalink", "AB08")
    endings.cancel(unit, payout, customer=brian.id)
    assert house.balance(unit, brian.wallet) == ("KES 8000.00", "KES 0.00")
    assert house.clearing(unit) == {}
    whole(unit)


def test_what_could_not_leave_for_a_week_goes_back(unit, brian):
    unit.now = MORNING
    payout = house.start(unit, brian)
    house.send_all(unit)
    unit.now += timedelta(days=7, minutes=1)
    house.send_all(unit)
    assert house.status(unit, payout) == "failed"
    assert store.find(unit, payout).reason_code == "TOLO"
    assert house.balance(unit, brian.wallet) == ("KES 8000.00", "KES 0.00")
    whole(unit)


def test_mobile_money_goes_in_whole_shillings_within_its_caps(unit, bank, brian):
    payout = house.start(unit, brian, to=MPESA)
    house.send_all(unit)
    (order,) = bank.done("mpesa", amount="KES 1500.00")
    assert order.body["phone"] == "+254712000002"
    assert house.status(unit, payout) == "settled"
    for amount, refusal in (
        ("KES 1500.50", starting.AmountNotWhole),
        ("KES 5.00", starting.AmountUnderRail),
        ("KES 250001.00", starting.AmountOverRail),
    ):
        with pytest.raises(refusal):
            house.start(unit, brian, amount, to=MPESA)
    whole(unit)


def test_another_amount_than_ordered_is_not_believed_and_goes_to_a_person(unit, bank, brian):
    payout = house.start(unit, brian)
    house.send_all(unit)
    bank.done("pesalink", amount="KES 15000.00")
    assert house.status(unit, payout) == "settled"
    assert unit.value("select count(*) from cases") == 1
    whole(unit)


def test_after_ussd_the_payer_is_told_by_sms(unit, bank, brian):
    house.start(unit, brian, channel="ussd")
    assert told(unit)[-1][0] == "payout_started"


def test_the_history_and_its_steps_are_the_databases_to_keep(unit, bank, brian):
    payout = house.start(unit, brian)
    for sql in (
        "update settlements set status = 'settled', ended_at = now(), due_at = null, events = 9",
        "update settlements set status = 'failed', ended_at = now(), due_at = null",
        "update settlements set reference = 'WK2'",
        "update settlement_events set event = 'x'",
        "delete from route_decisions",
    ):
        with pytest.raises(exc.DBAPIError), unit.savepoint():
            unit.run(sql)
    assert house.status(unit, payout) == "held"
