"""When rails are open, when their windows close, and when a payment arrives: plain functions.

Hours are local to the rail's calendar, holidays are that country's, and a day the bank wrote down
itself wins over both (`core.crm.calendar`).
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from core.crm.calendar import Calendar
from core.settlement.rails import Rail

FARTHEST_DAYS = 31
"""How far ahead an open day is looked for; no country rests longer."""
_DAY = timedelta(days=1)


class NeverOpen(ValueError):
    """A rail that opens on no day of the next month: its row is wrong."""


def next_open(rail: Rail, days: Calendar, since: datetime) -> datetime:
    """Return the first moment from ``since`` on at which the rail takes a payment.

    :raises NeverOpen: if that is more than a month away
    """
    for day in _working(rail, days, since):
        opens = at(days, day, rail.opens or time(0))
        closes = (
            at(days, day + _DAY, time(0)) if rail.closes is None else at(days, day, rail.closes)
        )
        if since < closes:
            return max(since, opens)
    raise NeverOpen(rail.rail)


def next_cutoff(rail: Rail, days: Calendar, since: datetime) -> datetime:
    """Return when the netting window closes that a payment of ``since`` belongs to.

    :raises NeverOpen: if that is more than a month away
    """
    for day in _working(rail, days, since):
        for cutoff in rail.cutoffs:
            if at(days, day, cutoff) > since:
                return at(days, day, cutoff)
    raise NeverOpen(rail.rail)


def settled_at(rail: Rail, days: Calendar, cutoff: datetime) -> datetime:
    """Return when what was sent in a window is settled: so many working days later.

    :raises NeverOpen: if that is more than a month away
    """
    if not rail.in_batches or rail.settles_at is None:
        return cutoff
    left = rail.settles_days
    first = cutoff.astimezone(days.zone).date()
    for day in _working(rail, days, cutoff):
        if day > first:
            left -= 1
        if left <= 0:
            return max(cutoff, at(days, day, rail.settles_at))
    raise NeverOpen(rail.rail)


def leaves_at(rail: Rail, days: Calendar, since: datetime) -> datetime:
    """Return when a payment that is ready at ``since`` leaves over the rail.

    :raises NeverOpen: if that is more than a month away
    """
    return next_cutoff(rail, days, since) if rail.in_batches else next_open(rail, days, since)


def arrives_at(rail: Rail, days: Calendar, leaves: datetime) -> datetime:
    """Return when a payment that leaves at a moment is expected to be there.

    :raises NeverOpen: if that is more than a month away
    """
    if rail.in_batches:
        return settled_at(rail, days, leaves)
    return leaves + timedelta(seconds=rail.seconds)


def at(days: Calendar, day: date, hour: time) -> datetime:
    """Return a local hour of a day as an instant, in UTC."""
    return datetime.combine(day, hour, days.zone).astimezone(UTC)


def works_on(rail: Rail, days: Calendar, day: date) -> bool:
    """Return whether the rail takes payments on a local day at all."""
    if day.isoweekday() not in rail.days:
        return False
    return not rail.business_days or days.open_on(day) is not None


def _working(rail: Rail, days: Calendar, since: datetime) -> Iterator[date]:
    first = since.astimezone(days.zone).date()
    for ahead in range(FARTHEST_DAYS):
        if works_on(rail, days, first + ahead * _DAY):
            yield first + ahead * _DAY
