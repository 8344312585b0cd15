"""What a report is about: a week, a month, or an investigation, by the days of its country."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from core.crm.calendar import Calendar
from core.errors import DeskRefusal

Every = Literal["week", "month", "case"]
_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAY = timedelta(days=1)


class UnknownPeriod(DeskRefusal):
    """That names no week (``2026-W09``) or month (``2026-02``)."""

    code = "unknown_period"


@dataclass(frozen=True, slots=True)
class Period:
    """A week of ISO 8601 or a month: how it is called, its first day and its last."""

    name: str
    begins: date
    ends: date

    def is_over(self, now: datetime, at: Calendar) -> bool:
        """Return whether its last day has ended where the calendar is kept."""
        return now.astimezone(at.zone).date() > self.ends

    def due(self, days: int, at: Calendar) -> datetime:
        """Return when so many working days have passed since its last day."""
        midnight = datetime.combine(self.ends + _DAY, datetime.min.time(), at.zone)
        return at.after(midnight, days * at.working_day)


def named(every: Every, name: str) -> Period:
    """Return the week or month of that name.

    :raises UnknownPeriod: if there is none
    """
    try:
        if every == "week" and (found := _WEEK.fullmatch(name)):
            return _week(date.fromisocalendar(int(found[1]), int(found[2]), 1))
        if every == "month" and (found := _MONTH.fullmatch(name)):
            return _month(date(int(found[1]), int(found[2]), 1))
    except ValueError:
        pass
    raise UnknownPeriod


def last_over(every: Every, now: datetime, at: Calendar) -> Period:
    """Return the latest week or month that has ended where the calendar is kept."""
    today = now.astimezone(at.zone).date()
    if every == "week":
        return _week(today - timedelta(days=today.isoweekday() - 1 + 7))
    return _month((today.replace(day=1) - _DAY).replace(day=1))


def _week(monday: date) -> Period:
    year, week, _ = monday.isocalendar()
    return Period(f"{year}-W{week:02d}", monday, monday + timedelta(days=6))


def _month(first: date) -> Period:
    following = (first + timedelta(days=31)).replace(day=1)
    return Period(f"{first:%Y-%m}", first, following - _DAY)
