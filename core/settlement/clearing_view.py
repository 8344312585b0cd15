"""Clearing and nostros as operations watch them: what stands where and what explains it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.access.actors import Actor
from core.crm import calendar
from core.money import Money
from core.settlement import liquidity
from core.settlement.liquidity import Line
from core.settlement.payout_view import PERMISSION
from core.store.unit import Unit

MOST_WINDOWS = 12


@dataclass(frozen=True, slots=True)
class Standing:
    """What one clearing or suspense account holds, and what its payments say it should."""

    kind: str
    booked: Money
    explained: Money

    @property
    def off(self) -> Money:
        """What nobody explains; anything but zero is a fault."""
        return self.booked - self.explained


@dataclass(frozen=True, slots=True)
class Flight:
    """How many payments of a rail stand in a status, and since when the oldest does."""

    rail: str
    status: str
    payments: int
    amount: Money
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """A netting window with what was put into it so far, or in all once it has closed."""

    rail: str
    cutoff_at: datetime
    settles_at: datetime
    status: str
    banks: int
    payments: int
    net: Money
    """What we pay for it in all, less what came back."""


@dataclass(frozen=True, slots=True)
class Country:
    """Where the business day of a country stands."""

    country: str
    today: date
    """By its own clock."""
    works_today: bool
    closed: date | None
    """The last day that was closed; None before the first."""
    closed_at: datetime | None
    next_day: date | None
    behind: int
    """Days that have ended and are not closed."""


@dataclass(frozen=True, slots=True)
class Clearing:
    """Everything on the page of clearing and nostros."""

    standings: Sequence[Standing]
    flights: Sequence[Flight]
    nostros: Sequence[Line]
    windows: Sequence[Window]
    countries: Sequence[Country]


def clearing(unit: Unit, actor: Actor) -> Clearing:
    """Return how clearing, nostros, windows and days stand now.

    :raises Forbidden: if their role does not look after the house
    """
    actor.require(PERMISSION)
    return Clearing(
        standings=_standings(unit),
        flights=_flights(unit),
        nostros=liquidity.lines(unit),
        windows=_windows(unit),
        countries=_countries(unit),
    )


def _standings(unit: Unit) -> list[Standing]:
    rows = unit.all(
        """
        with explained as (
            select kind, currency, sum(amount)::bigint as amount
            from clearing_explained group by 1, 2
        ), booked as (
            select kind::text as kind, currency, posted from system_accounts
            where kind::text like 'clearing\\_%%' or kind::text = 'suspense_receipts'
        )
        select coalesce(b.kind, e.kind) as kind, coalesce(b.currency, e.currency) as currency,
            coalesce(b.posted, 0) as booked, coalesce(e.amount, 0) as explained
        from booked b full join explained e on (e.kind, e.currency) = (b.kind, b.currency)
        where b.posted <> 0 or e.amount <> 0
        order by 1, 2 limit 500
        """
    )
    return [
        Standing(row.kind, Money(row.booked, row.currency), Money(row.explained, row.currency))
        for row in rows
    ]


def _flights(unit: Unit) -> list[Flight]:
    rows = unit.all(
        """
        select rail, status, currency, payments, amount, oldest from settlement_counts
        order by rail, status limit 500
        """
    )
    return [
        Flight(row.rail, row.status, row.payments, Money(row.amount, row.currency), row.oldest)
        for row in rows
    ]


def _windows(unit: Unit) -> list[Window]:
    rows = unit.all(
        """
        with latest as (
            (select * from netting_windows where status = 'open' order by cutoff_at limit %(most)s)
            union all
            (select * from netting_windows where status = 'closed'
             order by cutoff_at desc limit %(most)s)
        ), held as (
            select p.window_id, p.bank_id, p.out_count, p.out_amount - p.back_amount as net
            from netting_positions p join latest l on l.window_id = p.window_id
            where l.status = 'closed'
            union all
            select d.window_id, d.bank_id, d.out_count, d.out_amount - d.back_amount
            from netting_due d join latest l on l.window_id = d.window_id where l.status = 'open'
        )
        select l.rail, l.currency::text as currency, l.cutoff_at, l.settles_at, l.status,
            count(h.bank_id) as banks, coalesce(sum(h.out_count), 0)::bigint as payments,
            coalesce(sum(h.net), 0)::bigint as net
        from latest l left join held h on h.window_id = l.window_id
        group by l.window_id, l.rail, l.currency, l.cutoff_at, l.settles_at, l.status
        order by l.status desc, l.cutoff_at desc
        """,
        most=MOST_WINDOWS,
    )
    return [
        Window(
            row.rail,
            row.cutoff_at,
            row.settles_at,
            row.status,
            row.banks,
            row.payments,
            Money(row.net, row.currency),
        )
        for row in rows
    ]


def _countries(unit: Unit) -> list[Country]:
    rows = unit.all(
        """
        select c.country, d.day, d.closed_at, d.next_day from payout_countries c
        left join lateral (
            select day, closed_at, next_day from business_days b where b.country = c.country
            order by day desc limit 1) d on true
        order by c.country
        """
    )
    calendars = calendar.load_all(unit, [row.country for row in rows])
    found = []
    for row in rows:
        days = calendars[row.country]
        today = unit.now.astimezone(days.zone).date()
        behind = 0 if row.day is None else (today - row.day).days - 1
        found.append(
            Country(
                row.country,
                today,
                days.open_on(today) is not None,
                row.day,
                row.closed_at,
                row.next_day,
                behind,
            )
        )
    return found
