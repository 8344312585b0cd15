"""What a customer is worth, against the formula written out month by month, and off a real book."""

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.insight import earnings, profile, value
from core.ledger import book
from core.money import Money
from tests.core.people import passing_unit, someone

AMOUNTS = st.integers(-(10**12), 10**12)
MARCH = datetime.fromisoformat("2026-03-04T09:30:00+00:00")


def modelled(earned: int, recent: int, months: int, idle: int, exponent: int) -> Decimal:
    """The same in exact fractions, a month at a time."""
    stays = next((s for days, s in ((30, 97), (90, 90), (180, 75)) if idle < days), 0)
    monthly = max(Fraction(recent, max(months, 1)), Fraction())
    worth, there = Fraction(earned), Fraction(1)
    for _ in range(24):
        there *= Fraction(stays, 101)
        worth += monthly * there
    main = worth / 10**exponent
    return (Decimal(main.numerator) / Decimal(main.denominator)).quantize(
        Decimal("0.01"), ROUND_HALF_UP
    )


@given(
    earned=AMOUNTS, recent=AMOUNTS, months=st.integers(0, 3), idle=st.integers(0, 400),
    exponent=st.sampled_from([0, 2, 3]),
)  # fmt: skip
def test_it_is_what_the_formula_says(earned, recent, months, idle, exponent) -> None:
    found = value.lifetime(
        earned=Decimal(earned), recent=Decimal(recent), months=months, idle_days=idle,
        exponent=exponent,
    )  # fmt: skip
    assert abs(found - modelled(earned, recent, months, idle, exponent)) <= Decimal("0.01")


@given(earned=AMOUNTS, recent=AMOUNTS, idle=st.integers(0, 400))
def test_a_loss_is_not_expected_to_come_again_and_absence_never_adds(earned, recent, idle) -> None:
    def worth(days: int) -> Decimal:
        return value.lifetime(
            earned=Decimal(earned), recent=Decimal(recent), months=3, idle_days=days, exponent=2
        )

    assert worth(idle) >= Decimal(earned).scaleb(-2).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert worth(idle + 1) <= worth(idle)


def test_who_has_been_away_for_half_a_year_is_worth_what_they_have_earned() -> None:
    gone = value.lifetime(
        earned=Decimal(12345), recent=Decimal(900), months=3, idle_days=180, exponent=2
    )
    assert gone == Decimal("123.45")


def charge(unit, who, amount: str, *, kind: str = "fees") -> None:
    money = Money.load(amount)
    account = book.system_account(unit, kind, money.currency)
    book.post(
        unit, id=uuid4(), type="fee", legs=[book.Leg(who.wallet, account, money)], wallet=who.wallet
    )


def follow(unit) -> int:
    many = 0
    while read := earnings.follow(unit):
        many += read
    return many


def kept(unit, who):
    return {
        (str(row.month), row.currency): row.amount
        for row in unit.all(
            "select month, currency, amount from customer_earnings where customer_id = %(id)s",
            id=who.id,
        )
    }


def test_what_is_charged_is_counted_once_to_whose_wallet_it_was(unit) -> None:
    amina = someone(unit, holds="KES 1000.00")
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"), holds="KES 1000.00")
    charge(unit, amina, "KES 30.00")
    charge(unit, amina, "KES 12.00")
    charge(unit, brian, "KES 5.00")
    assert follow(unit) == 3
    assert follow(unit) == 0
    charge(unit, amina, "KES 1.00")
    assert follow(unit) == 1
    assert kept(unit, amina) == {("2026-03-01", "KES"): 4300}
    assert kept(unit, brian) == {("2026-03-01", "KES"): 500}


def test_what_is_reversed_is_taken_away_again(unit) -> None:
    amina = someone(unit, holds="KES 1000.00")
    fee, fees = uuid4(), book.system_account(unit, "fees", "KES")
    leg = book.Leg(amina.wallet, fees, Money.load("KES 30.00"))
    book.post(unit, id=fee, type="fee", legs=[leg], wallet=amina.wallet)
    book.reverse(unit, id=uuid4(), transaction=fee)
    follow(unit)
    assert kept(unit, amina) == {("2026-03-01", "KES"): 0}


def test_a_month_begins_when_it_begins_at_home(unit) -> None:
    amina = someone(unit, holds="KES 1000.00")
    unit.now = MARCH.replace(day=31, hour=21, minute=30)
    charge(unit, amina, "KES 30.00")
    follow(unit)
    assert kept(unit, amina) == {("2026-04-01", "KES"): 3000}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    charges=st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from(["KES", "USD"]), st.integers(1, 50_000)),
        max_size=8,
    ),
    idle=st.integers(0, 200),
)
def test_a_profile_has_the_worth_of_all_charges(engine, charges, idle) -> None:
    """Each charge is (months before March, currency, minor units)."""
    began = datetime.fromisoformat("2025-09-02T09:00:00+00:00")
    with passing_unit(engine, began) as unit:
        amina = someone(unit, holds="KES 900.00")
        unit.run(
            "insert into customer_earnings (customer_id, month, currency, amount)"
            " select %(id)s, make_date(2026, 3, 1) - m * interval '1 month', c, sum(a)"
            " from unnest(%(months)s::int[], %(currencies)s::text[], %(amounts)s::bigint[])"
            " v (m, c, a) group by m, c",
            id=amina.id,
            months=[one[0] for one in charges],
            currencies=[one[1] for one in charges],
            amounts=[one[2] for one in charges],
        )
        unit.now = MARCH
        unit.run(
            "insert into interactions (id, customer_id, channel, date, notes, conversation_id,"
            " outcome, correlation)"
            " values (%(id)s, %(who)s, 'sms', %(at)s, '', %(id)s, '', %(id)s)",
            id=unit.new_id(),
            who=amina.id,
            at=MARCH - timedelta(days=idle),
        )
        (found,) = profile.look(unit, [amina.id])
        rate = {"KES": Decimal(1), "USD": Decimal(129)}
        earned = sum((rate[c] * a for _, c, a in charges), Decimal())
        recent = sum((rate[c] * a for m, c, a in charges if 1 <= m <= 3), Decimal())
        worth = modelled(int(earned), int(recent), 3, found.idle_days, 2)
        assert found.idle_days == min(idle, (MARCH - began).days)
        assert abs(found.lifetime_value - worth) <= Decimal("0.01")


@pytest.mark.parametrize("days", [0, 29, 30, 89, 90, 179, 180, 5000])
def test_the_factor_falls_by_steps(days: int) -> None:
    assert value.factor(days) >= value.factor(days + 1) >= 0
