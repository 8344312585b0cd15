"""Airtime and bills in the book: into clearing, out of it, or back; every cent is explained."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import exc

from core import outcomes
from core.bills import airtime, billers, paying, store
from core.bills.outcomes import AGAIN_AFTER, give_back_due
from core.fees import schedule
from core.ledger import book, verify
from core.money import Money
from core.partners import order_queue, orders
from core.partners.answers import Accepted, Answer, Done, Refused
from core.store.outbox import register_senders
from core.store.unit import Unit
from tests.core.people import Someone, someone
from tests.support import unsealed
from tests.support.outbox_rows import ALL

METER = "37123456789"
BILL = "1234567"


@pytest.fixture
def amina(unit: Unit) -> Someone:
    register_senders(unit, ALL)
    return someone(unit, holds="KES 20000.00")


@pytest.fixture
def later(unit: Unit) -> Callable[..., None]:
    def pass_(**time: int) -> None:
        unit.now += timedelta(**time)

    return pass_


def kes(text: str) -> Money:
    return Money.load(f"KES {text}")


def buy(unit: Unit, who: Someone, amount: str = "100.00", **facts):
    given = {"id": uuid4(), "phone": "+254712000009", "channel": "whatsapp", **facts}
    return paying.buy_airtime(unit, customer=who.id, wallet=who.wallet, amount=kes(amount), **given)


def pay(unit: Unit, who: Someone, amount: str = "5000.00", **facts):
    given = {
        "id": uuid4(), "biller": "ke-nairobi-water", "account": BILL, "holder": "J***e D***e",
        "channel": "whatsapp", **facts,
    }  # fmt: skip
    return paying.pay_bill(unit, customer=who.id, wallet=who.wallet, amount=kes(amount), **given)


def answer(unit: Unit, partner: str, said: Answer) -> None:
    (taken,) = order_queue.take(unit, partner, most=5)
    noted = order_queue.note(unit, taken, said)
    outcomes.tell(unit, taken.order, noted, said)


def clearing(unit: Unit) -> dict[str, int]:
    rows = unit.all(
        "select kind, sum(posted) as posted from system_accounts"
        " where kind in ('clearing_airtime', 'clearing_bills', 'prepaid_airtime',"
        " 'nostro_central', 'commission_income', 'fees') and currency = 'KES'"
        " group by kind having sum(posted) <> 0"
    )
    return {row.kind: int(row.posted) for row in rows}


def explained(unit: Unit) -> dict[str, int]:
    rows = unit.all(
        "select kind, sum(amount) as amount from clearing_explained_bills group by kind"
    )
    return {row.kind: int(row.amount) for row in rows}


def told(unit: Unit) -> list[tuple[str, dict]]:
    return [
        (one.payload["alert"], one.payload["facts"])
        for one in unsealed.outbox(unit)
        if "alert" in one.payload
    ]


def available(unit: Unit, who: Someone) -> Money:
    return book.balance(unit, who.wallet).available


@pytest.fixture(autouse=True)
def whole(unit: Unit):
    yield
    in_clearing = {k: v for k, v in clearing(unit).items() if k.startswith("clearing")}
    assert in_clearing == explained(unit), "every cent in clearing is explained"
    assert verify.verify(unit) == []


def test_airtime_goes_into_clearing_and_is_ordered(unit, amina):
    bought = buy(unit, amina)
    assert bought.balance == kes("19900.00")
    assert clearing(unit) == {"clearing_airtime": 10_000}
    (taken,) = order_queue.take(unit, "airtime", most=5)
    assert taken.order.action == "airtime"
    assert taken.order.body == {
        "phone": "+254712000009", "amount": "KES 100.00", "reference": bought.reference,
    }  # fmt: skip


def test_done_pays_the_wholesaler_and_keeps_the_discount(unit, amina):
    buy(unit, amina)
    facts = {"amount": "KES 100.00", "discount": "KES 4.00", "receipt": "ATQid_1"}
    answer(unit, "airtime", Done("ATQid_1", facts))
    assert clearing(unit) == {"prepaid_airtime": 9_600, "commission_income": 400}
    ((alert, facts),) = told(unit)
    assert alert == "airtime_done" and facts["phone"] == "+254 7** *** 009"


def test_refused_comes_back_with_its_reason(unit, amina):
    buy(unit, amina)
    answer(unit, "airtime", Refused("number_invalid", "Invalid Phone Number"))
    assert available(unit, amina) == kes("20000.00")
    assert clearing(unit) == {}
    ((alert, facts),) = told(unit)
    assert (alert, facts["reason"]) == ("airtime_failed", "number_invalid")
    assert facts["balance"] == "KES 20000.00"


def test_what_was_refused_the_same_day_uses_up_no_limit(unit, amina, later):
    def spent():
        return unit.value(
            "select day_spent from limit_counters where owner = %(owner)s", owner=amina.id
        )

    buy(unit, amina)
    pay(unit, amina)
    assert spent() == 510_000
    answer(unit, "billers", Refused("refused"))
    assert spent() == 10_000
    later(days=1)
    buy(unit, amina, "40.00")
    (first, _) = order_queue.take(unit, "airtime", most=5)
    said = Refused("refused")
    outcomes.tell(unit, first.order, order_queue.note(unit, first, said), said)
    assert spent() == 4_000, "what left yesterday is no part of today"


def test_what_is_unknown_stays_in_clearing(unit, amina, later):
    buy(unit, amina)
    answer(unit, "airtime", Accepted("ATQid_1"))
    assert clearing(unit) == {"clearing_airtime": 10_000}
    assert told(unit) == []
    later(days=2)
    order = order_queue.take_stuck(unit)
    outcomes.tell_stuck(unit, order)
    assert [alert for alert, _ in told(unit)] == ["airtime_late"]
    assert unit.value("select count(*) from cases") == 1
    assert clearing(unit) == {"clearing_airtime": 10_000}


def test_a_bills_fee_is_held_and_taken_when_it_is_paid(unit, amina):
    paid = pay(unit, amina)
    assert paid.fee.minor > 0
    assert paid.balance == kes("15000.00") - paid.fee
    assert clearing(unit) == {"clearing_bills": 500_000}
    answer(unit, "billers", Done("BP1", {"receipt": "BP1"}))
    assert clearing(unit) == {"nostro_central": 500_000, "fees": paid.fee.minor}
    assert [alert for alert, _ in told(unit)] == ["bill_done"]


def test_a_refused_bill_costs_nothing(unit, amina):
    pay(unit, amina)
    answer(unit, "billers", Refused("biller_closed"))
    assert available(unit, amina) == kes("20000.00")
    assert clearing(unit) == {}
    assert told(unit)[0][1]["reason"] == "biller_closed"


def test_a_token_is_told_and_kept_sealed(unit, amina):
    pay(unit, amina, "500.00", biller="ke-kplc-prepaid", account=METER)
    answer(unit, "billers", Done("BP1", {"token": "1234-5678-9012-3456-7890"}))
    ((alert, facts),) = told(unit)
    assert alert == "bill_token" and facts["token"] == "1234-5678-9012-3456-7890"
    row = unit.one("select account, token, holder from bill_payments")
    assert b"3456" not in bytes(row.token) and METER.encode() not in bytes(row.account)
    assert b"J***e" not in bytes(row.holder)


def test_asked_twice_it_is_bought_once(unit, amina):
    effect = uuid4()
    first = buy(unit, amina, id=effect)
    assert buy(unit, amina, id=effect) == first
    assert len(orders.listed(unit, partner="airtime")) == 1
    assert clearing(unit) == {"clearing_airtime": 10_000}


def test_after_ussd_an_sms_says_what_was_ordered(unit, amina):
    buy(unit, amina, channel="ussd")
    assert [alert for alert, _ in told(unit)] == ["airtime_ordered"]


def test_a_wallet_that_cannot_take_it_back_gets_it_later(unit, amina, later):
    buy(unit, amina)
    set_status(unit, amina, "frozen")
    answer(unit, "airtime", Refused("refused"))
    assert clearing(unit) == {"clearing_airtime": 10_000}
    assert [alert for alert, _ in told(unit)] == ["airtime_owed"]
    assert give_back_due(unit) is None
    later(seconds=AGAIN_AFTER.total_seconds())
    assert give_back_due(unit) is not None
    assert clearing(unit) == {"clearing_airtime": 10_000}
    set_status(unit, amina, "active")
    later(seconds=AGAIN_AFTER.total_seconds())
    assert give_back_due(unit) is not None
    assert available(unit, amina) == kes("20000.00")
    assert [alert for alert, _ in told(unit)] == ["airtime_owed", "airtime_failed_case"]


@pytest.mark.parametrize(
    ("code", "opens"), [("out_of_stock", True), ("refused", True), ("number_invalid", False)]
)
def test_what_the_seller_could_not_do_has_a_case_and_what_was_mistyped_none(
    unit, amina, code, opens
):
    buy(unit, amina)
    answer(unit, "airtime", Refused(code))
    ((alert, facts),) = told(unit)
    numbers = [row.case_number for row in unit.all("select case_number from cases")]
    assert (alert == "airtime_failed_case", bool(numbers)) == (opens, opens)
    if opens:
        assert [facts["case"]] == numbers
        row = unit.one("select category, sub_category, priority, source from cases")
        assert tuple(row) == ("Transfer", "failed", "Low", "bot")


def test_another_amount_than_was_ordered_is_for_a_person(unit, amina):
    buy(unit, amina)
    answer(unit, "airtime", Done("ATQid_1", {"amount": "KES 10.00"}))
    assert unit.value("select count(*) from cases") == 1
    assert clearing(unit) == {"prepaid_airtime": 10_000}


@pytest.mark.parametrize("lie", ["KES 100.00", "KES -4.00", "USD 1.00", "much", "KES 0.00"])
def test_a_discount_that_makes_no_sense_is_none(unit, amina, lie):
    buy(unit, amina)
    answer(unit, "airtime", Done("ATQid_1", {"discount": lie}))
    assert clearing(unit) == {"prepaid_airtime": 10_000}


def test_what_no_one_sells_is_refused_and_nothing_moves(unit, amina):
    with pytest.raises(airtime.AirtimeNotSold), unit.savepoint():
        buy(unit, amina, phone="+255712000003")
    with pytest.raises(airtime.AirtimeAmount), unit.savepoint():
        buy(unit, amina, "4.00")
    with pytest.raises(airtime.AirtimeNotSold), unit.savepoint():
        buy(unit, amina, bundle="tz-day-1gb")
    with pytest.raises(airtime.AirtimeNotSold), unit.savepoint():
        buy(unit, amina, "1.00", bundle="ke-day-1gb")
    assert clearing(unit) == {}


def test_a_bundle_has_its_price(unit, amina):
    buy(unit, amina, "99.00", bundle="ke-day-1gb")
    (taken,) = order_queue.take(unit, "airtime", most=5)
    assert taken.order.action == "bundle"
    assert (taken.order.body["megabytes"], taken.order.body["validity"]) == ("1024", "Day")


@pytest.mark.parametrize(
    ("biller", "account", "amount", "refusal"),
    [
        ("ke-nowhere", BILL, "100.00", billers.UnknownBiller),
        ("ke-nairobi-water", "12", "100.00", billers.BillAccountInvalid),
        ("ke-nairobi-water", BILL, "99.99", billers.BillAmount),
    ],
)
def test_what_no_biller_takes_is_refused(unit, amina, biller, account, amount, refusal):
    with pytest.raises(refusal), unit.savepoint():
        pay(unit, amina, amount, biller=biller, account=account)
    assert clearing(unit) == {}


def test_a_biller_is_found_by_what_people_call_it(unit):
    for said, wanted in {
        "ke-dstv": "ke-dstv", "DStv": "ke-dstv", "nairobi water": "ke-nairobi-water",
        "water please": "ke-nairobi-water", "KPLC tokens": "ke-kplc-prepaid",
    }.items():  # fmt: skip
        assert billers.called(unit, said, country="KE").id == wanted
    with pytest.raises(billers.UnknownBiller):
        billers.called(unit, "to", country="KE")


def test_an_account_number_may_be_typed_as_it_is_printed(unit):
    meter = billers.biller(unit, "ke-kplc-prepaid")
    assert meter.read_account(" 3712-345 6789 ") == METER


def test_every_country_we_sell_in_has_its_tariff(unit, amina):
    rows = unit.all(
        "select country, currency, 'airtime' as what from airtime_markets"
        " union select country, currency, 'bill' from billers"
    )
    for row in rows:
        amount = Money(100_000, row.currency)
        assert schedule.fee(unit, what=row.what, amount=amount, country=row.country).minor >= 0


def test_what_ended_stays_ended(unit, amina):
    effect = uuid4()
    buy(unit, amina, id=effect)
    answer(unit, "airtime", Done("x"))
    one = store.find(unit, effect)
    with pytest.raises(exc.DBAPIError), unit.savepoint():
        store.returned(unit, one, code="refused")


def set_status(unit: Unit, who: Someone, status: str) -> None:
    book.set_status(
        unit, id=uuid4(), account=who.wallet, status=status, reason=book.Reason("test", "a test")
    )


def test_a_customer_who_leaves_is_forgotten_here_too(unit, amina):
    pay(unit, amina, "500.00", biller="ke-kplc-prepaid", account=METER)
    answer(unit, "billers", Done("BP1", {"token": "1234-5678-9012-3456-7890"}))
    pay(unit, amina)
    erase(unit, amina, identity=False)
    rows = unit.all("select account, holder, token, ended_at from bill_payments order by ended_at")
    assert rows[0].account is not None and (rows[0].holder, rows[0].token) == (None, None)
    assert rows[1].holder is not None, "what is on its way is still needed"
    bodies = unit.all("select body from partner_orders order by finished_at nulls last")
    assert [row.body is None for row in bodies] == [True, False]
    erase(unit, amina, identity=True)
    accounts = unit.all("select account from bill_payments order by ended_at")
    assert [row.account is None for row in accounts] == [True, False]


def erase(unit: Unit, who: Someone, *, identity: bool) -> None:
    unit.run(
        "select erase_customer(%(id)s, %(identity)s, ''::bytea, ''::bytea, 'test', %(now)s)",
        id=who.id,
        identity=identity,
        now=unit.now,
    )
