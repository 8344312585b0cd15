"""Limits of the payer's tier: to the last cent, on the country's own day, in the home currency."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from core.ledger import book
from core.ledger.book import Leg
from core.money import Money
from tests.core.ledger.books import NOW, at, customer, fund, kes, send

DAY = timedelta(days=1)


@pytest.fixture
def payer(unit):
    return customer(unit, holds=kes(140_000), tier=1)  # 70,000 a payment, 140,000 a day


@pytest.fixture
def payee(unit):
    return customer(unit, tier=3)


def refused(unit, payer, payee, amount):
    with pytest.raises(book.LimitExceeded) as caught:
        send(unit, payer.wallet, payee.wallet, amount)
    with pytest.raises(book.LimitExceeded) as looked:
        book.look(unit, debit=payer.wallet, credit=payee.wallet, amount=amount, type="transfer")
    assert looked.value.facts == caught.value.facts
    return caught.value.facts


def test_a_single_payment(unit, payer, payee):
    assert refused(unit, payer, payee, kes(70_000, 1)) == {
        "scope": "transaction",
        "limit": "KES 70000.00",
        "left": "KES 70000.00",
    }
    send(unit, payer.wallet, payee.wallet, kes(70_000))


def test_a_day(unit, payer, payee):
    for amount in (kes(70_000), kes(69_999, 99)):
        send(unit, payer.wallet, payee.wallet, amount)
    fund(unit, payer.wallet, kes(1000))
    assert refused(unit, payer, payee, kes(0, 2)) == {
        "scope": "day",
        "limit": "KES 140000.00",
        "left": "KES 0.01",
    }
    send(unit, payer.wallet, payee.wallet, kes(0, 1))
    assert refused(unit, payer, payee, kes(0, 1))["left"] == "KES 0.00"


def test_a_month(unit, payer, payee):
    for day in range(7):
        then = at(unit, NOW + day * DAY)
        for _ in range(2):
            send(then, payer.wallet, payee.wallet, kes(70_000))
        fund(then, payer.wallet, kes(140_000))
    last = at(unit, NOW + 7 * DAY)
    send(last, payer.wallet, payee.wallet, kes(19_999))
    assert refused(last, payer, payee, kes(1, 1)) == {
        "scope": "month",
        "limit": "KES 1000000.00",
        "left": "KES 1.00",
    }
    send(last, payer.wallet, payee.wallet, kes(1))
    send(at(unit, datetime(2026, 3, 31, 21, tzinfo=UTC)), payer.wallet, payee.wallet, kes(70_000))


@pytest.mark.parametrize(
    ("country", "turns_at", "amount"),
    [("KE", 21, kes(70_000)), ("SN", 24, Money(200_000, "XOF"))],
)
def test_the_day_turns_at_midnight_where_the_customer_lives(unit, country, turns_at, amount):
    payer, payee = customer(unit, country=country, tier=1), customer(unit, country=country, tier=3)
    midnight = datetime(2026, 3, 4, tzinfo=UTC) + timedelta(hours=turns_at)
    before, after = at(unit, midnight - timedelta(microseconds=1)), at(unit, midnight)
    for _ in range(2 if country == "KE" else 1):
        fund(before, payer.wallet, amount)
        send(before, payer.wallet, payee.wallet, amount)
    fund(before, payer.wallet, amount)
    assert refused(before, payer, payee, amount)["scope"] == "day"
    scope = (
        None if country == "KE" else "month"
    )  # in Senegal this tier's month is as low as its day
    if scope:
        assert refused(after, payer, payee, amount)["scope"] == scope
    else:
        send(after, payer.wallet, payee.wallet, amount)


def test_a_clock_that_runs_late_opens_no_day_twice(unit, payer, payee):
    tomorrow = at(unit, NOW + DAY)
    for _ in range(2):
        send(tomorrow, payer.wallet, payee.wallet, kes(70_000))
    fund(unit, payer.wallet, kes(10))
    assert refused(unit, payer, payee, kes(1))["scope"] == "day"
    send(at(unit, NOW + 2 * DAY), payer.wallet, payee.wallet, kes(1))


def test_limits_are_the_customers_not_the_wallets(unit, payer, payee):
    book.set_rate(unit, source="USD", target="KES", rate=Decimal(130))
    dollars, theirs = (
        book.open_account(unit, owner=who.owner, currency="USD") for who in (payer, payee)
    )
    fund(unit, dollars, Money(600_00, "USD"))
    send(unit, payer.wallet, payee.wallet, kes(70_000))
    send(unit, dollars, theirs, Money(538_46, "USD"))  # 69,999.80 in shillings
    with pytest.raises(book.LimitExceeded) as caught:
        send(unit, dollars, theirs, Money(1, "USD"))
    assert caught.value.facts == {"scope": "day", "limit": "KES 140000.00", "left": "KES 0.20"}
    send(unit, payer.wallet, payee.wallet, kes(0, 20))


@pytest.mark.parametrize(
    ("source", "target", "rate", "minor", "worth"),
    [
        ("USD", "KES", "129.503", 101, 13080),  # 130.79803: rounded up to the cent
        ("KES", "USD", "0.0078125", 101, 12928),  # 1.01 / 0.0078125, by the inverse
        ("KES", "USD", "0.0077", 100, 12988),  # 129.8701…, up
    ],
)
def test_foreign_money_is_valued_upwards_in_either_direction(
    unit, payer, payee, source, target, rate, minor, worth
):
    book.set_rate(unit, source=source, target=target, rate=Decimal(rate))
    dollars, theirs = (
        book.open_account(unit, owner=who.owner, currency="USD") for who in (payer, payee)
    )
    fund(unit, dollars, Money(1000, "USD"))
    send(unit, dollars, theirs, Money(minor, "USD"))
    assert spent(unit, payer) == worth


def spent(unit, who):
    return unit.value(
        "select day_spent from limit_counters where owner = %(owner)s", owner=who.owner
    )


def test_exponents_count_when_money_is_valued(unit):
    payer, payee = customer(unit, country="UG"), customer(unit, country="UG")
    book.set_rate(unit, source="USD", target="UGX", rate=Decimal(3700))
    dollars, theirs = (
        book.open_account(unit, owner=who.owner, currency="USD") for who in (payer, payee)
    )
    fund(unit, dollars, Money(1000, "USD"))
    send(unit, dollars, theirs, Money(150, "USD"))
    assert spent(unit, payer) == 5550


def test_the_latest_rate_holds(unit, payer, payee):
    dollars, theirs = (
        book.open_account(unit, owner=who.owner, currency="USD") for who in (payer, payee)
    )
    fund(unit, dollars, Money(1000, "USD"))
    book.set_rate(unit, source="USD", target="KES", rate=Decimal(100))
    tomorrow = at(unit, NOW + DAY)
    book.set_rate(tomorrow, source="KES", target="USD", rate=Decimal("0.005"))
    send(unit, dollars, theirs, Money(100, "USD"))
    assert spent(unit, payer) == 10_000  # tomorrow's rate is not known today
    send(tomorrow, dollars, theirs, Money(100, "USD"))
    assert spent(unit, payer) == 20_000


def test_no_rate_is_a_refusal_and_not_a_guess(unit, payer):
    with pytest.raises(book.NoRate) as caught:
        book.open_account(unit, owner=payer.owner, currency="TND")
    assert caught.value.facts == {"source": "KES", "target": "TND"}


def test_a_payment_without_a_rate_is_refused_for_good(unit, payer, payee, admin_engine):
    dinars = [uuid4(), uuid4()]
    for account, who in zip(dinars, (payer, payee), strict=True):
        book.set_rate(unit, source="TND", target="KES", rate=Decimal(44))
        book.open_account(unit, owner=who.owner, currency="TND", account_id=account)
    fund(unit, dinars[0], Money(9000, "TND"))
    before = at(unit, NOW - DAY)  # when there was no rate yet
    key = uuid4()
    for then in (before, unit):
        with pytest.raises(book.NoRate) as caught:
            send(then, *dinars, Money(1000, "TND"), key=key)
        assert caught.value.facts == {"source": "TND", "target": "KES"}
    send(unit, *dinars, Money(1000, "TND"))


@pytest.mark.parametrize(
    ("kind", "own", "counted"),
    [
        ("transfer", False, True),
        ("payment", False, True),
        ("fee", False, False),
        ("transfer", True, False),
    ],
)
def test_what_counts(unit, payer, payee, kind, own, counted):
    wallet = book.open_account(unit, owner=payer.owner, currency="KES") if own else payee.wallet
    legs = [Leg(payer.wallet, wallet, kes(70_001))]
    if not counted:
        book.post(unit, id=uuid4(), type=kind, legs=legs, wallet=None)
        assert spent(unit, payer) == 0
    else:
        with pytest.raises(book.LimitExceeded):
            book.post(unit, id=uuid4(), type=kind, legs=legs, wallet=None)


def test_the_bank_itself_has_no_limits(unit, payee):
    cash = book.system_account(unit, "cash", "KES")
    send(unit, cash, payee.wallet, kes(9_000_000))


def test_a_group_counts_as_one_payment(unit, payer, payee):
    fees = book.system_account(unit, "fees", "KES")
    fund(unit, payee.wallet, kes(100))
    legs = [Leg(payer.wallet, payee.wallet, kes(69_990)), Leg(payer.wallet, fees, kes(10))]
    both = [*legs, Leg(payee.wallet, fees, kes(5))]
    book.post(unit, id=uuid4(), type="transfer", legs=both, wallet=payer.wallet)
    assert (spent(unit, payer), spent(unit, payee)) == (70_000_00, 5_00)
    fund(unit, payer.wallet, kes(1))
    more = [*legs, Leg(payer.wallet, fees, kes(0, 1))]
    with pytest.raises(book.LimitExceeded) as caught:
        book.post(unit, id=uuid4(), type="transfer", legs=more, wallet=None)
    assert caught.value.facts == {
        "scope": "transaction",
        "limit": "KES 70000.00",
        "left": "KES 0.00",
    }


def test_a_higher_tier_may_at_once(unit, payer, payee):
    refused(unit, payer, payee, kes(70_001))
    book.set_owner(unit, owner=payer.owner, country="KE", tier=2)
    send(unit, payer.wallet, payee.wallet, kes(70_001))


def test_what_was_spent_moves_country_with_the_customer(unit, payer, payee):
    send(unit, payer.wallet, payee.wallet, kes(1000))
    book.set_rate(unit, source="KES", target="UGX", rate=Decimal(28))
    book.set_owner(unit, owner=payer.owner, country="UG", tier=2)
    assert spent(unit, payer) == 28_000


def test_every_country_has_three_growing_tiers(unit):
    rows = unit.all(
        "select country, array_agg(tier order by tier) as tiers,"
        " array_agg(per_transaction order by tier) as single,"
        " array_agg(per_day order by tier) as day, array_agg(per_month order by tier) as month"
        " from tier_limits group by country"
    )
    assert len(rows) == 9
    for row in rows:
        assert row.tiers == [1, 2, 3]
        for figures in (row.single, row.day, row.month):
            assert figures == sorted(figures)
        assert all(s <= d <= m for s, d, m in zip(row.single, row.day, row.month, strict=True))
