"""Money is a whole number of a currency's smallest unit. It is never a float."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Self

from core.errors import Refusal

# Digits after the point, ISO 4217 (amendment 180).
DIGITS = dict.fromkeys(("USD", "EUR", "GBP", "KES", "TZS", "NGN", "GHS", "ZAR", "ETB"), 2)
DIGITS |= dict.fromkeys(("UGX", "RWF", "XOF", "XAF", "BIF"), 0)
DIGITS |= dict.fromkeys(("TND", "LYD"), 3)

LARGEST_MINOR = 10**15  # a limit on everything: far above any balance, far below BIGINT

# 1500 | 1500.50 | 1,500 | 1,500.50 | 1 500,50 | 1.500,50: never ambiguous, so 1,5 is read as 1.5
# while 1,500 is read as a thousand and a half hundred, the way all our markets write it.
_GROUPED = re.compile(
    r"^\d{1,3}(?:(?P<sep>[,. '])\d{3})(?:(?P=sep)\d{3})*(?:(?P<point>[.,])\d{1,3})?$"
)
_PLAIN = re.compile(r"^\d{1,15}(?:[.,]\d{1,3})?$")


class NotAnAmount(Refusal):
    """What the customer typed is not an amount in this currency."""

    code = "not_an_amount"


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount of one currency: ``minor`` whole units of its smallest coin."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in DIGITS:
            raise ValueError(f"unknown currency {self.currency!r}")
        if type(self.minor) is not int:
            raise TypeError("minor units are whole numbers")

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """Return the positive amount a person typed, such as ``1,500.50`` or ``1 500,50``.

        :raises NotAnAmount: if it is none, is zero, or has more digits than the currency
        """
        cleaned = re.sub(
            rf"(?i)^(?:{currency}|ksh|sh|/=)\.?\s*|\s*(?:{currency}|/=|ksh)$", "", text.strip()
        )
        cleaned = cleaned.replace("\u00a0", " ").replace("\u202f", " ")
        number = _read(cleaned)
        minor = None if number is None else number.scaleb(DIGITS[currency])
        if minor is None or minor != minor.to_integral_value() or not 0 < minor <= LARGEST_MINOR:
            raise NotAnAmount(typed=text.strip()[:20], currency=currency)
        return cls(int(minor), currency)

    @classmethod
    def load(cls, text: str) -> Self:
        """Return the money that ``str()`` wrote, such as ``KES 1500.00``.

        :raises ValueError: if the text was not written by ``str()``
        """
        currency, number = text.split(" ")
        try:
            minor = Decimal(number).scaleb(DIGITS[currency])
        except (InvalidOperation, KeyError):
            raise ValueError(f"not a stored amount: {text[:30]!r}") from None
        if minor != minor.to_integral_value():
            raise ValueError(f"not a stored amount: {text[:30]!r}")
        return cls(int(minor), currency)

    @property
    def major(self) -> Decimal:
        """The amount in the currency's main unit, exact."""
        return Decimal(self.minor).scaleb(-DIGITS[self.currency])

    @property
    def grouped(self) -> str:
        """The amount as people who work here read it: ``KES 12,400.00``."""
        return f"{self.currency} {self.major:,f}"

    def __str__(self) -> str:
        return f"{self.currency} {self.major:f}"

    def __add__(self, other: Self) -> Self:
        return type(self)(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.minor - self._same(other), self.currency)

    def __lt__(self, other: Self) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Self) -> bool:
        return self.minor <= self._same(other)

    def _same(self, other: Self) -> int:
        if self.currency != other.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")
        return other.minor


def _read(text: str) -> Decimal | None:
    if match := _GROUPED.match(text):
        sep, point = match["sep"], match["point"]
        if point == sep:
            return None
        whole = text.replace(sep, "")
        return Decimal(whole.replace(point, ".") if point else whole)
    if _PLAIN.match(text):
        return Decimal(text.replace(",", "."))
    return None
