"""Ways from one currency to another over the providers, and how a choice among them is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal

from core.fx import guards
from core.fx.guards import Candidate
from core.fx.market import Market
from core.fx.pricing import Priced, whole
from core.fx.routing import Fill, Hop, Stretch, along, stretches
from core.partners.liquidity import Told

_BPS = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Weighed:
    """Everything that was offered, and the ways it makes, the best first."""

    candidates: Sequence[Candidate]
    ways: list[Stretch] = field(default_factory=list)


def weighed(market: Market, told: Sequence[Told], *, sell: str, buy: str) -> Weighed:
    """Return what providers offered, judged, and the ways that are left."""
    candidates = guards.judged(market, told)
    usable = [one.price for one in candidates if one.price is not None and not one.against]
    ways = stretches(usable, sell=sell, buy=buy, availability=market.availability)
    return Weighed(candidates, ways)


def named(fill: Fill) -> str:
    """Return a route in words, such as ``lp_kilima 70% + lp_baobab>lp_sahel 30%``."""
    names = [">".join(hop.provider for hop in part.hops) for part in fill.parts]
    if len(names) == 1:
        return names[0]
    shares = [100 * part.sold / fill.sold for part in fill.parts]
    return " + ".join(f"{name} {share:.0f}%" for name, share in zip(names, shares, strict=True))


def trades(fill: Fill) -> list[dict[str, object]]:
    """Return the trades with providers that would cover a fill, in whole minor units."""
    return [
        {
            "provider": hop.provider,
            "sell": hop.sell,
            "sold": whole(part.amounts[place], hop.sell, ROUND_FLOOR).minor,
            "buy": hop.buy,
            "bought": whole(part.amounts[place + 1], hop.buy, ROUND_FLOOR).minor,
        }
        for part in fill.parts
        for place, hop in enumerate(part.hops)
    ]


def why(weighed: Weighed, priced: Priced) -> str:
    """Return in words why a route was chosen."""
    taken = {part.hops for part in priced.fill.parts}
    others = [way for way in weighed.ways if way.hops not in taken]
    best = f"best after time and reliability at {priced.provider_rate:.6g}"
    split = f", split over {len(taken)} ways as one has not that much" if len(taken) > 1 else ""
    if not others:
        return f"{best}{split}; no other way was left"
    next_best = others[0]
    apart = (1 - along(next_best) / priced.provider_rate) * _BPS
    name = ">".join(hop.provider for hop in next_best.hops)
    return f"{best}{split}; next is {name}, {apart:.1f} bps behind"


def logged(weighed: Weighed, fill: Fill | None) -> list[dict[str, object]]:
    """Return every candidate as the log keeps it."""
    taken: set[Hop] = set()
    if fill is not None:
        taken = {hop for part in fill.parts for hop in part.hops}
    return [_logged(one, taken) for one in weighed.candidates]


def _logged(one: Candidate, taken: set[Hop]) -> dict[str, object]:
    told: dict[str, object] = {"provider": one.provider, "ms": one.milliseconds}
    if one.price is not None:
        bands = one.price.bands
        told |= {
            "pair": f"{one.price.sell}/{one.price.buy}",
            "rate": str(bands[0].rate),
            "capacity": f"{sum(band.size for band in bands):f}",
            "settles": one.price.settles,
        }
    chosen = one.price is not None and (Hop(one.provider, one.price.sell, one.price.buy) in taken)
    return told | {"verdict": "chosen" if chosen else one.against or "dearer"}
