"""Which of the providers' prices may be dealt at, and why the others may not.

A price is not taken when its time is over, when its provider is not one of the bank's, or when it
lies too far from the middle of the market or from what the other providers say: a price that is too
good is as suspect as one that is too bad.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from statistics import median

from core.errors import Refusal
from core.fx.decisions import Decided
from core.fx.market import Market
from core.partners.liquidity import Price, Told

LEAST_LEFT = timedelta(seconds=2)
"""A price that ends sooner than this could not be dealt at."""
MARKET_CLOSED = "market_closed"
"""What a provider says that is outside of its hours."""
_BPS = Decimal(10_000)
_JUDGES = 3
"""From so many providers on they judge each other."""


class MarketClosed(Decided, Refusal):
    """The currencies are not dealt in now. Facts: ``sell``, ``buy``."""

    code = "market_closed"


class RateDeviates(Decided, Refusal):
    """All prices lie too far from the middle of the market. Facts: ``sell``, ``buy``."""

    code = "rate_deviates"


class NoLiquidity(Decided, Refusal):
    """No provider has that much for the bank now. Facts: ``sell``, ``buy``."""

    code = "no_liquidity"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One price of one provider, or its silence, and what speaks against it."""

    provider: str
    milliseconds: int
    price: Price | None
    against: str
    """Why it may not be dealt at; empty when it may."""


def judged(market: Market, told: Sequence[Told]) -> list[Candidate]:
    """Return every price that was told, and every silence, each with what speaks against it."""
    crowd = _crowd(market, told)
    return [
        Candidate(one.provider, one.milliseconds, price, _against(market, price, crowd))
        if price is not None
        else Candidate(one.provider, one.milliseconds, None, one.trouble or "offers nothing")
        for one in told
        for price in one.prices or (None,)
    ]


def refusal(
    candidates: Sequence[Candidate], *, sell: str, buy: str
) -> MarketClosed | RateDeviates | NoLiquidity:
    """Return why nothing can be quoted when no way is left from one currency to the other."""
    why = {one.against for one in candidates}
    if any(reason.startswith("deviates") for reason in why):
        return RateDeviates(sell=sell, buy=buy)
    if why == {MARKET_CLOSED}:
        return MarketClosed(sell=sell, buy=buy)
    return NoLiquidity(sell=sell, buy=buy)


def _against(market: Market, price: Price, crowd: dict[tuple[str, str], Decimal]) -> str:
    if price.provider not in market.availability:
        return "not a provider of ours"
    if price.until - market.now < LEAST_LEFT:
        return "stale"
    try:
        tolerance = max(market.of(price.sell).deviates_bps, market.of(price.buy).deviates_bps)
        sides = {"the middle": market.mid(price.sell, price.buy)}
    except (LookupError, Refusal):
        return "nothing to judge it by"
    if (price.sell, price.buy) in crowd:
        sides["other providers"] = crowd[price.sell, price.buy]
    best = max(band.rate for band in price.bands)
    for whom, rate in sides.items():
        if _apart(best, rate) > tolerance:
            return f"deviates {_apart(best, rate):.0f} bps from {whom}"
    return ""


def _crowd(market: Market, told: Sequence[Told]) -> dict[tuple[str, str], Decimal]:
    """Return what providers say in the middle, per pair that enough of them have a price for."""
    rates = defaultdict(list)
    for one in told:
        for price in one.prices:
            if price.until > market.now:
                rates[price.sell, price.buy].append(max(band.rate for band in price.bands))
    return {pair: median(told) for pair, told in rates.items() if len(told) >= _JUDGES}


def _apart(rate: Decimal, other: Decimal) -> Decimal:
    return abs(rate / other - 1) * _BPS
