"""What a customer may change, and what rates are told for guidance."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from core.fx.market import Market, RateStale, market
from core.fx.pricing import told
from core.kyc.countries import SERVED
from core.store.unit import Unit
from core.wallets.wallets import own_wallets

MOST_RATES = 9
WORLD = ("USD", "EUR", "GBP")
"""Told to everybody, before the currencies of our countries."""


@dataclass(frozen=True, slots=True)
class Convertible:
    """What a customer may sell and buy, by ISO code, their home currency first."""

    sell: tuple[str, ...]
    """Currencies they have a wallet in."""
    buy: tuple[str, ...]
    """Currencies the bank deals in for customers: the world's, and those of the countries it
    serves. Where there is no wallet yet, one can be opened."""
    held: frozenset[str]
    """Currencies they have a wallet in, whether dealt in or not."""


@dataclass(frozen=True, slots=True)
class RateLine:
    """What one unit of a currency is worth in another, for guidance."""

    sell: str
    buy: str
    rate: Decimal
    """What a customer would be told now for a small amount, about: main units of ``buy``."""
    mid: Decimal
    """The middle of the market."""
    at: datetime
    """Of when that is."""


def convertible(unit: Unit, customer: UUID, *, home: str) -> Convertible:
    """Return what a customer may sell and buy."""
    held = dict.fromkeys(one.currency for one in own_wallets(unit, customer))
    rows = unit.all("select currency from fx_currencies order by currency limit 100")
    dealt = {row.currency for row in rows} & {*WORLD, *(one.currency for one in SERVED.values())}
    others = [code for code in WORLD if code in dealt] + sorted(dealt - set(WORLD))
    return Convertible(
        sell=tuple(code for code in held if code in dealt),
        buy=tuple(dict.fromkeys(code for code in (home, *held, *others) if code in dealt)),
        held=frozenset(held),
    )


def rates(unit: Unit, customer: UUID, *, home: str) -> list[RateLine]:
    """Return what one unit of each currency is worth at home: their own first, at most nine.

    Left out are those of which nobody lately said what they are worth, and those that are not dealt
    in at this hour.
    """
    known = market(unit)
    may = convertible(unit, customer, home=home)
    codes = dict.fromkeys(code for code in (*may.sell, *may.buy) if code != home)
    lines = (line(known, code, home) for code in codes)
    return [one for one in lines if one is not None][:MOST_RATES]


def line(known: Market, sell: str, buy: str) -> RateLine | None:
    """Return a rate for guidance, with the markup that a quote would have now.

    None when it is not known what the currencies are worth, or they are not dealt in at this hour.
    """
    try:
        mid = known.mid(sell, buy)
        markup = known.markup_bps(sell, buy)
    except (RateStale, LookupError):
        return None
    if markup is None:
        return None
    pair = (known.of(sell), known.of(buy))
    moments = [one.mid_at for one in pair if one.mid_at is not None]
    rate = told(mid, markup)
    return RateLine(sell, buy, rate, mid, min(moments))
