"""Which provider gets how much: the cheapest way from one currency to another.

Pure: what providers offer goes in, the split comes out. An offer is a stretch, an amount at a rate;
the more is sold the worse the rates get, so taking stretches from the best down is optimal (the
tests hold it against a linear programme). What is best is judged after a deduction for slow
settlement and for a provider that often fails; what is paid is the rate itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext

from core.partners.liquidity import PIVOT, Price

DIGITS_KEPT = 50
"""Precision of what is computed on the way; only whole minor units leave."""
HOUR_BPS = Decimal("0.25")
"""What an hour until a provider settles is worth, in hundredths of a per cent."""
UNRELIABLE_BPS = Decimal(25)
"""What is deducted of a provider that never answers; of one that mostly does, its share of it."""
_BPS = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Hop:
    """One trade with one provider."""

    provider: str
    sell: str
    buy: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """So much of what is sold, at one rate, along one or two hops."""

    hops: tuple[Hop, ...]
    size: Decimal
    """In main units of what is sold."""
    rates: tuple[Decimal, ...]
    """One a hop."""
    score: Decimal
    """The rate of the whole way after deductions: what decides."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one way carries of the whole."""

    hops: tuple[Hop, ...]
    amounts: tuple[Decimal, ...]
    """Main units before the first hop, and after each."""

    @property
    def sold(self) -> Decimal:
        """What is given at its beginning."""
        return self.amounts[0]

    @property
    def bought(self) -> Decimal:
        """What is got at its end."""
        return self.amounts[-1]


@dataclass(frozen=True, slots=True)
class Fill:
    """How an amount is split over ways; the biggest part first."""

    parts: tuple[Part, ...]

    @property
    def sold(self) -> Decimal:
        """All that is given."""
        return sum((part.sold for part in self.parts), Decimal())

    @property
    def bought(self) -> Decimal:
        """All that is got."""
        return sum((part.bought for part in self.parts), Decimal())


def deduction(price: Price, availability: Decimal) -> Decimal:
    """Return what a provider's time and failures take off its rate, in hundredths of a per cent."""
    slow = HOUR_BPS * price.settles / 3600
    return slow + UNRELIABLE_BPS * (1 - availability)


def stretches(
    prices: Sequence[Price], *, sell: str, buy: str, availability: Mapping[str, Decimal]
) -> list[Stretch]:
    """Return every way from one currency to the other, the best first.

    Straight where a provider trades the two, and through the dollar. A provider that is not in
    ``availability`` counts as one that always answers.
    """
    with localcontext(Context(prec=DIGITS_KEPT)):
        return _stretches(prices, sell, buy, availability)


def _stretches(
    prices: Sequence[Price], sell: str, buy: str, availability: Mapping[str, Decimal]
) -> list[Stretch]:
    legs = [_single(price, availability.get(price.provider, Decimal(1))) for price in prices]
    singles = [stretch for leg in legs for stretch in leg]
    straight = [one for one in singles if (one.hops[0].sell, one.hops[0].buy) == (sell, buy)]
    if PIVOT in (sell, buy):
        return _best_first(straight)
    into = [one for one in singles if (one.hops[0].sell, one.hops[0].buy) == (sell, PIVOT)]
    out = [one for one in singles if (one.hops[0].sell, one.hops[0].buy) == (PIVOT, buy)]
    return _best_first([*straight, *_joined(_best_first(into), _best_first(out))])


def fill_selling(ways: Sequence[Stretch], amount: Decimal) -> Fill | None:
    """Return the split that gets the most for an amount; None when there is no room for it all."""
    left, taken = amount, []
    for way in ways:
        if left <= 0:
            break
        size = min(left, way.size)
        taken.append((way, size))
        left -= size
    return None if left > 0 else _fill(taken)


def fill_buying(ways: Sequence[Stretch], amount: Decimal) -> Fill | None:
    """Return the split that costs the least for an amount bought; None when there is no room."""
    left, taken = amount, []
    for way in ways:
        if left <= 0:
            break
        rate = along(way)
        size = min(left / rate, way.size)
        taken.append((way, size))
        left = Decimal() if size < way.size else left - size * rate
    return None if left > 0 else _fill(taken)


def _single(price: Price, availability: Decimal) -> list[Stretch]:
    kept = 1 - deduction(price, availability) / _BPS
    hop = (Hop(price.provider, price.sell, price.buy),)
    return [Stretch(hop, band.size, (band.rate,), band.rate * kept) for band in price.bands]


def _best_first(ways: list[Stretch]) -> list[Stretch]:
    return sorted(ways, key=lambda way: (-way.score, way.hops[0].provider, len(way.hops)))


def _joined(into: list[Stretch], out: list[Stretch]) -> list[Stretch]:
    """Pair the best of one hop with the best of the next, as far as the smaller one reaches."""
    joined, waiting, room = [], list(reversed(out)), Decimal()
    for first in into:
        left = first.size
        while left > 0 and waiting:
            room = room or waiting[-1].size
            reach = room / first.rates[0]
            size = min(left, reach)
            joined.append(_pair(first, waiting[-1], size))
            left -= size
            room = Decimal() if size == reach else room - size * first.rates[0]
            if not room:
                waiting.pop()
    return joined


def _pair(first: Stretch, second: Stretch, size: Decimal) -> Stretch:
    rates = (*first.rates, *second.rates)
    return Stretch((*first.hops, *second.hops), size, rates, first.score * second.score)


def along(way: Stretch) -> Decimal:
    """Return the rate of a whole way, before deductions."""
    rate = Decimal(1)
    for one in way.rates:
        rate *= one
    return rate


def _fill(taken: Sequence[tuple[Stretch, Decimal]]) -> Fill:
    parts: dict[tuple[Hop, ...], list[Decimal]] = {}
    for way, size in taken:
        amounts = [size]
        for rate in way.rates:
            amounts.append(amounts[-1] * rate)
        have = parts.setdefault(way.hops, [Decimal()] * len(amounts))
        parts[way.hops] = [one + more for one, more in zip(have, amounts, strict=True)]
    whole = [Part(hops, tuple(amounts)) for hops, amounts in parts.items()]
    return Fill(tuple(sorted(whole, key=lambda part: -part.sold)))
