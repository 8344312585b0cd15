"""Quotes: what they say, what they refuse, and what is written down about it."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from core.fx import decisions, sweeping
from core.fx.guards import MarketClosed, NoLiquidity, RateDeviates
from core.fx.market import RateStale, market
from core.fx.pricing import short
from core.fx.quote_store import UnknownQuote, find
from core.fx.quotes import (
    AmountTooSmall,
    CurrencyNotDealt,
    ExposureLimit,
    SameCurrency,
)
from core.money import Money
from core.partners.liquidity import FxEnquiry, Told, dumped
from tests.core.fx.dealing import mid, open_market, per_mille, price, quoted, told

HUNDRED = Money.load("USD 100.00")


def test_a_quote_tells_mid_provider_rate_spread_and_fee_apart(unit):
    open_market(unit)
    given = quoted(unit, uuid4(), "USD", "KES", HUNDRED, fee_of=per_mille(5))

    assert given.mid == Decimal("129.67")
    assert given.provider_rate == Decimal("129.54033")  # 10 bps below the middle: the best of three
    assert given.rate == Decimal("128.7630")  # 60 bps below that
    assert given.buy == Money.load("KES 12876.30")
    assert given.spread == Money.load("KES 77.73")  # all of KES 12,954.03 that providers pay
    assert given.fee == Money.load("USD 0.50")
    assert given.total == Money.load("USD 100.50")
    assert given.expires_at == unit.now + timedelta(seconds=120)


def test_a_quote_may_fix_what_is_bought(unit):
    open_market(unit)
    given = quoted(unit, uuid4(), "USD", "KES", Money.load("KES 12876.30"))

    assert given.buy == Money.load("KES 12876.30")
    assert given.sell == HUNDRED
    assert (given.sell.major - Decimal("0.01")) * given.rate < given.buy.major


def test_a_longer_time_costs_more(unit):
    open_market(unit)
    who = uuid4()
    rates = [quoted(unit, who, "USD", "KES", HUNDRED, lock=lock).rate for lock in (60, 600, 3600)]

    assert rates == sorted(rates, reverse=True) and len(set(rates)) == 3
    with pytest.raises(ValueError, match="no rate is held"):
        quoted(unit, who, "USD", "KES", HUNDRED, lock=10**6)


def test_closed_markets_cost_more_and_some_are_not_dealt_in(unit):
    open_market(unit, hours=200)
    who = uuid4()
    weekday = quoted(unit, who, "EUR", "KES", Money.load("EUR 50.00"))
    unit.now += timedelta(days=3)  # a Saturday
    saturday = quoted(unit, who, "EUR", "KES", Money.load("EUR 50.00"))

    assert saturday.rate < weekday.rate
    with pytest.raises(MarketClosed):
        quoted(unit, who, "EUR", "ETB", Money.load("EUR 50.00"))


def test_a_holiday_closes_a_market(unit):
    known = _market_at(unit, day=9)  # Jamhuri Day is in December; Madaraka Day is 1 June
    assert known.of("KES").is_open(unit.now)
    known = _market_at(unit, month=6, day=1)
    assert not known.of("KES").is_open(unit.now)


def _market_at(unit, **when):
    unit.now = unit.now.replace(**when)
    return market(unit)


def test_without_a_fresh_middle_nothing_is_quoted(unit):
    with pytest.raises(RateStale) as refused:
        quoted(unit, uuid4(), "USD", "KES", HUNDRED)
    assert refused.value.facts == {"currency": "KES"}

    open_market(unit, hours=1)
    quoted(unit, uuid4(), "USD", "KES", HUNDRED)
    unit.now += timedelta(hours=1)
    with pytest.raises(RateStale):
        quoted(unit, uuid4(), "USD", "KES", HUNDRED)


def test_prices_that_are_too_old_or_too_far_off_are_not_taken(unit):
    open_market(unit)
    ask = FxEnquiry("USD", "KES", "sell", HUNDRED)
    old = price("lp_kilima", "USD", "KES", unit.now, bps=1, seconds=1)
    wild = price("lp_baobab", "USD", "KES", unit.now, bps=-300)
    good = price("lp_sahel", "USD", "KES", unit.now, bps=30)
    prices = dumped([Told(one.provider, 4, (one,)) for one in (old, wild, good)])

    given = quoted(unit, uuid4(), "USD", "KES", HUNDRED, prices=prices)

    assert given.route == "lp_sahel"
    (log,) = decisions.listed(unit, subject=given.id)
    verdicts = {one["provider"]: one["verdict"] for one in log.candidates}
    assert verdicts["lp_kilima"] == "stale"
    assert verdicts["lp_baobab"] == "deviates 300 bps from the middle"
    assert ask.pairs == (("USD", "KES"),)


def test_providers_judge_each_other(unit):
    open_market(unit)
    prices = told(FxEnquiry("GBP", "USD", "sell", Money.load("GBP 50.00")), unit.now,
                  lp_baobab=60, lp_kilima=60, lp_sahel=-60)  # fmt: skip
    given = quoted(unit, uuid4(), "GBP", "USD", Money.load("GBP 50.00"), prices=prices)
    (log,) = decisions.listed(unit, subject=given.id)

    assert "lp_sahel" not in given.route
    assert [one["verdict"] for one in log.candidates if one["provider"] == "lp_sahel"] == [
        "deviates 121 bps from other providers"
    ]


@pytest.mark.parametrize(
    ("troubles", "refusal"),
    [
        (("ConnectError", "no answer in time", "HTTP 503"), NoLiquidity),
        (("market_closed", "market_closed", "market_closed"), MarketClosed),
        (("market_closed", "HTTP 503", "market_closed"), NoLiquidity),
    ],
)
def test_with_all_providers_silent_there_is_no_quote_and_the_log_says_why(unit, troubles, refusal):
    open_market(unit)
    prices = dumped([Told(f"lp_{n}", 9, trouble=why) for n, why in enumerate(troubles)])

    with pytest.raises(refusal) as refused, unit.savepoint():
        quoted(unit, uuid4(), "USD", "KES", HUNDRED, prices=prices)
    assert decisions.listed(unit) == []  # undone with the effect
    decisions.keep(unit, refused.value)

    (log,) = decisions.listed(unit, outcome=refusal.code)
    assert [one["verdict"] for one in log.candidates] == list(troubles)
    assert unit.value("select count(*) from fx_quotes") == 0


def test_when_every_price_deviates_that_is_said(unit):
    open_market(unit)
    ask = FxEnquiry("USD", "KES", "sell", HUNDRED)
    with pytest.raises(RateDeviates):
        quoted(unit, uuid4(), "USD", "KES", HUNDRED, prices=told(ask, unit.now, lp_kilima=500))


def test_amounts_that_are_too_small_or_too_large(unit):
    open_market(unit)
    with pytest.raises(AmountTooSmall) as refused:
        quoted(unit, uuid4(), "USD", "KES", Money.load("USD 0.99"))
    assert refused.value.facts == {"least": "USD 1.00"}

    little = price("lp_kilima", "USD", "KES", unit.now, sizes=("50",))
    with pytest.raises(NoLiquidity):
        quoted(
            unit, uuid4(), "USD", "KES", HUNDRED, prices=dumped([Told("lp_kilima", 1, (little,))])
        )


def test_what_nobody_deals_in(unit):
    open_market(unit)
    with pytest.raises(SameCurrency):
        quoted(unit, uuid4(), "USD", "USD", HUNDRED)
    with pytest.raises(CurrencyNotDealt):
        quoted(unit, uuid4(), "USD", "LYD", HUNDRED, prices="[]")


def test_the_bank_exposes_no_more_than_a_tenth_of_its_capital(unit):
    open_market(unit)
    limit = market(unit).exposure_limit()
    assert limit == Money.load("KES 500000000.00")
    most = Money(int(limit.minor / mid("USD", "KES")), "USD")

    for _ in range(2):  # open quotes count as dealt, so the third is too much
        quoted(unit, uuid4(), "USD", "KES", Money(most.minor * 45 // 100, "USD"))
    with pytest.raises(ExposureLimit):
        quoted(unit, uuid4(), "USD", "KES", Money(most.minor * 11 // 100, "USD"))

    # What makes the exposure smaller is welcome, and what was quoted ends with its time.
    quoted(unit, uuid4(), "KES", "USD", Money(limit.minor * 40 // 100, "KES"))
    unit.now += timedelta(minutes=3)
    quoted(unit, uuid4(), "USD", "KES", Money(most.minor * 90 // 100, "USD"))


def test_a_large_amount_is_split_over_providers(unit):
    open_market(unit)
    prices = dumped(
        [
            Told(
                "lp_kilima",
                3,
                (price("lp_kilima", "USD", "KES", unit.now, bps=10, sizes=("700",)),),
            ),
            Told(
                "lp_sahel", 3, (price("lp_sahel", "USD", "KES", unit.now, bps=20, sizes=("900",)),)
            ),
        ]
    )
    given = quoted(unit, uuid4(), "USD", "KES", Money.load("USD 1000.00"), prices=prices)
    assert given.route == "lp_kilima 70% + lp_sahel 30%"


def test_currencies_that_nobody_trades_go_through_the_dollar(unit):
    open_market(unit)
    prices = dumped(
        [
            Told("lp_kilima", 3, (price("lp_kilima", "UGX", "USD", unit.now),)),
            Told("lp_sahel", 3, (price("lp_sahel", "USD", "XOF", unit.now),)),
        ]
    )
    given = quoted(unit, uuid4(), "UGX", "XOF", Money.load("UGX 100000"), prices=prices)
    assert given.route == "lp_kilima>lp_sahel"
    assert given.mid == short(mid("UGX", "XOF"))


def test_quotes_nobody_used_end_and_are_counted(unit):
    open_market(unit)
    who = uuid4()
    given = quoted(unit, who, "USD", "KES", HUNDRED)
    with pytest.raises(NoLiquidity):
        quoted(unit, who, "USD", "KES", HUNDRED, prices="")
    unit.now += timedelta(seconds=149)
    assert sweeping.sweep(unit, most=10) == 0
    unit.now += timedelta(seconds=1)
    assert sweeping.sweep(unit, most=10) == 1

    (day,) = sweeping.days(unit)
    assert (day.given, day.used, day.unused, day.open, day.refused) == (1, 0, 1, 0, 1)
    assert find(unit, given.id, customer=who).status == "unused"
    with pytest.raises(UnknownQuote):
        find(unit, given.id, customer=uuid4())
