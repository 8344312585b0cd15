"""What a customer is worth to the bank: what they have earned it, and what they may still.

    value = earned + max(monthly, 0) * factor(idle days)

``earned`` is their margin of all time and ``monthly`` that of the last three full months by month,
both in their home currency at the latest rates. The factor adds up the next 24 months, each less
likely than the one before by how lately the customer was active, and one per cent less worth:

    factor = sum for k = 1..24 of (stays / 1.01) ** k

Who has been away for 180 days or more is not expected to earn anything.
"""

from decimal import ROUND_HALF_UP, Decimal

HORIZON = 24
"""Months that are looked ahead."""
DISCOUNT = Decimal("0.01")
"""How much less a month's margin is worth than that of the month before."""
STAYS = ((30, Decimal("0.97")), (90, Decimal("0.90")), (180, Decimal("0.75")))
"""Idle for fewer days than these, a customer is still there a month later this likely."""
MONTHS = 3
"""Full months that the monthly margin is taken from."""
_CENT = Decimal("0.01")


def factor(idle_days: int) -> Decimal:
    """Return how many months' margin may be expected of somebody idle for so many days."""
    for days, stays in STAYS:
        if idle_days < days:
            each = stays / (1 + DISCOUNT)
            return sum((each**k for k in range(1, HORIZON + 1)), Decimal())
    return Decimal()


def lifetime(
    *, earned: Decimal, recent: Decimal, months: int, idle_days: int, exponent: int
) -> Decimal:
    """Return a customer's worth in main units of their home currency, to two places.

    ``earned`` and ``recent`` (of the last ``months`` full months, three at most) are minor units of
    a currency with so many decimal places. What was lost on a customer does not go on for ever:
    only a margin above nothing is expected to come again.
    """
    monthly = recent / max(months, 1)
    worth = earned + max(monthly, Decimal()) * factor(idle_days)
    return worth.scaleb(-exponent).quantize(_CENT, ROUND_HALF_UP)
