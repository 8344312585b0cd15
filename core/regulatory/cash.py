"""Cash of customers, day by day, and whether a day reaches what has to be reported.

Cash is reported where it was handled: a till belongs to a country, and so does a day. All cash of
a customer counts together there, in and out, over every agent and in every currency, valued by the
day's rate and compared without rounding.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from core.crm.calendar import Calendar
from core.errors import DeskRefusal
from core.money import DIGITS, Money
from core.regulatory.periods import Period
from core.store.unit import Unit

PIVOT = "USD"
Rates = Mapping[str, Decimal]
"""What one dollar is worth in each currency."""


class NoRateKnown(DeskRefusal):
    """No rate of a currency is known for that day, nor for any day after it. Fact: ``currency``."""

    code = "no_rate_known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cash:
    """Cash that a customer brought to an agent or took there."""

    id: UUID
    customer: UUID
    incoming: bool
    amount: Money
    day: date
    at: datetime
    reference: str
    till: str
    """The number of the agent's till."""


@dataclass(frozen=True, slots=True)
class CashDay:
    """A customer's cash of one day, and exactly what it is worth in the threshold's currency."""

    customer: UUID
    day: date
    worth: Fraction
    moves: tuple[Cash, ...]


@dataclass(frozen=True, slots=True)
class Threshold:
    """From which worth on a day's cash is reported, in main units."""

    currency: str
    amount: Decimal


def reached(
    moves: Sequence[Cash], rates: Mapping[date, Rates], threshold: Threshold
) -> list[CashDay]:
    """Return the days on which a customer's cash reached the threshold, in order.

    :raises NoRateKnown: if cash of a day cannot be valued
    """
    days: dict[tuple[date, UUID], list[Cash]] = defaultdict(list)
    for one in moves:
        days[one.day, one.customer].append(one)
    found = [
        CashDay(
            customer,
            day,
            sum((worth(one.amount, threshold.currency, rates[day]) for one in some), Fraction(0)),
            tuple(sorted(some, key=lambda one: (one.at, str(one.id)))),
        )
        for (day, customer), some in days.items()
    ]
    least = Fraction(threshold.amount)
    return sorted(
        (one for one in found if one.worth >= least), key=lambda one: (one.day, str(one.customer))
    )


def worth(amount: Money, currency: str, rates: Rates) -> Fraction:
    """Return exactly what an amount is worth in another currency, in main units.

    :raises NoRateKnown: if one of the two has no rate
    """
    major = Fraction(amount.minor, 10 ** DIGITS[amount.currency])
    if amount.currency == currency:
        return major
    return major / _rate(amount.currency, rates) * _rate(currency, rates)


def _rate(currency: str, rates: Rates) -> Fraction:
    if currency == PIVOT:
        return Fraction(1)
    if currency not in rates:
        raise NoRateKnown(currency=currency)
    return Fraction(rates[currency])


def moved(unit: Unit, period: Period, country: str) -> list[Cash]:
    """Return all cash of customers over a country's tills in a period, the earliest first.

    Whose customers they are makes no difference.
    """
    rows = unit.all(
        """
        select m.id, m.customer_id, m.kind, m.amount, m.currency, m.day, m.created_at, m.reference,
            a.till_no
        from till_movements m join bank_agents a on a.id = m.agent_id
        where m.kind in ('cash_in', 'cash_out') and m.day between %(begins)s and %(ends)s
            and a.country = %(country)s
        order by m.day, m.customer_id, m.created_at, m.id
        """,
        begins=period.begins,
        ends=period.ends,
        country=country,
    )
    return [
        Cash(
            id=row.id,
            customer=row.customer_id,
            incoming=row.kind == "cash_in",
            amount=Money(row.amount, row.currency),
            day=row.day,
            at=row.created_at,
            reference=row.reference,
            till=row.till_no,
        )
        for row in rows
    ]


def rates_of(unit: Unit, period: Period, at: Calendar) -> dict[date, Rates]:
    """Return the rates of each day: the last given by its end, else the first given after it."""
    days = [
        period.begins + timedelta(days=n) for n in range((period.ends - period.begins).days + 1)
    ]
    return {day: _on(unit, _end_of(day, at)) for day in days}


def _end_of(day: date, at: Calendar) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), at.zone)


def _on(unit: Unit, end: datetime) -> Rates:
    rows = unit.all(
        """
        select distinct on (currency_to) currency_to, rate from fx_rates
        where currency_from = %(pivot)s
        order by currency_to, "timestamp" >= %(end)s,
            abs(extract(epoch from "timestamp" - %(end)s::timestamptz))
        """,
        pivot=PIVOT,
        end=end,
    )
    return {row.currency_to: row.rate for row in rows}
