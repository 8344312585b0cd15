"""Rates that customers wait for: told once, when they are reached."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from core.fx import offered, rate_alerts, rates
from core.fx.guards import MarketClosed
from core.fx.market import RateStale, market
from core.fx.quotes import CurrencyNotDealt, SameCurrency
from core.fx.rate_alerts import NotARate, TooManyRateAlerts, UnknownRateAlert
from core.store.outbox import register_senders
from tests.core.fx.dealing import MIDS, amina, open_market
from tests.support import unsealed
from tests.support.outbox_rows import ALL


@pytest.fixture
def who(unit):
    register_senders(unit, ALL)
    open_market(unit)
    return amina(unit, kes="1.00")[0].id


def _watch(unit, who, rate, sell="USD", buy="KES"):
    return rate_alerts.watch(unit, who, sell=sell, buy=buy, rate=rate)


def _stands(unit, sell="USD", buy="KES") -> Decimal:
    return offered.line(market(unit), sell, buy).rate


def _move(unit, percent: str) -> None:
    unit.now += timedelta(minutes=1)
    moved = {code: mid * (1 + Decimal(percent) / 100) for code, mid in MIDS.items()}
    rates.set_mids(unit, moved, source="test", good_until=unit.now + timedelta(hours=1))


def test_whoever_waits_for_a_rate_is_told_once_when_it_rises_there(unit, who):
    alert = _watch(unit, who, "130.50")
    assert alert.rises and rate_alerts.watched(unit, who) == [alert]
    assert rate_alerts.tell_reached(unit) == 0

    _move(unit, "2")
    assert rate_alerts.tell_reached(unit) == 1
    assert rate_alerts.tell_reached(unit) == 0
    assert rate_alerts.watched(unit, who) == []
    (told,) = [
        row.payload for row in unsealed.outbox(unit) if row.payload["alert"] == "rate_reached"
    ]
    assert told["facts"] == {
        "sell": "USD", "buy": "KES", "rate": f"{_stands(unit):f}", "wanted": "130.50",
    }  # fmt: skip


def test_a_rate_below_is_told_when_it_falls_there(unit, who):
    assert not _watch(unit, who, "127").rises
    _move(unit, "2")
    assert rate_alerts.tell_reached(unit) == 0
    _move(unit, "-2")
    assert rate_alerts.tell_reached(unit) == 1


def test_both_directions_of_a_pair_are_rates_of_their_own(unit, who):
    _watch(unit, who, "0.0080", sell="KES", buy="USD")
    _move(unit, "-5")
    assert rate_alerts.tell_reached(unit) == 1


@pytest.mark.parametrize(
    "typed", ["", "abc", "0", "-1", "NaN", "1e99", "1.234567891011", "128.8919"]
)
def test_what_is_no_rate(unit, who, typed):
    assert f"{_stands(unit):f}" == "128.8919"
    with pytest.raises(NotARate) as refused:
        _watch(unit, who, typed)
    assert refused.value.facts["rate"] == "128.8919"


def test_rates_are_read_as_people_write_them(unit, who):
    assert _watch(unit, who, " 131,5 ").rate == Decimal("131.5")
    assert _watch(unit, who, "1,131.50").rate == Decimal("1131.50")


def test_asked_for_twice_it_is_one_and_five_are_all_there_can_be(unit, who):
    first = [_watch(unit, who, f"13{n}") for n in range(5)]
    assert _watch(unit, who, "130") == first[0]
    with pytest.raises(TooManyRateAlerts):
        _watch(unit, who, "139")
    rate_alerts.drop(unit, who, first[0].id)
    _watch(unit, who, "139")


def test_one_is_dropped_by_its_owner_alone(unit, who):
    alert = _watch(unit, who, "140")
    with pytest.raises(UnknownRateAlert):
        rate_alerts.drop(unit, uuid4(), alert.id)
    rate_alerts.drop(unit, who, alert.id)
    with pytest.raises(UnknownRateAlert):
        rate_alerts.drop(unit, who, alert.id)


def test_after_three_months_nobody_waits_any_more(unit, who):
    _watch(unit, who, "140")
    unit.now += timedelta(days=90)
    assert rate_alerts.watched(unit, who) == []
    assert rate_alerts.tell_reached(unit) == 0
    assert unit.value("select count(*) from rate_alerts") == 0


def test_what_cannot_be_waited_for(unit, who):
    with pytest.raises(SameCurrency):
        _watch(unit, who, "1", sell="USD", buy="USD")
    with pytest.raises(CurrencyNotDealt):
        _watch(unit, who, "1", sell="USD", buy="LYD")
    unit.now += timedelta(days=4)
    with pytest.raises(RateStale):
        _watch(unit, who, "140")


def test_while_nobody_says_what_currencies_are_worth_nobody_is_told(unit, who):
    _watch(unit, who, "130.50")
    _move(unit, "2")
    unit.now += timedelta(hours=2)
    assert rate_alerts.tell_reached(unit) == 0


def test_while_markets_are_closed_nobody_is_told_a_rate_they_would_not_get(unit, who):
    open_market(unit, hours=200)
    at_noon = _stands(unit)
    _watch(unit, who, f"{at_noon + Decimal('0.01')}")
    _watch(unit, who, f"{at_noon - Decimal('0.1')}")
    unit.now += timedelta(days=3)  # a Saturday
    moved = {code: mid * Decimal("1.0002") for code, mid in MIDS.items()}
    rates.set_mids(unit, moved, source="test", good_until=unit.now + timedelta(days=5))
    assert rate_alerts.tell_reached(unit) == 0  # it rose, but not for them, nor did it fall
    with pytest.raises(MarketClosed):
        _watch(unit, who, "1", sell="EUR", buy="ETB")
    unit.now += timedelta(days=2)
    assert rate_alerts.tell_reached(unit) == 1
