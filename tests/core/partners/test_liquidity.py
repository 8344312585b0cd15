"""Providers of liquidity over their wire: prices in time, deals once, faults of all kinds."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest

from core.money import Money
from core.partners import liquidity_market
from core.partners.answers import Accepted, Done, NotKnown, Refused, Unclear
from core.partners.circuit import LONGEST_REST_SECONDS, REST_SECONDS, Circuit
from core.partners.liquidity import CIRCUIT_OPEN, FxEnquiry, dumped, loaded
from core.partners.liquidity_provider import LiquidityProvider
from tests.core.fx.firms import firms, order

NOW = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
ASK = FxEnquiry("USD", "KES", "sell", Money.load("USD 100.00"))
KEY = UUID("00000000-0000-7000-8000-0000000000aa")


@pytest.fixture
def moment():
    return [NOW]


@pytest.fixture
def market(moment):
    with firms(lambda: moment[0]) as found:
        yield found


def _asked(market, question=ASK, seconds=2.0):
    reply = market.liquidity.ask(question, seconds=seconds)
    assert reply.trigger == "answered"
    return {one.provider: one for one in loaded(reply.facts["prices"])}


def test_all_providers_are_asked_and_what_they_say_is_carried_whole(market):
    found = _asked(market)

    assert set(found) == {"lp_baobab", "lp_kilima", "lp_sahel"}
    mid = liquidity_market.mids(NOW)["KES"]
    for one in found.values():
        (price,) = one.prices
        assert (price.sell, price.buy) == ("USD", "KES")
        rates = [band.rate for band in price.bands]
        assert rates == sorted(rates, reverse=True) and mid * Decimal("0.99") < rates[0] < mid
        assert NOW < price.until <= NOW + timedelta(minutes=1)
    assert loaded(dumped(list(found.values()))) == list(found.values())


def test_pairs_without_the_dollar_are_asked_for_through_it_too(market):
    found = _asked(market, FxEnquiry("UGX", "KES", "sell", Money.load("UGX 100000")))

    pairs = {name: {(one.sell, one.buy) for one in told.prices} for name, told in found.items()}
    assert pairs["lp_baobab"] == {("UGX", "USD"), ("USD", "KES")}
    assert pairs["lp_kilima"] == {("UGX", "KES"), ("UGX", "USD"), ("USD", "KES")}


def test_a_provider_outside_of_its_hours_says_so_and_is_asked_again(market, moment):
    moment[0] = datetime(2026, 3, 8, 9, 30, tzinfo=UTC)  # a Sunday
    for _ in range(5):
        found = _asked(market)
    assert {name: told.trouble for name, told in found.items()} == {
        "lp_baobab": "market_closed", "lp_kilima": "market_closed", "lp_sahel": "",
    }  # fmt: skip


def test_two_that_are_down_are_told_and_the_third_serves(market):
    market.trouble("lp_baobab", down=True)
    market.trouble("lp_kilima", lost_calls=1.0)
    found = _asked(market)

    assert found["lp_baobab"].trouble == "HTTP 503"
    assert found["lp_kilima"].trouble == "HTTP 502"
    assert found["lp_sahel"].prices


def test_who_is_slow_is_not_waited_for(market):
    market.trouble("lp_kilima", slow=0.6)
    found = _asked(market, seconds=0.35)

    assert found["lp_kilima"].trouble == "no answer in time"
    assert found["lp_baobab"].prices and found["lp_sahel"].prices


def test_who_fails_again_and_again_is_left_alone(market):
    market.trouble("lp_baobab", down=True)
    for _ in range(3):
        _asked(market)
    assert _asked(market)["lp_baobab"].trouble == CIRCUIT_OPEN


def test_a_circuit_lets_one_try_when_its_rest_is_over():
    time = [0.0]
    circuit = Circuit(lambda: time[0])
    for _ in range(3):
        assert circuit.closed()
        circuit.failed()
    assert not circuit.closed()
    time[0] += REST_SECONDS
    assert circuit.closed() and not circuit.closed()
    circuit.failed()
    time[0] += REST_SECONDS
    assert not circuit.closed()  # it rests longer now
    time[0] += LONGEST_REST_SECONDS
    assert circuit.closed()
    circuit.answered()
    assert circuit.closed() and circuit.closed()


def test_nobody_set_up_is_nobody_to_ask():
    from core.partners.liquidity import Liquidity

    assert Liquidity([]).ask(ASK, seconds=1).trigger == "timed_out"


def _deal(sell="USD 1000.00", buy="KES 120000.00", side="sell", key=KEY, **other):
    return order(
        key, "lp_baobab", NOW, sell=sell, buy=buy, side=side, value_date="2026-03-04", **other
    )


def test_a_deal_is_done_once(market):
    firm = market.providers["lp_baobab"]
    first = firm.send(_deal(), seconds=2)

    assert isinstance(first, Done) and first.facts["sold"] == "USD 1000.00"
    assert Money.load(first.facts["bought"]) > Money.load("KES 128000.00")
    assert first.facts["value_date"] == "2026-03-04"
    assert firm.send(_deal(), seconds=2) == first == firm.query(_deal(), seconds=2)
    assert isinstance(firm.send(_deal(sell="USD 2.00", buy="KES 1.00"), seconds=2), Unclear)


def test_a_deal_may_fix_what_is_bought(market):
    done = market.providers["lp_baobab"].send(
        _deal(sell="USD 1100.00", buy="KES 129000.00", side="buy"), seconds=2
    )
    assert isinstance(done, Done) and done.facts["bought"] == "KES 129000.00"
    assert Money.load(done.facts["sold"]) < Money.load("USD 1100.00")


@pytest.mark.parametrize(
    ("deal", "code"),
    [
        (_deal(buy="KES 140000.00"), "price_moved"),
        (_deal(sell="USD 90000000.00"), "no_capacity"),
        (_deal(sell="UGX 100000", buy="KES 1.00"), "pair_not_dealt"),
    ],
)
def test_a_deal_that_is_rejected_has_not_happened(market, deal, code):
    firm = market.providers["lp_baobab"]
    refused = firm.send(deal, seconds=2)
    assert isinstance(refused, Refused) and refused.code == code
    assert firm.query(deal, seconds=2) == refused


def test_a_deal_whose_answer_is_lost_is_found_again(market):
    firm = market.providers["lp_baobab"]
    market.trouble("lp_baobab", lost_answers=1.0)
    assert isinstance(firm.send(_deal(), seconds=2), Unclear)
    market.trouble("lp_baobab", lost_answers=0.0)
    assert isinstance(firm.query(_deal(), seconds=2), Done)


def test_a_deal_whose_call_is_lost_is_not_known(market):
    firm = market.providers["lp_baobab"]
    market.trouble("lp_baobab", lost_calls=1.0)
    assert isinstance(firm.send(_deal(), seconds=2), Unclear)
    market.trouble("lp_baobab", lost_calls=0.0)
    assert isinstance(firm.query(_deal(), seconds=2), NotKnown)


def test_a_large_deal_may_be_confirmed_later(market):
    firm = market.providers["lp_sahel"]
    deal = _deal(sell="USD 30000.00", buy="KES 3600000.00")
    assert isinstance(firm.send(deal, seconds=2), Accepted)
    assert isinstance(firm.query(deal, seconds=2), Done)


def test_a_call_signed_with_another_secret_is_not_heard(market):
    firm = market.providers["lp_baobab"]
    forged = LiquidityProvider("lp_baobab", firm._wire, secret="another")
    assert isinstance(forged.send(_deal(), seconds=2), Unclear)
    assert isinstance(firm.query(_deal(), seconds=2), NotKnown)


@pytest.mark.parametrize(
    "words", ["", "[]", "{}", '[{"p":1}]', '[{"p":"a","ms":1,"q":[["USD"]]}]', "x"]
)
def test_what_are_no_prices_is_refused(words):
    if words == "[]":
        assert loaded(words) == []
        return
    with pytest.raises(ValueError):  # noqa: PT011 - JSON's own, too
        loaded(words)


def test_the_market_moves_a_little_and_comes_back():
    hour = [liquidity_market.mids(NOW + timedelta(minutes=n)) for n in range(60)]
    for code in hour[0]:
        rates = [one[code] for one in hour]
        assert len(set(rates)) > 30, code
        steps = [abs(after / before - 1) for before, after in pairwise(rates)]
        assert max(steps) < Decimal("0.001"), code
        assert abs(rates[0] / Decimal(liquidity_market.BASE.get(code, rates[0])) - 1) < Decimal(
            "0.05"
        )
    assert all(one["XOF"] == one["XAF"] for one in hour)
