"""Routes: the cheapest split, also against a linear programme, and whole minor units."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal, localcontext

import pytest
from scipy.optimize import linprog

from core.fx import routing
from core.fx.pricing import price, told
from core.fx.routing import along, fill_buying, fill_selling, stretches
from core.money import DIGITS, Money
from core.partners.liquidity import Band, Price

NOW = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
ALL = {}


@pytest.fixture(autouse=True)
def _exact():
    with localcontext(Context(prec=routing.DIGITS_KEPT)):
        yield


def offer(provider: str, pair: str, *bands: tuple[str, str], settles: int = 0) -> Price:
    sell, buy = pair.split("/")
    read = tuple(Band(Decimal(size), Decimal(rate)) for size, rate in bands)
    return Price(provider, sell, buy, read, NOW + timedelta(seconds=30), settles)


def ways(*prices: Price, sell="USD", buy="KES", availability=ALL):
    return stretches(prices, sell=sell, buy=buy, availability=availability)


def test_one_provider_that_has_room_for_all_is_taken_alone():
    best, dear = (
        offer("lp_a", "USD/KES", ("1000", "129")),
        offer("lp_b", "USD/KES", ("1000", "128")),
    )
    fill = fill_selling(ways(best, dear), Decimal(400))

    assert [part.hops[0].provider for part in fill.parts] == ["lp_a"]
    assert fill.bought == Decimal(400 * 129)


def test_what_one_has_no_room_for_goes_to_the_next_best_band():
    first = offer("lp_a", "USD/KES", ("100", "130"), ("1000", "126"))
    second = offer("lp_b", "USD/KES", ("500", "128"))
    fill = fill_selling(ways(first, second), Decimal(700))

    assert {part.hops[0].provider: part.sold for part in fill.parts} == {
        "lp_a": Decimal(200), "lp_b": Decimal(500),
    }  # fmt: skip
    assert fill.bought == Decimal(100 * 130 + 500 * 128 + 100 * 126)


def test_more_than_all_have_is_no_fill():
    assert fill_selling(ways(offer("lp_a", "USD/KES", ("100", "130"))), Decimal(101)) is None
    assert fill_buying(ways(offer("lp_a", "USD/KES", ("100", "130"))), Decimal(13001)) is None


def test_the_dollar_stands_between_two_currencies_that_nobody_trades():
    into = offer("lp_a", "UGX/USD", ("3900000", "0.00025"))
    out = offer("lp_b", "USD/KES", ("500", "129"), ("500", "128"))
    fill = fill_selling(ways(into, out, sell="UGX"), Decimal(3_000_000))

    (part,) = fill.parts
    assert [hop.provider for hop in part.hops] == ["lp_a", "lp_b"]
    assert part.amounts == (Decimal(3_000_000), Decimal(750), Decimal(500 * 129 + 250 * 128))


def test_a_straight_way_and_one_through_the_dollar_share_what_is_best():
    straight = offer("lp_c", "UGX/KES", ("1000000", "0.0326"))
    into = offer("lp_a", "UGX/USD", ("3900000", "0.00025"))
    out = offer("lp_b", "USD/KES", ("5000", "129"))
    fill = fill_selling(ways(straight, into, out, sell="UGX"), Decimal(2_000_000))

    assert {">".join(hop.provider for hop in part.hops): part.sold for part in fill.parts} == {
        "lp_c": Decimal(1_000_000), "lp_a>lp_b": Decimal(1_000_000),
    }  # fmt: skip


def test_slow_and_unreliable_providers_must_be_that_much_better():
    quick = offer("lp_a", "USD/KES", ("1000", "129.00"))
    slow = offer("lp_b", "USD/KES", ("1000", "129.01"), settles=24 * 3600)
    shaky = offer("lp_c", "USD/KES", ("1000", "129.02"))
    found = ways(quick, slow, shaky, availability={"lp_c": Decimal("0.9")})

    assert [way.hops[0].provider for way in found] == ["lp_a", "lp_c", "lp_b"]


def _random_market(chance: random.Random) -> list[Price]:
    def bands(rate: float) -> list[tuple[str, str]]:
        off = sorted(chance.uniform(0, 0.02) for _ in range(chance.randint(1, 4)))
        return [(str(chance.randint(10, 400)), f"{rate * (1 - one):.6f}") for one in off]

    prices = []
    for number in range(chance.randint(2, 8)):
        name = f"lp_{number}"
        for pair, rate in (("EUR/KES", 147.0), ("EUR/USD", 1.14), ("USD/KES", 129.6)):
            if chance.random() < 0.7:
                prices.append(offer(name, pair, *bands(rate)))
    return prices


def _optimum(prices: list[Price], amount: float) -> float | None:
    """The most that can be got, as a linear programme: straight, into the dollar, and out of it."""
    legs = [
        (one.sell, one.buy, float(band.size), float(band.rate))
        for one in prices
        for band in one.bands
    ]
    gain = [-rate if buy == "KES" else 0.0 for _, buy, _, rate in legs]
    spent = [1.0 if sell == "EUR" else 0.0 for sell, _, _, _ in legs]
    dollars = [
        rate if buy == "USD" else -1.0 if sell == "USD" else 0.0 for sell, buy, _, rate in legs
    ]
    if not legs:
        return None
    found = linprog(
        gain, A_eq=[spent], b_eq=[amount], A_ub=[[-one for one in dollars], dollars], b_ub=[0, 0],
        bounds=[(0, size) for _, _, size, _ in legs],
    )  # fmt: skip
    return -found.fun if found.success else None


def test_no_split_gets_more_than_the_greedy_one():
    chance, compared = random.Random(7), 0
    for _ in range(60):
        prices, amount = _random_market(chance), chance.randint(20, 900)
        fill = fill_selling(ways(*prices, sell="EUR"), Decimal(amount))
        optimum = _optimum(prices, amount)
        assert (fill is None) == (optimum is None)
        if fill is not None:
            assert float(fill.bought) == pytest.approx(optimum, rel=1e-9)
            compared += 1
    assert compared > 30


def test_buying_undoes_selling():
    chance = random.Random(11)
    for _ in range(60):
        found = ways(*_random_market(chance), sell="EUR")
        sold = fill_selling(found, Decimal(chance.randint(5, 300)))
        if sold is not None:
            bought = fill_buying(found, sold.bought)
            assert bought is not None
            assert abs(bought.sold - sold.sold) < Decimal("1e-30")


def test_prices_fix_either_side_and_leave_no_minor_unit_unaccounted_for():
    chance, codes = random.Random(5), sorted(DIGITS)
    for _ in range(400):
        sell, buy = chance.sample([code for code in codes if code != "LYD"], 2)
        rate = Decimal(str(round(10 ** chance.uniform(-4, 4), 7)))
        found = ways(offer("lp_a", f"{sell}/{buy}", (str(10**12), str(rate))), sell=sell, buy=buy)
        side = chance.choice(("sell", "buy"))
        amount = Money(chance.randint(1, 10**7), sell if side == "sell" else buy)
        bps = Decimal(chance.randint(1, 300))
        priced = price(
            found, side=side, amount=amount, other=buy if side == "sell" else sell, markup_bps=bps
        )
        if priced is None:
            continue
        assert (priced.sell if side == "sell" else priced.buy) == amount
        assert priced.rate == told(rate, bps) <= priced.provider_rate
        assert 0 <= priced.spread.minor == priced.value.minor - priced.buy.minor
        exact = priced.sell.major * priced.rate
        if side == "sell":  # what is got is rounded down
            assert priced.buy.major <= exact < priced.buy.major + Decimal(1).scaleb(-DIGITS[buy])
        else:  # what is paid is rounded up
            assert exact >= priced.buy.major
            assert (
                priced.sell.major - Decimal(1).scaleb(-DIGITS[sell])
            ) * priced.rate < priced.buy.major
        assert priced.value.major <= priced.sell.major * rate


def test_no_float_is_ever_in_a_way():
    (way,) = ways(offer("lp_a", "USD/KES", ("100", "130")))
    assert isinstance(along(way), Decimal) and isinstance(way.score, Decimal)
