"""What comes home of a payment counts no longer: on its own day, and in its own month."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from core.ledger import book
from core.ledger.book import Leg
from core.money import Money
from tests.core.ledger.books import NOW, at, capture, customer, fund, hold, kes, send, set_status

DAY = timedelta(days=1)


@pytest.fixture
def payer(unit):
    """May spend 70,000 at once, 140,000 a day and 1,000,000 a month."""
    return customer(unit, holds=kes(140_000), tier=1)


@pytest.fixture
def bank(unit):
    """Return an account of the bank that the money leaves for."""
    return book.system_account(unit, "commission_income", "KES")


def spent(unit, owner):
    """Return what counts on the counter's day and in its month, in shillings."""
    row = unit.one(
        "select day_spent, month_spent from limit_counters where owner = %(owner)s", owner=owner
    )
    return row.day_spent // 100, row.month_spent // 100


def pay(unit, payer, bank, amount, *, held):
    """Move money to the bank and return what the limits counted."""
    if not held:
        return book.post(
            unit, id=uuid4(), type="payment", legs=[Leg(payer.wallet, bank, amount)],
            wallet=payer.wallet,
        ).transaction_id  # fmt: skip
    found = hold(unit, payer.wallet, bank, amount, days=60)
    capture(unit, found)
    return found


def home(unit, payer, bank, paid, amount, *, key=None):
    return book.post_return(
        unit, id=key or uuid4(), paid=paid, leg=Leg(bank, payer.wallet, amount),
        wallet=payer.wallet,
    )  # fmt: skip


@pytest.mark.parametrize("held", [True, False])
def test_a_payment_that_comes_home_the_same_day_can_be_made_again(unit, payer, bank, held):
    paid = [pay(unit, payer, bank, kes(70_000), held=held) for _ in range(2)]
    fund(unit, payer.wallet, kes(1_000))
    with pytest.raises(book.LimitExceeded):
        send(unit, payer.wallet, customer(unit).wallet, kes(1))
    home(unit, payer, bank, paid[0], kes(70_000))
    assert spent(unit, payer.owner) == (70_000, 70_000)
    pay(unit, payer, bank, kes(70_000), held=held)
    assert book.verify(unit) == []


@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("days", [1, 30])
def test_what_comes_home_later_gives_no_other_day_more(unit, payer, bank, held, days):
    paid = pay(unit, payer, bank, kes(40_000), held=held)
    later = at(unit, NOW + days * DAY)
    pay(later, payer, bank, kes(5_000), held=held)
    home(later, payer, bank, paid, kes(40_000))
    assert spent(unit, payer.owner) == (5_000, 5_000), "the next day's, or the next month's"


def test_the_same_id_gives_back_once(unit, payer, bank):
    paid, key = pay(unit, payer, bank, kes(40_000), held=True), uuid4()
    first = home(unit, payer, bank, paid, kes(10_000), key=key)
    again = home(unit, payer, bank, paid, kes(10_000), key=key)
    assert (first.replayed, again.replayed) == (False, True)
    assert spent(unit, payer.owner) == (30_000, 30_000)
    with pytest.raises(book.IdReused):
        home(unit, payer, bank, paid, kes(10_001), key=key)


def test_what_the_wallet_does_not_take_is_counted_still(unit, payer, bank):
    paid = pay(unit, payer, bank, kes(40_000), held=True)
    set_status(unit, payer.wallet, "frozen")
    with pytest.raises(book.AccountFrozen):
        home(unit, payer, bank, paid, kes(40_000))
    assert spent(unit, payer.owner) == (40_000, 40_000)


def test_a_fee_that_comes_home_was_never_counted(unit, payer):
    fees = book.system_account(unit, "fees", "KES")
    paid = book.authorise(
        unit, id=uuid4(), type="fee", leg=Leg(payer.wallet, fees, kes(50)), wallet=payer.wallet,
        expires_at=unit.now + DAY,
    ).hold_id  # fmt: skip
    capture(unit, paid)
    pay(unit, payer, fees, kes(100), held=False)
    home(unit, payer, fees, paid, kes(50))
    assert spent(unit, payer.owner) == (100, 100)


def test_a_payment_comes_home_to_whoever_made_it(unit, payer, bank):
    other = customer(unit)
    for held in (True, False):
        paid = pay(unit, payer, bank, kes(100), held=held)
        for wrong in (paid, uuid4()):
            with pytest.raises(DBAPIError, match="comes home"), unit.savepoint():
                home(unit, other, bank, wrong, kes(100))


STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),  # days that pass
        st.integers(1, 9_000),  # paid, in shillings
        st.booleans(),  # by way of a hold
        st.lists(st.tuples(st.integers(0, 9), st.integers(1, 100)), max_size=2),  # comes home
    ),
    min_size=1,
    max_size=12,
)


@settings(
    max_examples=25, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(steps=STEPS)
def test_the_limits_count_what_left_on_a_day_and_has_not_come_home_on_it(unit, steps):
    payer = customer(unit, holds=kes(140_000), tier=3)
    bank = book.system_account(unit, "commission_income", "KES")
    today, made = 0, []
    for days, shillings, held, back in steps:
        today += days
        now = at(unit, NOW + today * DAY)
        made.append([today, shillings, pay(now, payer, bank, kes(shillings), held=held), 0])
        for which, percent in back:
            one = made[which % len(made)]
            part = (one[1] - one[3]) * percent // 100
            if part:
                home(now, payer, bank, one[2], Money(part * 100, "KES"))
                one[3] += part
    left = [(day, paid - back) for day, paid, _, back in made]
    in_month = [rest for day, rest in left if (NOW + day * DAY).month == (NOW + today * DAY).month]
    on_day = [rest for day, rest in left if day == today]
    assert spent(unit, payer.owner) == (sum(on_day), sum(in_month))
