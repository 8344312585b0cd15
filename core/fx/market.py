"""What the bank knows of the market when it gives a quote, read in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from core.crm.calendar import Calendar
from core.errors import Refusal
from core.fx.decisions import Decided
from core.money import DIGITS, Money
from core.store.unit import Row, Unit

CAPITAL_SHARE = Decimal("0.10")
"""How much of its core capital a bank may expose (CBK prudential guideline PG/06, intraday too)."""
_WEEK = frozenset(range(1, 6))


class RateStale(Decided, Refusal):
    """Nobody has said lately enough what a currency is worth. Fact: ``currency``."""

    code = "rate_stale"


class NotDealtIn(LookupError):
    """The bank does not deal in the currency."""


@dataclass(frozen=True, slots=True)
class Position:
    """What the bank has of a currency from dealing, in its minor units; negative is short."""

    posted: int
    """In the ledger."""
    promised: int
    """What open quotes would add to it."""
    ordered: int
    """What hedges on order would add to it."""

    @property
    def net(self) -> int:
        """What it will be when the hedges on order are filled: what limits are held against."""
        return self.posted + self.ordered


@dataclass(frozen=True, slots=True)
class Traded:
    """A currency the bank deals in. Rates of a markup are hundredths of a per cent."""

    currency: str
    mid: Decimal | None
    """Main units for one dollar; None when nobody ever said."""
    mid_at: datetime | None
    good_until: datetime | None
    """Until when `mid` is good to deal by; None: it never was."""
    hours: Calendar
    """When its market at home is open."""
    cutoff: time
    """Local; deals before it settle on the same day."""
    spread_bps: Decimal
    closed_bps: Decimal | None
    """On top while its market is closed; None when it is not dealt in then."""
    deviates_bps: Decimal
    """How far a provider's price may lie from the middle."""
    least: Money
    large: Money
    hedge_over: Money
    position: Position

    def is_open(self, now: datetime) -> bool:
        """Return whether its market at home is open."""
        span = self.hours.open_on(now.astimezone(self.hours.zone).date())
        return span is not None and span[0] <= now < span[1]


@dataclass(frozen=True, slots=True)
class Market:
    """All currencies, and what holds for all of them."""

    now: datetime
    traded: Mapping[str, Traded]
    lock_bps: Decimal | None
    """What it costs to have a rate held as long as was asked; None when nobody may."""
    capital: Money
    """The bank's core capital, in the currency it keeps its books in."""
    availability: Mapping[str, Decimal]
    """The providers whose prices are taken, and the share of questions each answers."""

    @property
    def home(self) -> str:
        """The currency the bank keeps its books in: its position is no risk."""
        return self.capital.currency

    def of(self, currency: str) -> Traded:
        """Return a currency.

        :raises NotDealtIn: if the bank does not deal in it
        """
        try:
            return self.traded[currency]
        except KeyError:
            raise NotDealtIn(currency) from None

    def mid(self, sell: str, buy: str) -> Decimal:
        """Return the middle of the market: main units of ``buy`` for one of ``sell``.

        :raises RateStale: if what is known is too old to deal by
        :raises NotDealtIn: if the bank does not deal in one of them
        """
        return self._good(buy) / self._good(sell)

    def _good(self, currency: str) -> Decimal:
        one = self.of(currency)
        if one.mid is None or one.good_until is None or one.good_until <= self.now:
            raise RateStale(currency=currency)
        return one.mid

    def is_open(self, *currencies: str) -> bool:
        """Return whether the markets of all these currencies are open at home.

        :raises NotDealtIn: if the bank does not deal in one of them
        """
        return all(self.of(currency).is_open(self.now) for currency in currencies)

    def markup_bps(self, sell: str, buy: str) -> Decimal | None:
        """Return what is taken off the providers' rate: the wider spread, closed markets, the lock.

        In hundredths of a per cent; None when one of them is not dealt in at this hour.

        :raises NotDealtIn: if the bank does not deal in one of them
        """
        pair = (self.of(sell), self.of(buy))
        wider = Decimal()
        for one in pair:
            if not one.is_open(self.now):
                if one.closed_bps is None:
                    return None
                wider = max(wider, one.closed_bps)
        return max(one.spread_bps for one in pair) + wider + (self.lock_bps or Decimal())

    def exposure_limit(self) -> Money:
        """Return how much the bank may have open in all."""
        return Money(int(self.capital.minor * CAPITAL_SHARE), self.home)

    def exposure(self, *changes: Money) -> Money:
        """Return what the bank has open in all, also if these amounts were added to its positions.

        By the shorthand method: all long positions or all short ones, whichever are more, valued at
        the latest middle. Open quotes count as dealt.
        """
        at_home = self.traded[self.home].mid
        worth = [Decimal()]
        for one in self.traded.values():
            if one.mid is None or at_home is None or one.currency == self.home:
                continue
            minor = one.position.posted + one.position.promised
            minor += sum(add.minor for add in changes if add.currency == one.currency)
            worth.append(Decimal(minor).scaleb(-DIGITS[one.currency]) * at_home / one.mid)
        long = sum((one for one in worth if one > 0), Decimal())
        short = sum((-one for one in worth if one < 0), Decimal())
        minor_open = max(long, short).scaleb(DIGITS[self.home]).to_integral_value(ROUND_CEILING)
        return Money(int(minor_open), self.home)


def market(unit: Unit, *, lock_seconds: int = 0) -> Market:
    """Return the market as it is known now; ``lock_seconds`` is how long a rate is to be held."""
    rows = unit.all(_MARKET, now=unit.now, lock=lock_seconds)
    first = rows[0]
    return Market(
        now=unit.now,
        traded={row.currency: _traded(row) for row in rows},
        lock_bps=first.lock_bps,
        capital=Money(first.capital, first.home),
        availability=dict(zip(first.providers or (), first.availability or (), strict=True)),
    )


_MARKET = """
select currency, mid, mid_at, good_until, country, zone, opens, closes, cutoff, spread_bps,
    closed_bps, deviates_bps, smallest, large, hedge_over, held, promised, ordered, lock_bps,
    capital, home, providers, availability
from fx_market(%(now)s, %(lock)s::int)
"""


@lru_cache(maxsize=64)
def _hours(country: str, zone: str, opens: time, closes: time) -> Calendar:
    # Kept, for ZoneInfo itself keeps eight zones and reads all others from their files again.
    return Calendar(country, ZoneInfo(zone), opens, closes, _WEEK, {})


def _traded(row: Row) -> Traded:
    code = row.currency
    return Traded(
        currency=code,
        mid=row.mid,
        mid_at=row.mid_at,
        good_until=row.good_until,
        hours=_hours(row.country, row.zone, row.opens, row.closes),
        cutoff=row.cutoff,
        spread_bps=row.spread_bps,
        closed_bps=row.closed_bps,
        deviates_bps=row.deviates_bps,
        least=Money(row.smallest, code),
        large=Money(row.large, code),
        hedge_over=Money(row.hedge_over, code),
        position=Position(row.held, row.promised, row.ordered),
    )
