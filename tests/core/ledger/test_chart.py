"""The bank's books by line, by value date, and what a closed period refuses."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from core.ledger import book
from core.ledger.book import Leg
from core.money import Money
from tests.core.ledger.books import NOW, at, customer, kes, send

TODAY = NOW.date()


def pay(unit, payer, payee, amount, *, day, legs=1, key=None):
    return book.post(
        unit,
        id=key or uuid4(),
        type="transfer",
        legs=[Leg(payer, payee, amount)] * legs,
        wallet=payer,
        value_date=day,
    )


def lines(unit, through):
    return {
        (line.gl_code, line.debit.currency): (line.debit.minor, line.credit.minor)
        for line in book.trial_balance(unit, through=through)
    }


@pytest.fixture
def town(unit):
    amina, brian = customer(unit, holds=kes(1000)), customer(unit)
    fees = book.system_account(unit, "fees", "KES")
    send(unit, amina.wallet, brian.wallet, kes(300))
    book.post(
        unit, id=uuid4(), type="fee", legs=[Leg(amina.wallet, fees, kes(5))], wallet=amina.wallet
    )
    return amina.wallet, brian.wallet


def test_debits_equal_credits_in_each_currency(unit, town):
    fatou = customer(unit, country="SN", holds=Money(95_000, "XOF"))
    assert lines(unit, TODAY) == {
        ("1100", "KES"): (100_000, 0),
        ("2100", "KES"): (0, 99_500),
        ("4100", "KES"): (0, 500),
        ("1100", "XOF"): (95_000, 0),
        ("2100", "XOF"): (0, 95_000),
    }
    assert book.balance_on(unit, fatou.wallet, TODAY) == Money(95_000, "XOF")
    assert lines(unit, TODAY - timedelta(days=1)) == {}


def test_what_is_dated_back_counts_on_its_day(unit, town):
    amina, brian = town
    yesterday = TODAY - timedelta(days=1)
    pay(unit, amina, brian, kes(10), day=yesterday)
    pay(unit, amina, brian, kes(1), day=TODAY + timedelta(days=2))
    assert book.balance_on(unit, brian, yesterday) == kes(10)
    assert book.balance_on(unit, brian, TODAY) == kes(310)
    assert book.balance_on(unit, brian, TODAY + timedelta(days=2)) == kes(311)


@pytest.mark.parametrize("legs", [1, 3])
def test_a_closed_period_takes_nothing_more(unit, town, legs):
    amina, brian = town
    yesterday = TODAY - timedelta(days=1)
    pay(unit, amina, brian, kes(10), day=yesterday)
    book.close_period(unit, through=yesterday, by="operations@wekeza.test")
    key = uuid4()
    with pytest.raises(book.PeriodClosed) as refused:
        pay(unit, amina, brian, kes(1), day=yesterday, legs=legs, key=key)
    told = {"value_date": str(yesterday), "closed_through": str(yesterday)}
    assert refused.value.facts == told
    with pytest.raises(book.PeriodClosed):  # for ever
        pay(unit, amina, brian, kes(1), day=yesterday, legs=legs, key=key)
    pay(unit, amina, brian, kes(1), day=TODAY, legs=legs)


def test_closing_only_moves_forward_and_waits_for_the_day_to_end(unit, town):
    yesterday = TODAY - timedelta(days=1)
    with pytest.raises(book.PeriodRuns):
        book.close_period(unit, through=TODAY, by="x")
    midnight = at(unit, NOW.replace(hour=0, minute=30))  # units may still be open
    with pytest.raises(book.PeriodRuns):
        book.close_period(midnight, through=yesterday, by="x")
    book.close_period(unit, through=yesterday, by="x")
    for day in (yesterday, yesterday - timedelta(days=1)):
        with pytest.raises(book.PeriodClosed):
            book.close_period(unit, through=day, by="x")


def test_a_trial_balance_is_the_same_whether_read_from_a_close_or_from_all_entries(unit, town):
    amina, brian = town
    days = [TODAY - timedelta(days=back) for back in (9, 6, 3, 1)]
    for day in days:
        pay(unit, amina, brian, kes(7), day=day)
        fund_day(unit, brian, day)
    before = {day: lines(unit, day) for day in [*days, TODAY]}
    for day in days[1::2]:
        book.close_period(unit, through=day, by="x")
    assert {day: lines(unit, day) for day in [*days, TODAY]} == before
    assert book.verify(unit) == []


def fund_day(unit, wallet, day):
    cash = book.system_account(unit, "cash", "KES")
    return pay(unit, cash, wallet, kes(3), day=day)


def test_a_value_date_lies_at_most_a_month_ahead(unit, town):
    amina, brian = town
    pay(unit, amina, brian, kes(1), day=TODAY + timedelta(days=31))
    with pytest.raises(DBAPIError, match="ahead"), unit.savepoint():
        pay(unit, amina, brian, kes(1), day=TODAY + timedelta(days=32))
    assert book.balance_on(unit, brian, date(2026, 3, 4)) == kes(300)


def test_a_busy_kind_has_stripes_and_one_id_always_finds_its_own(unit):
    keys = [uuid4() for _ in range(64)]
    stripes = [book.system_account(unit, "fees", "KES", spread_by=key) for key in keys]
    assert 8 <= len(set(stripes)) <= 16
    assert stripes == [book.system_account(unit, "fees", "KES", spread_by=key) for key in keys]
    assert len({book.system_account(unit, "equity", "KES", spread_by=key) for key in keys}) == 1
    amina = customer(unit, holds=kes(1000)).wallet
    for key, stripe in zip(keys, stripes, strict=True):
        book.post(unit, id=key, type="fee", legs=[Leg(amina, stripe, kes(1))], wallet=amina)
    held = unit.one("select posted, stripes from system_accounts where kind = 'fees'")
    assert (held.posted, held.stripes) == (6400, len(set(stripes)))
    assert lines(unit, TODAY)["4100", "KES"] == (0, 6400)


def test_the_bank_has_no_account_outside_its_chart(unit):
    with pytest.raises(DBAPIError, match="chart"), unit.savepoint():
        book.system_account(unit, "sweets", "KES")
