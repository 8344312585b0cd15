"""What a customer is told and what the bank earns: rates with a markup, in whole minor units.

Everything is rounded to the house: what the customer gets down, what they pay up, the rate they are
told down. What providers would pay for the amount sold is what the customer gets and the spread,
to the last minor unit.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Context, Decimal, localcontext
from typing import Literal

from core.fx.routing import DIGITS_KEPT, Fill, Stretch, fill_buying, fill_selling
from core.money import DIGITS, Money

Side = Literal["sell", "buy"]
"""What the customer fixed: the amount they sell, or the amount they buy."""
TOLD_DIGITS = 7
"""Significant digits of a rate that customers are told, and that their amounts are computed by."""


@dataclass(frozen=True, slots=True)
class Priced:
    """An amount of one currency, and what it is in another."""

    sell: Money
    """What leaves the customer's wallet, the fee apart."""
    buy: Money
    """What reaches it: ``sell`` times ``rate``, rounded down."""
    value: Money
    """What providers pay for ``sell``: ``buy`` and ``spread`` together."""
    rate: Decimal
    """Main units of what is bought for one of what is sold."""
    provider_rate: Decimal
    """The same before the markup, over all providers of the route."""
    fill: Fill

    @property
    def spread(self) -> Money:
        """What the bank keeps, in the currency bought."""
        return self.value - self.buy


def price(
    stretches: list[Stretch], *, side: Side, amount: Money, other: str, markup_bps: Decimal
) -> Priced | None:
    """Return what an amount is in the currency ``other``; None when providers have not that much.

    ``stretches`` are sorted, best first. ``markup_bps`` is taken off the providers' rate, in
    hundredths of a per cent.
    """
    with localcontext(Context(prec=DIGITS_KEPT)):
        if side == "sell":
            return _selling(stretches, amount, other, markup_bps)
        return _buying(stretches, amount, other, markup_bps)


def _selling(stretches: list[Stretch], sell: Money, other: str, bps: Decimal) -> Priced | None:
    fill = fill_selling(stretches, sell.major)
    if fill is None or not sell.minor:
        return None
    return _priced(sell, None, other, fill, bps)


def _buying(stretches: list[Stretch], buy: Money, other: str, bps: Decimal) -> Priced | None:
    # What providers must pay so that the customer's share is enough; the rest follows as if they
    # had fixed what they sell, which is what really is sold.
    wanted = fill_buying(stretches, buy.major / (1 - bps / 10_000))
    if wanted is None or not wanted.sold:
        return None
    rate = told(wanted.bought / wanted.sold, bps)
    sell = whole(buy.major / rate, other, ROUND_CEILING)
    fill = fill_selling(stretches, sell.major)
    return None if fill is None else _priced(sell, (buy, rate), buy.currency, fill, bps)


def _priced(
    sell: Money, fixed: tuple[Money, Decimal] | None, other: str, fill: Fill, bps: Decimal
) -> Priced | None:
    provider_rate = fill.bought / fill.sold
    if fixed is None:
        rate = told(provider_rate, bps)
        buy = whole(sell.major * rate, other, ROUND_FLOOR)
    else:
        buy, rate = fixed
    value = whole(fill.bought, other, ROUND_FLOOR)
    if value < buy:
        return None  # so little that rounding would be at the house's cost
    return Priced(sell, buy, value, rate, short(provider_rate), fill)


def told(provider_rate: Decimal, bps: Decimal) -> Decimal:
    """Return the rate a customer is told: less the markup, rounded down to seven digits."""
    return _rounded(provider_rate * (1 - bps / 10_000), TOLD_DIGITS, ROUND_DOWN)


def whole(major: Decimal, currency: str, rounding: str) -> Money:
    """Return an amount in main units as money, rounded to the currency's minor unit."""
    minor = major.scaleb(DIGITS[currency]).to_integral_value(rounding)
    return Money(int(minor), currency)


def short(rate: Decimal) -> Decimal:
    """Return a rate as it is kept: rounded down to twelve digits."""
    return _rounded(rate, 12, ROUND_DOWN)


def _rounded(number: Decimal, digits: int, rounding: str) -> Decimal:
    rounded = Context(prec=digits, rounding=rounding).plus(number)
    return Decimal(f"{rounded:f}")
