"""Days as the bank counts them, by its own clock."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.errors import DeskRefusal

ZONE = "Africa/Nairobi"
"""The bank's home. A day of the bank is a day there, whatever the customer's own clock says."""
DAY = timedelta(days=1)
LONGEST = 366
"""Days that can be asked for at once."""
_HOME = ZoneInfo(ZONE)


class BadPeriod(DeskRefusal):
    """The period ends before it begins, or is longer than ``days``, a fact."""

    code = "bad_period"


@dataclass(frozen=True, slots=True)
class Period:
    """Days, the first and the last one with them.

    :raises BadPeriod: if it ends before it begins, or is longer than a year
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if not 0 <= (self.last - self.first).days < LONGEST:
            raise BadPeriod(days=str(LONGEST))


def day_of(at: datetime) -> date:
    """Return the day of the bank that a moment falls on."""
    return at.astimezone(_HOME).date()


def begins(day: date) -> datetime:
    """Return the moment a day of the bank begins."""
    return datetime.combine(day, time(), _HOME)


def months_before(month: date, many: int) -> date:
    """Return the first day of the month so many months before one."""
    place = month.year * 12 + month.month - 1 - many
    return date(place // 12, place % 12 + 1, 1)
