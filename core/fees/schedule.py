"""The fee schedule: what a service costs, by country, currency and amount, on a day.

What is charged is what is valid on the customer's country's day. A new tariff begins on a day that
is still to come (``change``), so what was charged in the past can always be told again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise

from core.errors import Refusal
from core.money import Money
from core.store.unit import Row, Unit

SERVICES = (
    "exchange",
    "withdraw_bank",
    "withdraw_mobile",
    "withdraw_agent",
    "deposit_card",
    "airtime",
    "bill",
    "transfer_abroad",
    "return",
    "card_virtual",
    "card_physical",
    "card_replace",
)
"""What may cost something. Sending money within the bank is free."""


class NoTariff(Refusal):
    """The bank has no tariff for this service there, and gives none away by mistake.

    Facts: ``what``, ``country``, ``currency``.
    """

    code = "no_tariff"


@dataclass(frozen=True, slots=True)
class Band:
    """What is charged for amounts from ``start`` on, until the next band begins."""

    start: Money
    fixed: Money
    per_mille: Decimal
    """Of the amount, on top of ``fixed``."""
    least: Money
    most: Money | None

    def fee(self, amount: Money) -> Money:
        """Return the fee of an amount in this band, a part of a minor unit rounded up."""
        share = (Decimal(amount.minor) * self.per_mille / 1000).to_integral_value(ROUND_CEILING)
        charged = max(self.fixed.minor + int(share), self.least.minor)
        if self.most is not None:
            charged = min(charged, self.most.minor)
        return Money(charged, amount.currency)


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One line of the schedule: a band of a service."""

    what: str
    band: Band
    until: Money | None
    """Where the next band begins; None for the last one."""
    since: date
    """The first day on which this is charged."""
    source: str


def fee(unit: Unit, *, what: str, amount: Money, country: str) -> Money:
    """Return what a service costs a customer of a country today, in the amount's currency.

    A part of a minor unit is rounded up, to the house; what is free costs zero.

    :raises NoTariff: if there is none for this service in that country and currency
    """
    row = unit.maybe(
        """
        select s.from_amount, s.fixed, s.per_mille, s.least, s.most, s.currency
        from countries n join fee_schedule s on s.country = n.code
        where n.code = %(country)s and s.what = %(what)s and s.currency = %(currency)s
            and s.from_amount <= %(amount)s
            and s.valid @> (%(now)s::timestamptz at time zone n.timezone)::date
        order by s.from_amount desc limit 1
        """,
        what=what,
        country=country,
        currency=amount.currency,
        amount=amount.minor,
        now=unit.now,
    )
    if row is None:
        raise NoTariff(what=what, country=country, currency=amount.currency)
    return _band(row).fee(amount)


def listed(
    unit: Unit, *, country: str, currency: str, what: str | None = None, on: date | None = None
) -> list[FeeLine]:
    """Return a country's schedule in one currency, by service and then by amount.

    ``what`` picks one service, ``on`` another day than the country's today.
    """
    rows = unit.all(
        """
        select s.what, s.from_amount, s.fixed, s.per_mille, s.least, s.most, s.currency,
            lower(s.valid) as since, s.source
        from countries n join fee_schedule s on s.country = n.code
        where n.code = %(country)s and s.currency = %(currency)s
            and (%(what)s::text is null or s.what = %(what)s)
            and s.valid @> coalesce(%(on)s, (%(now)s::timestamptz at time zone n.timezone)::date)
        order by s.from_amount
        """,
        country=country,
        currency=currency,
        what=what,
        on=on,
        now=unit.now,
    )
    return [line for service in SERVICES for line in _lines(service, rows)]


def _lines(service: str, rows: Sequence[Row]) -> list[FeeLine]:
    own = [row for row in rows if row.what == service]
    return [
        FeeLine(
            what=service,
            band=_band(row),
            until=None if after is None else Money(after.from_amount, after.currency),
            since=row.since,
            source=row.source,
        )
        for row, after in pairwise([*own, None])
        if row is not None
    ]


def _band(row: Row) -> Band:
    return Band(
        start=Money(row.from_amount, row.currency),
        fixed=Money(row.fixed, row.currency),
        per_mille=row.per_mille,
        least=Money(row.least, row.currency),
        most=None if row.most is None else Money(row.most, row.currency),
    )
