"""The end of a country's day: what left and came back on it is counted, and written down for good.

A day is closed once, after it has ended in the country's own time, and in order. What is still on
its way stays on its way: the report tells how much, and of which age.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from core.crm import calendar
from core.crm.calendar import Calendar
from core.errors import Refusal
from core.settlement import hours
from core.store.unit import Unit, jsonb

FIRST_DAYS = 1
"""How many days back a country begins that has closed none yet."""
_DAY = timedelta(days=1)


class DayRuns(Refusal):
    """The day has not ended there yet. Facts: ``country``, ``day``."""

    code = "day_runs"


class DayClosed(Refusal):
    """The day was closed before. Facts: ``country``, ``day``."""

    code = "day_closed"


@dataclass(frozen=True, slots=True)
class Day:
    """A closed day. Amounts in the report are minor units, by rail and status."""

    country: str
    day: date
    next_day: date
    closed_at: datetime
    report: Mapping[str, Any]


def due(unit: Unit) -> list[tuple[str, date]]:
    """Return the days that have ended and are not closed, a country's oldest first."""
    found: list[tuple[str, date]] = []
    rows = unit.all(
        """
        select c.country, max(d.day) as last from payout_countries c
        left join business_days d on d.country = c.country group by c.country order by c.country
        """
    )
    calendars = calendar.load_all(unit, [row.country for row in rows])
    for row in rows:
        today = unit.now.astimezone(calendars[row.country].zone).date()
        day = row.last + _DAY if row.last else today - FIRST_DAYS * _DAY
        while day < today:
            found.append((row.country, day))
            day += _DAY
    return found


def close(unit: Unit, country: str, day: date, *, by: str) -> Day:
    """Close a country's day and return its report.

    :raises DayRuns: if it has not ended there
    :raises DayClosed: if it was closed before
    """
    days = calendar.load(unit, country)
    since, until = _bounds(days, day)
    if unit.now < until:
        raise DayRuns(country=country, day=str(day))
    report = _report(unit, country, since, until)
    closed = Day(country, day, _next(days, day), unit.now, report)
    written = unit.run(
        """
        insert into business_days (country, day, closed_at, closed_by, next_day, report)
        values (%(country)s, %(day)s, %(now)s, %(by)s, %(next)s, %(report)s)
        on conflict do nothing
        """,
        country=country,
        day=day,
        by=by,
        next=closed.next_day,
        report=jsonb(dict(report)),
        now=unit.now,
    )
    if not written:
        raise DayClosed(country=country, day=str(day))
    return closed


def closed(unit: Unit, country: str, *, most: int = 31) -> list[Day]:
    """Return a country's closed days, the latest first."""
    rows = unit.all(
        """
        select country, day, next_day, closed_at, report from business_days
        where country = %(country)s order by day desc limit %(most)s
        """,
        country=country,
        most=most,
    )
    return [Day(*tuple(row)) for row in rows]


def _report(unit: Unit, country: str, since: datetime, until: datetime) -> Mapping[str, Any]:
    row = unit.one(
        """
        with ended as (
            select s.rail, s.status, s.currency, count(*) as payments,
                sum(s.amount)::bigint as amount, sum(s.returned)::bigint as returned
            from settlements s join banks b on b.bank_id = s.bank_id
            where b.country = %(country)s and s.ended_at >= %(since)s and s.ended_at < %(until)s
            group by s.rail, s.status, s.currency
        ), unended as (
            select bank_id, rail, status, currency, amount, "timestamp" from settlements
            where ended_at is null
            union all
            select bank_id, rail, status, currency, amount, "timestamp" from settlements
            where ended_at >= %(until)s
        ), flying as (
            select u.rail, u.status, u.currency, count(*) as payments,
                sum(u.amount)::bigint as amount, min(u."timestamp") as oldest
            from unended u join banks b on b.bank_id = u.bank_id
            where b.country = %(country)s and u."timestamp" < %(until)s
            group by u.rail, u.status, u.currency
        )
        select
            (select count(*) from settlements s join banks b on b.bank_id = s.bank_id
                where b.country = %(country)s
                    and s."timestamp" >= %(since)s and s."timestamp" < %(until)s) as begun,
            (select coalesce(jsonb_agg(to_jsonb(e) order by e.rail, e.status), '[]') from ended e)
                as ended,
            (select coalesce(jsonb_agg(to_jsonb(f) order by f.rail, f.status), '[]') from flying f)
                as on_their_way,
            (select coalesce(jsonb_agg(to_jsonb(l) order by l.nostro, l.currency), '[]')
                from nostro_liquidity l join payout_countries c on c.currency = l.currency
                where c.country = %(country)s) as nostros
        """,
        country=country,
        since=since,
        until=until,
    )
    return {
        "begun": row.begun,
        "ended": row.ended,
        "on_their_way": row.on_their_way,
        "nostros": row.nostros,
    }


def _bounds(days: Calendar, day: date) -> tuple[datetime, datetime]:
    return hours.at(days, day, time(0)), hours.at(days, day + _DAY, time(0))


def _next(days: Calendar, day: date) -> date:
    """Return the next day on which people work there."""
    following = day + _DAY
    while days.open_on(following) is None:
        following += _DAY
    return following
