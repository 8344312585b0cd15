"""What each rail carries, when, and how fast: the operators' public rules, for the twin."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone

from core.money import DIGITS, Money

OFFSETS = {"KES": 3, "UGX": 3, "TZS": 3, "RWF": 2, "ZAR": 2, "NGN": 1, "GHS": 0, "XOF": 0}
"""Hours that the clocks of a currency's country are ahead of UTC, summer and winter."""
SATURDAY = 5
SETTLED_AT = time(9, 0)
"""Local time at which the next day's settlement has happened."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one rail. Caps are main units by currency; what is not named is not carried."""

    name: str
    caps: Mapping[str, int | None]
    least: Mapping[str, int] = field(default_factory=dict)
    hours: Mapping[str, tuple[time, time]] = field(default_factory=dict)
    """Local hours on business days; a currency without any is open always."""
    fastest: float = 1.0
    slowest: float = 8.0
    """Seconds that a payment takes."""
    at_once: int = 0
    """Of a hundred payments, how many are answered with the final word in the same call."""
    next_day: bool = False
    """Whether payments are settled on the morning of the next business day."""
    a_minute: int = 3000
    """How many payments of one bank the switch takes in a minute."""
    names: bool = False
    """Whether it says whose an account is."""
    closed_on: frozenset[date] = frozenset()
    """Public holidays."""

    def refuses(self, amount: Money, *, now: datetime) -> str:
        """Return ISO 20022's reason why an amount is not carried now, or nothing."""
        if amount.currency not in self.caps:
            return "AG03"
        cap = self.caps[amount.currency]
        unit = 10 ** DIGITS[amount.currency]
        if amount.minor < self.least.get(amount.currency, 0) * unit:
            return "AM02"
        if cap is not None and amount.minor > cap * unit:
            return "AM02"
        return "" if self.is_open(amount.currency, now=now) else "TM01"

    def is_open(self, currency: str, *, now: datetime) -> bool:
        """Return whether the rail carries a currency at a time."""
        if currency not in self.hours:
            return True
        here = local(now, currency)
        opens, closes = self.hours[currency]
        return self._is_business_day(here.date()) and opens <= here.time() < closes

    def next_morning(self, currency: str, *, now: datetime) -> datetime:
        """Return when the next business day's settlement has happened, in UTC."""
        on = local(now, currency).date() + timedelta(days=1)
        while not self._is_business_day(on):
            on += timedelta(days=1)
        return datetime.combine(on, SETTLED_AT, _zone(currency)).astimezone(UTC)

    def _is_business_day(self, on: date) -> bool:
        return on.weekday() < SATURDAY and on not in self.closed_on


def local(at: datetime, currency: str) -> datetime:
    """Return a time as clocks show it in a currency's country."""
    return at.astimezone(_zone(currency))


def _zone(currency: str) -> timezone:
    return timezone(timedelta(hours=OFFSETS.get(currency, 0)))


def _all_day(*hours: tuple[str, str, str]) -> dict[str, tuple[time, time]]:
    return {
        currency: (time.fromisoformat(opens), time.fromisoformat(closes))
        for currency, opens, closes in hours
    }


PESALINK = Rules(
    "pesalink",
    {
        "KES": 999_999, "TZS": 20_000_000, "NGN": 10_000_000, "GHS": 50_000, "ZAR": 5_000_000,
        "RWF": 2_000_000, "XOF": 2_000_000,
    },
    at_once=40,
    names=True,
)  # fmt: skip
RTGS = Rules(
    "rtgs",
    dict.fromkeys(("KES", "UGX", "TZS", "NGN", "GHS", "ZAR", "RWF", "XOF")),
    least={"NGN": 10_000_000},
    hours=_all_day(
        ("KES", "07:00", "19:00"), ("UGX", "08:30", "16:30"), ("TZS", "08:30", "17:00"),
        ("NGN", "08:00", "16:00"), ("GHS", "09:00", "16:30"), ("ZAR", "08:00", "16:00"),
        ("RWF", "08:00", "17:00"), ("XOF", "08:00", "17:00"),
    ),
    fastest=5.0,
    slowest=240.0,
    a_minute=300,
)  # fmt: skip
EFT = Rules(
    "eft",
    {
        "KES": 999_999, "UGX": 20_000_000, "GHS": 100_000, "ZAR": 5_000_000, "XOF": 49_999_999,
    },
    next_day=True,
    a_minute=60_000,
)  # fmt: skip
PAPSS = Rules(
    "papss",
    {"KES": 1_000_000, "NGN": 3_000_000, "GHS": 100_000, "RWF": 10_000_000},
    fastest=2.0,
    slowest=110.0,
    at_once=10,
    names=True,
)
RULES = {one.name: one for one in (PESALINK, RTGS, EFT, PAPSS)}
