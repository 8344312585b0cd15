"""When a plan is due: days by rule, and the moment of a day where its customer lives.

Days are reckoned from the first one, never from the one before, so that the 31st comes back after
a February. Holidays do not matter: money between wallets moves on every day.
"""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Every = Literal["once", "day", "week", "month", "month_end"]
PAID_AT = time(8)
"""The time of day, for the customer, at which a plan is paid."""
AGAIN_AT = (time(12), time(16), time(20))
"""When what could not be paid is tried again that day."""


@dataclass(frozen=True, slots=True)
class Rule:
    """On which days: ``first`` and on from there, as long as ``until`` and ``times`` let.

    With ``month_end`` the first day is the end of ``first``'s own month, whichever day it names.
    """

    every: Every
    first: date
    until: date | None = None
    """The last day that may be due."""
    times: int | None = None
    """How many days are due in all; None for no end."""

    def day(self, number: int) -> date | None:
        """Return the due day of a number, counted from zero; None when the plan is over by then."""
        if number >= (1 if self.every == "once" else self.times or number + 1):
            return None
        found = self._reckoned(number)
        return None if self.until is not None and found > self.until else found

    def _reckoned(self, number: int) -> date:
        match self.every:
            case "once" | "day":
                return self.first + timedelta(days=number)
            case "week":
                return self.first + timedelta(weeks=number)
        months = self.first.year * 12 + self.first.month - 1 + number
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        wanted = last if self.every == "month_end" else self.first.day
        return date(year, month + 1, min(wanted, last))


def moment(day: date, at: time, zone: str) -> datetime:
    """Return when a day has come so far, in UTC, at a time of day in a time zone.

    Where clocks are put forward over that time it is as much later; where they are put back it is
    the first of the two.
    """
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def next_try(now: datetime, zone: str) -> datetime | None:
    """Return when it is tried again today; None when the day has no further time for it."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return next((at for each in AGAIN_AT if (at := moment(today, each, zone)) > now), None)
