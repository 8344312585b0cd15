"""The twins of three providers of liquidity: prices, hours, capacity and deals, each in its way.

Pure: who serves them over HTTP says what time it is. A firm remembers its deals, so that one asked
for twice is made once. Amounts in hundredths of a per cent are off the middle of the demo's market.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from core.money import DIGITS
from core.partners import liquidity_market
from core.partners.liquidity import PIVOT

Answer = tuple[int, dict[str, Any]]
Mids = Callable[[datetime], Mapping[str, Decimal]]
_RATE = Decimal("0.0000000001")


@dataclass(frozen=True, slots=True)
class Firm:
    """What a provider is like."""

    name: str
    off_bps: Decimal
    """Of its best band."""
    steps: tuple[tuple[int, int], ...]
    """Its bands: so many dollars' worth, at so much more off."""
    daily: int
    """Dollars' worth it deals in a day."""
    zone: str
    opens: time
    closes: time
    days: frozenset[int]
    """ISO weekdays."""
    settles: int
    """Seconds until it delivers."""
    lasts: timedelta = timedelta(seconds=45)
    """How long its prices hold."""
    crosses: bool = False
    """Whether it also prices pairs without the dollar."""
    slow_from: int = 0
    """Deals of so many dollars or more are not confirmed at once; 0: all are."""

    def is_open(self, now: datetime) -> bool:
        """Return whether it deals now."""
        local = now.astimezone(ZoneInfo(self.zone))
        return local.isoweekday() in self.days and self.opens <= local.time() < self.closes


_WEEKDAYS, _ALL = frozenset(range(1, 6)), frozenset(range(1, 8))
FIRMS: Mapping[str, Firm] = {
    firm.name: firm
    for firm in (
        Firm(
            "lp_baobab", Decimal(9), ((10_000, 0), (40_000, 4), (150_000, 12)), 2_000_000,
            "Europe/London", time(0, 0), time(22, 0), _WEEKDAYS, 60,
        ),
        Firm(
            "lp_kilima", Decimal(14), ((50_000, 0), (200_000, 5), (750_000, 15)), 10_000_000,
            "Africa/Nairobi", time(6, 0), time(20, 0), frozenset(range(1, 7)), 3600, crosses=True,
        ),
        Firm(
            "lp_sahel", Decimal(26), ((5_000, 0), (20_000, 8), (100_000, 25)), 1_000_000,
            "Africa/Dakar", time(0, 0), time(23, 59, 59), _ALL, 120, crosses=True,
            slow_from=25_000,
        ),
    )
}  # fmt: skip
"""A tight one that is closed at weekends, a deep one of office hours, and a dear one never shut."""


