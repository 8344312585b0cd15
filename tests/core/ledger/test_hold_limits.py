"""Holds and limits: counted once, when approved; given back on the same day, in the same month."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from core.ledger import book
from core.ledger.book import Leg, OverCapture
from core.money import Money
from tests.core.ledger.books import NOW, at, capture, customer, fund, hold, kes, send

DAY = timedelta(days=1)


@pytest.fixture
def payer(unit):
    """May spend 70,000 at once, 140,000 a day and 1,000,000 a month."""
    return customer(unit, holds=kes(140_000), tier=1)


@pytest.fixture
def payee(unit):
    return customer(unit, tier=3).wallet


def spent(unit, owner):
    """Return what counts today and this month, in shillings."""
    row = unit.one(
        "select day_spent, month_spent from limit_counters where owner = %(owner)s", owner=owner
    )
    return row.day_spent // 100, row.month_spent // 100


def test_a_hold_counts_when_it_is_approved_and_its_captures_do_not(unit, payer, payee):
    held = hold(unit, payer.wallet, payee, kes(60_000))
    assert spent(unit, payer.owner) == (60_000, 60_000)
    capture(unit, held, kes(20_000))
    capture(at(unit, NOW + DAY), held)
    assert spent(unit, payer.owner) == (60_000, 60_000)
    with pytest.raises(book.LimitExceeded):
        hold(unit, payer.wallet, payee, kes(70_001))


def test_what_is_given_back_is_given_back_to_the_limits(unit, payer, payee):
    void, final, run_out = (hold(unit, payer.wallet, payee, kes(40_000)) for _ in range(3))
    assert spent(unit, payer.owner) == (120_000, 120_000)
    book.void(unit, id=uuid4(), hold=void)
    assert spent(unit, payer.owner) == (80_000, 80_000)
    capture(unit, final, kes(10_000), final=True)
    assert spent(unit, payer.owner) == (50_000, 50_000)
    book.expire(at(unit, NOW + 8 * DAY))
    assert book.hold(unit, run_out).status == "expired"
    assert spent(unit, payer.owner) == (10_000, 10_000), "no payment has begun another day"


def test_on_another_day_only_the_months_are_given_back(unit, payer, payee):
    held = hold(unit, payer.wallet, payee, kes(40_000))
    tomorrow = at(unit, NOW + DAY)
    send(tomorrow, payer.wallet, payee, kes(5_000))
    book.void(tomorrow, id=uuid4(), hold=held)
    assert spent(unit, payer.owner) == (5_000, 5_000)


def test_in_another_month_nothing_is_given_back(unit, payer, payee):
    held = hold(unit, payer.wallet, payee, kes(40_000), days=60)
    later = at(unit, NOW + 30 * DAY)
    send(later, payer.wallet, payee, kes(5_000))
    book.void(later, id=uuid4(), hold=held)
    assert spent(unit, payer.owner) == (5_000, 5_000)


def test_a_raise_of_another_day_gives_back_its_own_part_of_that_day(unit, payer, payee):
    held = hold(unit, payer.wallet, payee, kes(40_000))
    tomorrow = at(unit, NOW + DAY)
    book.raise_hold(tomorrow, id=uuid4(), hold=held, amount=kes(10_000))
    assert spent(unit, payer.owner) == (10_000, 50_000)
    book.void(tomorrow, id=uuid4(), hold=held)
    assert spent(unit, payer.owner) == (0, 0)


def test_small_steps_do_not_get_past_the_limit_of_one_transaction(unit, payer, payee):
    held = hold(unit, payer.wallet, payee, kes(60_000), over=OverCapture(points=10_000))
    with pytest.raises(book.LimitExceeded) as refused:
        book.raise_hold(unit, id=uuid4(), hold=held, amount=kes(10_001))
    assert refused.value.facts == {
        "scope": "transaction", "limit": "KES 70000.00", "left": "KES 10000.00",
    }  # fmt: skip
    with pytest.raises(book.LimitExceeded):
        capture(unit, held, kes(70_001))
    capture(unit, held, kes(70_000))
    assert spent(unit, payer.owner) == (70_000, 70_000)


def test_a_hold_abroad_counts_and_gives_back_what_it_was_worth_then(unit, payee):
    book.set_rate(unit, source="USD", target="KES", rate=Decimal(125))
    payer = customer(unit, tier=1)
    dollars = book.open_account(unit, owner=payer.owner, currency="USD")
    shop = book.open_account(unit, owner=None, currency="USD", kind="collection", floor=None)
    fund(unit, dollars, Money(1000_00, "USD"))
    held = uuid4()
    book.authorise(
        unit,
        id=held,
        type="payment",
        leg=Leg(dollars, shop, Money(400_00, "USD")),
        wallet=None,
        expires_at=NOW + DAY,
    )
    assert spent(unit, payer.owner) == (50_000, 50_000)
    book.set_rate(at(unit, NOW + DAY / 24), source="USD", target="KES", rate=Decimal(130))
    capture(unit, held, Money(100_00, "USD"), final=True)
    assert spent(unit, payer.owner) == (12_500, 12_500)
    assert book.verify(unit) == []


def test_a_payer_who_moved_country_gets_nothing_of_the_old_one_back(unit, payee):
    payer = customer(unit, holds=kes(100_000))
    held = hold(unit, payer.wallet, payee, kes(40_000))
    book.set_rate(unit, source="KES", target="UGX", rate=Decimal(30))
    book.set_owner(unit, owner=payer.owner, country="UG", tier=2)
    counted = spent(unit, payer.owner)
    book.raise_hold(unit, id=uuid4(), hold=held, amount=kes(1_000))
    book.void(unit, id=uuid4(), hold=held)
    assert spent(unit, payer.owner)[0] >= counted[0]
    assert book.verify(unit) == []
