"""The demo's market: what a dollar is worth in each currency at a moment, moving as markets do.

A plain function of the time, so that the bank's reference rates and every provider's twin agree
without talking, and a test sees the same market in every run. For the demo and tests.
"""

import hashlib
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

BASE: Mapping[str, str] = {
    "EUR": "0.88022588", "GBP": "0.75538854", "KES": "129.67469522", "TZS": "2639.58818787",
    "UGX": "3914.66823395", "RWF": "1475.53318363", "NGN": "1326.1643995", "GHS": "11.64619458",
    "ZAR": "16.44012275", "ETB": "162.81820349", "BIF": "2999.05599532", "TND": "2.9692935",
}  # fmt: skip
"""Main units for one dollar on 29 September 2026 (fawazahmed0/currency-api, CC0)."""
CFA_FOR_A_EURO = Decimal("655.957")
"""Both CFA francs are held at this by treaty."""
WAVES = ((7 * 86_400.0, 60.0), (86_400.0, 20.0), (3_600.0, 5.0), (240.0, 1.0))
"""What moves a currency: period in seconds and height in hundredths of a per cent."""
RESTLESS: Mapping[str, float] = {"NGN": 2.5, "ZAR": 2.0, "GHS": 2.0, "EUR": 0.8, "GBP": 0.8}
"""Currencies that move more or less than the others, and how much."""
_DIGITS = Decimal("0.00000001")


def mids(at: datetime) -> dict[str, Decimal]:
    """Return main units of each currency for one dollar at a moment."""
    seconds = at.astimezone(UTC).timestamp()
    worth = {code: _moved(code, Decimal(base), seconds) for code, base in BASE.items()}
    franc = (worth["EUR"] * CFA_FOR_A_EURO).quantize(_DIGITS)
    return worth | {"XOF": franc, "XAF": franc}


def _moved(code: str, base: Decimal, seconds: float) -> Decimal:
    bps = sum(
        height * math.sin(2 * math.pi * (seconds / period + phase))
        for (period, height), phase in zip(WAVES, _phases(code), strict=True)
    )
    factor = 1 + Decimal(round(bps * RESTLESS.get(code, 1.0), 4)) / 10_000
    return (base * factor).quantize(_DIGITS)


@lru_cache(maxsize=64)
def _phases(code: str) -> tuple[float, ...]:
    digest = hashlib.sha256(code.encode()).digest()
    return tuple(byte / 256 for byte in digest[: len(WAVES)])
