"""Business calendars: when people work in a country, to the instant.

Working days are counted in the country's own time and measured in real time, so that a day on which
the clocks change is as long as it is. Public holidays come from the library ``holidays``; a day the
bank wrote down itself (an extra holiday, a half day, a worked Saturday) wins over everything.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from core.store.unit import Row, Unit

HOME = "KE"
"""Whose calendar is kept for people of a country without one of its own."""
FARTHEST = timedelta(days=2 * 366)
"""How far ahead working time is looked for."""
_NOTHING = timedelta()
_DAY = timedelta(days=1)

Hours = tuple[time, time]
Span = tuple[datetime, datetime]


class NeverOpen(ValueError):
    """A calendar without enough working time to ever reach a deadline."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When people work in one country."""

    country: str
    zone: ZoneInfo
    opens: time
    closes: time
    weekdays: frozenset[int]
    """ISO: Monday is 1."""
    days: Mapping[date, Hours | None]
    """Days with hours of their own; None: closed."""

    @property
    def working_day(self) -> timedelta:
        """How long a usual working day is."""
        return _since_midnight(self.closes) - _since_midnight(self.opens)

    def open_on(self, day: date) -> Span | None:
        """Return when people begin and end working on a local day (in UTC); None: they do not."""
        hours: Hours | None
        if day in self.days:
            hours = self.days[day]
        elif day.isoweekday() not in self.weekdays or day in _holidays(self.country, day.year):
            hours = None
        else:
            hours = (self.opens, self.closes)
        return None if hours is None else (self.at(day, hours[0]), self.at(day, hours[1]))

    def is_holiday(self, day: date) -> bool:
        """Return whether nobody works on a local day that might be a working day: a holiday."""
        return (
            self.days[day] is None if day in self.days else day in _holidays(self.country, day.year)
        )

    def at(self, day: date, hour: time) -> datetime:
        """Return the instant (in UTC) of an hour of a local day."""
        return datetime.combine(day, hour, self.zone).astimezone(UTC)

    def day_of(self, moment: datetime) -> date:
        """Return the local day of an instant."""
        return moment.astimezone(self.zone).date()

    def worked(self, since: datetime, until: datetime) -> timedelta:
        """Return how much working time lies between two instants."""
        total, day, last = _NOTHING, self.day_of(since), self.day_of(until)
        while day <= last:
            span = self.open_on(day)
            if span is not None:
                total += max(_NOTHING, min(span[1], until) - max(span[0], since))
            day += _DAY
        return total

    def after(self, since: datetime, work: timedelta) -> datetime:
        """Return the first instant by which this much working time has passed since another.

        :raises NeverOpen: if that is more than two years away
        """
        left, day = work, self.day_of(since)
        last = day + FARTHEST
        if left <= _NOTHING:
            return since
        while day <= last:
            span = self.open_on(day)
            if span is not None:
                start = max(span[0], since)
                if start + left <= span[1]:
                    return start + left
                left -= max(_NOTHING, span[1] - start)
            day += _DAY
        raise NeverOpen(self.country)


def load(unit: Unit, country: str) -> Calendar:
    """Return a country's calendar, or that of ``HOME`` when it has none."""
    return load_all(unit, [country])[country]


def load_all(unit: Unit, countries: Collection[str]) -> dict[str, Calendar]:
    """Return the calendars of countries, that of ``HOME`` for those that have none."""
    rows = unit.all(
        """
        select c.country, c.zone, c.opens, c.closes, c.weekdays,
            array(select d.day from calendar_days d where d.country = c.country
                  order by d.day) as days,
            array(select d.opens from calendar_days d where d.country = c.country
                  order by d.day) as day_opens,
            array(select d.closes from calendar_days d where d.country = c.country
                  order by d.day) as day_closes
        from calendars c where c.country = any(%(countries)s)
        """,
        countries=[*countries, HOME],
    )
    known = {row.country: _calendar(row) for row in rows}
    return {country: known.get(country, known[HOME]) for country in countries}


def _calendar(row: Row) -> Calendar:
    own = {
        day: None if opens is None else (opens, closes)
        for day, opens, closes in zip(row.days, row.day_opens, row.day_closes, strict=True)
    }
    return Calendar(
        country=row.country,
        zone=ZoneInfo(row.zone),
        opens=row.opens,
        closes=row.closes,
        weekdays=frozenset(row.weekdays),
        days=own,
    )


@lru_cache(maxsize=256)
def _holidays(country: str, year: int) -> frozenset[date]:
    # Read by those who count working days alone: with its countries it takes 20 MB of a process.
    import holidays  # noqa: PLC0415

    return frozenset(holidays.country_holidays(country, years=year))


def _since_midnight(hour: time) -> timedelta:
    return timedelta(
        hours=hour.hour, minutes=hour.minute, seconds=hour.second, microseconds=hour.microsecond
    )
