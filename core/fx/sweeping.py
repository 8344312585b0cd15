"""Quotes whose time is over: they end unused, and stay to be counted."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from core.store.unit import Unit

AFTER = timedelta(seconds=30)
"""How long after its end a quote is swept: whoever uses it in its last moment has committed."""


@dataclass(frozen=True, slots=True)
class Day:
    """What became of the quotes of one day, in UTC."""

    day: date
    given: int
    used: int
    unused: int
    open: int
    refused: int
    """Asked for, and not given; the log of decisions says why."""


def sweep(unit: Unit, *, most: int) -> int:
    """End quotes that were not used in time; return how many."""
    return unit.run(
        """
        update fx_quotes set status = 'unused', ended_at = %(now)s
        where quote_id in (
            select quote_id from fx_quotes where status = 'open' and expires_at <= %(before)s
            order by expires_at limit %(most)s for no key update skip locked)
        """,
        now=unit.now,
        before=unit.now - AFTER,
        most=most,
    )


def days(unit: Unit, *, back: int = 31) -> list[Day]:
    """Return what became of quotes on each of the last days, the latest first."""
    rows = unit.all(
        """
        select day, sum(given)::bigint as given, sum(used)::bigint as used,
            sum(unused)::bigint as unused, sum(open)::bigint as open,
            sum(refused)::bigint as refused
        from (
            select (created_at at time zone 'UTC')::date as day, count(*) as given,
                count(*) filter (where status = 'used') as used,
                count(*) filter (where status = 'unused') as unused,
                count(*) filter (where status = 'open') as open, 0 as refused
            from fx_quotes where created_at >= %(since)s group by 1
            union all
            select (at at time zone 'UTC')::date, 0, 0, 0, 0, count(*) as refused
            from fx_decisions
            where kind = 'quote' and outcome <> 'chosen' and at >= %(since)s group by 1
        ) each_kind
        group by day order by day desc
        """,
        since=datetime.combine(unit.now.date() - timedelta(days=back - 1), time(), UTC),
    )
    return [Day(*tuple(row)) for row in rows]
