"""What a service costs: bands by amount, rounded to the house, on the country's day."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fees import schedule
from core.fees.schedule import Band, NoTariff
from core.kyc.countries import SERVED
from core.money import Money
from core.store.unit import Unit

WALLETS = ("USD", "EUR", "GBP", *dict.fromkeys(country.currency for country in SERVED.values()))


@pytest.mark.parametrize(
    ("what", "amount", "costs"),
    [
        ("withdraw_agent", "KES 100.00", "KES 11.00"),
        ("withdraw_agent", "KES 100.01", "KES 29.00"),
        ("withdraw_agent", "KES 250000.00", "KES 309.00"),
        ("withdraw_bank", "KES 500.00", "KES 30.00"),
        ("withdraw_bank", "KES 1000000.00", "KES 500.00"),
        ("withdraw_mobile", "KES 5000.00", "KES 9.00"),
        ("airtime", "KES 50.00", "KES 0.00"),
        ("return", "KES 50.00", "KES 0.00"),
        ("exchange", "USD 100.00", "USD 0.50"),
        ("exchange", "USD 100.01", "USD 0.51"),
        ("exchange", "USD 0.01", "USD 0.10"),
        ("exchange", "USD 999999.00", "USD 50.00"),
        ("exchange", "UGX 70001", "UGX 351"),
    ],
)
def test_a_fee_is_of_its_band_and_rounded_to_the_house(
    unit: Unit, what: str, amount: str, costs: str
) -> None:
    country = "UG" if amount.startswith("UGX") else "KE"
    told = schedule.fee(unit, what=what, amount=Money.load(amount), country=country)
    assert str(told) == costs


def test_a_fee_takes_one_statement(unit: Unit) -> None:
    before = unit.statements
    schedule.fee(unit, what="bill", amount=Money(1, "KES"), country="KE")
    assert unit.statements == before + 1


def test_what_has_no_tariff_is_refused_and_never_free(unit: Unit) -> None:
    for what, country, currency in (("juggling", "KE", "KES"), ("bill", "DE", "KES")):
        with pytest.raises(NoTariff):
            schedule.fee(unit, what=what, amount=Money(100, currency), country=country)
    with pytest.raises(NoTariff):
        schedule.fee(unit, what="bill", amount=Money(100, "TND"), country="KE")


@pytest.mark.parametrize("country", SERVED)
def test_every_service_has_a_tariff_in_every_currency_of_a_wallet(unit: Unit, country: str) -> None:
    for currency in WALLETS:
        lines = schedule.listed(unit, country=country, currency=currency)
        assert list(dict.fromkeys(line.what for line in lines)) == list(schedule.SERVICES)
        for what in schedule.SERVICES:
            bands = [line for line in lines if line.what == what]
            assert bands[0].band.start.minor == 0, "from the first cent"
            assert bands[-1].until is None, "without an end"
            assert [line.until for line in bands[:-1]] == [line.band.start for line in bands[1:]]
            assert all(line.source for line in bands)


def test_the_schedule_reads_one_service_and_another_day(unit: Unit) -> None:
    lines = schedule.listed(unit, country="KE", currency="KES", what="withdraw_bank")
    assert [str(line.band.fixed) for line in lines][:2] == ["KES 30.00", "KES 50.00"]
    assert str(lines[0].until) == "KES 500.01"
    before = date(1999, 12, 31)
    assert schedule.listed(unit, country="KE", currency="KES", on=before) == []


@given(
    amount=st.integers(1, 10**12),
    fixed=st.integers(0, 10**6),
    per_mille=st.decimals(0, 999, places=3),
    least=st.integers(0, 10**5),
    more=st.none() | st.integers(0, 10**7),
)
def test_a_fee_lies_between_its_bounds_and_never_below_its_share(
    amount: int, fixed: int, per_mille: Decimal, least: int, more: int | None
) -> None:
    most = None if more is None else Money(least + more, "KES")
    band = Band(Money(0, "KES"), Money(fixed, "KES"), per_mille, Money(least, "KES"), most)
    charged = band.fee(Money(amount, "KES")).minor
    exact = fixed + amount * per_mille / 1000
    assert least <= charged
    assert charged >= exact or (most is not None and charged == most.minor)
    assert charged < exact + 1 or charged == least