@dataclass(slots=True)
class TwinProvider:
    """One firm at work. Safe to ask from several threads."""

    firm: Firm
    mids: Mids = liquidity_market.mids
    _deals: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict, init=False)
    _used: dict[date, Decimal] = field(default_factory=dict, init=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    def quote(self, body: Mapping[str, Any], now: datetime) -> Answer:
        """Answer ``POST /v1/quotes``."""
        pairs = body.get("pairs")
        if not isinstance(pairs, list) or not 0 < len(pairs) <= 12:
            return 400, {"code": "bad_request"}
        if not self.firm.is_open(now):
            return 200, {"quotes": [], "code": "market_closed"}
        bands = {str(pair): self._bands(*str(pair).partition("/")[::2], now) for pair in pairs}
        until = (now + self.firm.lasts).isoformat()
        return 200, {
            "quotes": [
                {
                    "pair": pair,
                    "validUntil": until,
                    "settlesIn": self.firm.settles,
                    "tiers": [{"size": str(size), "rate": str(rate)} for size, rate in some],
                }
                for pair, some in bands.items()
                if some
            ]
        }

    def deal(self, body: Mapping[str, Any], now: datetime) -> Answer:
        """Answer ``POST /v1/deals``: the same id, the same deal."""
        try:
            key, wanted = str(body["clientDealId"]), _wanted(body)
        except (KeyError, TypeError, ValueError, InvalidOperation):
            return 400, {"code": "bad_request"}
        asked = json.dumps(dict(body), sort_keys=True)
        with self._lock:
            if key in self._deals:
                known, told = self._deals[key]
                return (200, told) if known == asked else (409, {"code": "id_used_otherwise"})
            told = {"clientDealId": key, "dealId": f"D{len(self._deals) + 1:08d}"}
            told |= self._traded(wanted, now)
            self._deals[key] = asked, told
            return (202 if told["status"] == "pending" else 201), dict(told)

    def found(self, key: str) -> Answer:
        """Answer ``GET /v1/deals/{id}``: what was pending is filled by the time it is asked for."""
        with self._lock:
            if key not in self._deals:
                return 404, {"code": "unknown_deal"}
            told = self._deals[key][1]
            if told["status"] == "pending":
                told["status"] = "filled"
            return 200, dict(told)

    def _traded(self, wanted: "_Wanted", now: datetime) -> dict[str, Any]:
        if not self.firm.is_open(now):
            return {"status": "rejected", "code": "market_closed"}
        bands = self._bands(wanted.sell, wanted.buy, now)
        if not bands:
            return {"status": "rejected", "code": "pair_not_dealt"}
        done = _filled(bands, wanted)
        if done is None:
            return {"status": "rejected", "code": "no_capacity"}
        sold, bought = done
        if sold > wanted.sold or bought < wanted.bought:
            return {"status": "rejected", "code": "price_moved"}
        dollars = sold / self._worth(now)[wanted.sell]
        self._used[now.date()] = self._used.get(now.date(), Decimal()) + dollars
        slow = self.firm.slow_from and dollars >= self.firm.slow_from
        return {
            "status": "pending" if slow else "filled",
            "sell": wanted.sell,
            "sold": str(sold),
            "buy": wanted.buy,
            "bought": str(bought),
            "rate": str((bought / sold).quantize(_RATE)),
            "valueDate": max(wanted.value_date, now.date()).isoformat(),
        }

    def _bands(self, sell: str, buy: str, now: datetime) -> list[tuple[Decimal, Decimal]]:
        """Return size and rate of each band, as far as the day's capacity goes."""
        worth = self._worth(now)
        if sell == buy or not {sell, buy} <= set(worth):
            return []
        if PIVOT not in (sell, buy) and not self.firm.crosses:
            return []
        left = self.firm.daily - self._used.get(now.date(), Decimal())
        bands = []
        for dollars, more in self.firm.steps:
            size = min(Decimal(dollars), left) * worth[sell]
            left -= dollars
            off = 1 - (self.firm.off_bps + more) / 10_000
            rate = (worth[buy] / worth[sell] * off).quantize(_RATE)
            if size > 0 and rate > 0:
                bands.append((size.quantize(Decimal("0.01")), rate))
        return bands

    def _worth(self, now: datetime) -> dict[str, Decimal]:
        return {PIVOT: Decimal(1), **self.mids(now)}


@dataclass(frozen=True, slots=True)
class _Wanted:
    sell: str
    buy: str
    sells: bool
    sold: Decimal
    bought: Decimal
    value_date: date


def _wanted(body: Mapping[str, Any]) -> _Wanted:
    sell, buy, side = str(body["sell"]), str(body["buy"]), body["side"]
    sold, bought = Decimal(str(body["sellAmount"])), Decimal(str(body["buyAmount"]))
    if sell not in DIGITS or buy not in DIGITS or side not in {"sell", "buy"} or sold <= 0:
        raise ValueError("no deal")
    when = date.fromisoformat(str(body["valueDate"]))
    return _Wanted(sell, buy, side == "sell", sold, bought, when)


def _filled(
    bands: list[tuple[Decimal, Decimal]], wanted: _Wanted
) -> tuple[Decimal, Decimal] | None:
    """Return what is sold and bought, rounded to the firm; None when the bands have not that much.

    What is fixed is exact: the other amount is what the bands make of it.
    """
    left = wanted.sold if wanted.sells else wanted.bought
    other = Decimal()
    for size, rate in bands:
        room = size if wanted.sells else size * rate
        part = min(left, room)
        other += part * rate if wanted.sells else part / rate
        left -= part
        if not left:
            break
    if left > 0:
        return None
    if wanted.sells:
        return wanted.sold, _whole(other, wanted.buy, ROUND_FLOOR)
    return _whole(other, wanted.sell, ROUND_CEILING), wanted.bought


def _whole(amount: Decimal, currency: str, rounding: str) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-DIGITS[currency]), rounding)
