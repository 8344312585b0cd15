"""Reference rates: kept with the time they hold for, read from files, worth something to limits."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from core.fx import offered, rate_files, rates
from core.fx.market import RateStale, market
from core.fx.pricing import told
from core.ledger import book
from core.money import Money
from tests.core.fx.dealing import MIDS, amina, open_market, quoted

ECB_DAILY = "Date, USD, JPY, ZAR, \n30 October 2026, 1.1600, 180.10, 19.1400, \n"
ECB_HISTORY = """Date,USD,ZAR,LTL,
2026-10-30,1.1600,19.1400,N/A,
2026-10-29,1.1500,19.0000,N/A,
"""
DOLLARS = """date,eur,kes,xof,jpy
2026-09-28,0.878,129.69,575.95,157.7
2026-09-29,0.88022588,129.67469522,577.3903304,157.47
"""


def test_a_rate_holds_until_the_next_one_comes(unit):
    open_market(unit)
    first = unit.now
    unit.now += timedelta(minutes=5)
    rates.set_mids(
        unit, {"KES": Decimal(130)}, source="later", good_until=unit.now + timedelta(hours=1)
    )

    later, earlier, opening = rates.history(unit, "USD", "KES")
    assert (later.rate, later.since, later.until, later.source) == (130, unit.now, None, "later")
    assert (earlier.rate, earlier.since, earlier.until) == (MIDS["KES"], first, unit.now)
    assert opening.good_until is None and opening.until == first
    assert market(unit).mid("USD", "KES") == 130


def test_pairs_with_a_rate_of_their_own_follow(unit):
    open_market(unit)
    (latest, *_) = rates.history(unit, "EUR", "KES")
    assert latest.rate == round(MIDS["KES"] / MIDS["EUR"], 12)
    assert market(unit).mid("EUR", "KES") == MIDS["KES"] / MIDS["EUR"]


def test_limits_are_valued_by_the_newest_rate(unit):
    _, wallets = amina(unit, usd="3800.00")
    open_market(unit)
    unit.now += timedelta(seconds=1)
    cheap = {"KES": Decimal("1.5")}
    rates.set_mids(unit, cheap, source="test", good_until=unit.now + timedelta(hours=1))
    dollars = book.balance(unit, wallets["USD"]).posted
    book.look(unit, debit=wallets["USD"], credit=None, amount=dollars, type="transfer")
    unit.now += timedelta(seconds=1)
    open_market(unit)
    with pytest.raises(book.LimitExceeded):
        book.look(unit, debit=wallets["USD"], credit=None, amount=dollars, type="transfer")


def test_the_opening_rates_are_not_good_to_deal_by(unit):
    with pytest.raises(RateStale):
        market(unit).mid("USD", "KES")


@pytest.mark.parametrize("rate", ["0", "-1", "NaN", "Infinity"])
def test_a_rate_is_above_zero(unit, rate):
    with pytest.raises(ValueError, match="above zero"):
        rates.set_mids(unit, {"KES": Decimal(rate)}, source="x", good_until=unit.now + timedelta(1))


def test_the_central_banks_file_of_a_day_is_read(unit):
    (found,) = rate_files.read(ECB_DAILY.splitlines())

    assert (found.day, found.source) == (date(2026, 10, 30), "ecb")
    assert found.mids["EUR"] == 1 / Decimal("1.16")
    assert found.mids["ZAR"] == Decimal("16.5")
    assert found.at == datetime(2026, 10, 30, 15, tzinfo=UTC)
    assert found.good_until == datetime(2026, 11, 2, 18, tzinfo=UTC)  # over the weekend


def test_the_central_banks_history_is_read():
    days = list(rate_files.read(ECB_HISTORY.splitlines()))
    assert [one.day for one in days] == [date(2026, 10, 30), date(2026, 10, 29)]
    assert all("LTL" not in one.mids and "USD" not in one.mids for one in days)


def test_dollars_in_many_currencies_are_read(unit):
    days = list(rate_files.read(DOLLARS.splitlines()))
    assert days[1].mids["KES"] == Decimal("129.67469522")
    unit.now = datetime(2026, 9, 30, 9, tzinfo=UTC)
    for one in days:
        rates.set_mids(unit, one.mids, source=one.source, good_until=one.good_until, at=one.at)
    known = market(unit)
    assert known.mid("USD", "XOF") == Decimal("577.3903304")  # yen, which we have not, are left out
    with pytest.raises(RateStale):
        known.mid("USD", "GHS")


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Day,USD",
        "date",
        "Date,USD\nsoon,1",
        "Date,USD\n2026-01-02,-1",
        "Date,USD,ZAR\n2026-01-02,N/A,3",
    ],
)
def test_what_is_no_file_of_rates(words):
    with pytest.raises(rate_files.NotARateFile):
        list(rate_files.read(words.splitlines()))


def test_rates_are_told_for_guidance(unit):
    who, _ = amina(unit, usd="1.00", ugx="100")
    assert offered.rates(unit, who.id, home="KES") == []
    open_market(unit)
    shown = offered.rates(unit, who.id, home="KES")

    assert [one.sell for one in shown[:4]] == ["UGX", "USD", "EUR", "GBP"]
    assert len(shown) == 9 and all(one.buy == "KES" and one.rate < one.mid for one in shown)
    may = offered.convertible(unit, who.id, home="KES")
    assert may.sell[0] == "KES" and may.buy[0] == "KES" and may.held == {"KES", "USD", "UGX"}
    assert len(may.buy) == 12  # what no tariff lets them sell again is not offered


def test_rates_are_told_as_a_quote_would_have_them_while_markets_are_closed(unit):
    open_market(unit, hours=200)
    weekday = offered.line(market(unit), "USD", "KES")
    unit.now += timedelta(days=3)  # a Saturday
    known = market(unit)
    saturday = offered.line(known, "USD", "KES")
    given = quoted(unit, uuid4(), "USD", "KES", Money.load("USD 50.00"))

    assert saturday.rate < weekday.rate
    assert saturday.rate == told(saturday.mid, given.markup)
    assert offered.line(known, "EUR", "ETB") is None  # not dealt in at this hour
