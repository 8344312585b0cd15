"""A day's cash is reported exactly when it reaches the threshold, in every currency."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import DIGITS, Money
from core.regulatory.cash import Cash, NoRateKnown, Threshold, reached

DAY, NEXT = date(2026, 3, 2), date(2026, 3, 3)
LEAST = Threshold("USD", Decimal(15000))
CODES = sorted(DIGITS)
CUSTOMERS = [UUID(int=n) for n in (1, 2)]
rate = st.decimals("0.0001", "50000", places=4).filter(bool)
rates = st.fixed_dictionaries({code: rate for code in CODES if code != "USD"})


def brought(customer, minor, currency, *, day=DAY, incoming=True, n=0):
    return Cash(
        id=UUID(int=n), customer=customer, incoming=incoming, amount=Money(minor, currency),
        day=day, at=datetime(2026, 3, 2, 9, tzinfo=UTC), reference="", till="",
    )  # fmt: skip


moves = st.lists(
    st.builds(
        brought,
        st.sampled_from(CUSTOMERS),
        st.integers(1, 10**10),
        st.sampled_from(CODES),
        day=st.sampled_from([DAY, NEXT]),
        incoming=st.booleans(),
        n=st.integers(1, 10**6),
    ),
    max_size=12,
)


@given(moves, rates, rates)
def test_it_is_reported_exactly_when_the_day_reaches_it(made, first, second):
    by_day = {DAY: first, NEXT: second}
    total = {}
    for one in made:
        major = Fraction(one.amount.minor) / 10 ** DIGITS[one.amount.currency]
        price = Fraction(by_day[one.day].get(one.amount.currency, 1))
        key = one.day, one.customer
        total[key] = total.get(key, Fraction(0)) + major / price
    expected = {key for key, worth in total.items() if worth >= 15000}
    found = reached(made, by_day, LEAST)
    assert {(one.day, one.customer) for one in found} == expected
    for one in found:
        assert one.worth == total[one.day, one.customer]
        assert sorted(one.moves, key=repr) == sorted(
            (m for m in made if (m.day, m.customer) == (one.day, one.customer)), key=repr
        )


@given(st.sampled_from(CODES), rate, st.lists(st.integers(1, 10**6), max_size=5))
def test_one_minor_unit_less_is_not_reported(currency, price, pieces):
    """The least amount that reaches it does, however it is split; one minor unit less does not."""
    price = Decimal(1) if currency == "USD" else price
    exact = Fraction(15000) * Fraction(price) * 10 ** DIGITS[currency]
    least = -(-exact.numerator // exact.denominator)
    for minor, reports in ((least, True), (least - 1, False)):
        if minor < 1:
            continue
        parts, left = [], minor
        for piece in pieces:
            if piece < left:
                parts.append(piece)
                left -= piece
        made = [brought(CUSTOMERS[0], one, currency, n=n) for n, one in enumerate([*parts, left])]
        given_rates = {} if currency == "USD" else {currency: price}
        assert bool(reached(made, {DAY: given_rates}, LEAST)) is reports


def test_cash_that_cannot_be_valued_is_no_secret():
    with pytest.raises(NoRateKnown):
        reached([brought(CUSTOMERS[0], 1, "KES")], {DAY: {}}, LEAST)


def test_a_threshold_may_be_in_any_currency():
    made = [brought(CUSTOMERS[0], 150_000, "USD")]
    given_rates = {DAY: {"UGX": Decimal(3500)}}
    assert reached(made, given_rates, Threshold("UGX", Decimal(5_250_000)))
    assert not reached(made, given_rates, Threshold("UGX", Decimal(5_250_001)))
