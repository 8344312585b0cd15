"""The clocks of a case: how long an answer and a solution may take, and when they are late.

Low and Medium are counted in working days of the customer's country. High and Critical run by the
wall clock, nights and weekends too: money that goes to a thief does not wait until Monday, and a
promise of four hours means four hours to whoever was robbed at midnight.

There are three: until the first answer, until each next one (from when the customer waits again),
and until the case is solved. The first two are one `Answer`, since only one is awaited at a time.

Clocks stand while the customer is awaited and once the case is resolved. Both ways of counting
are kept, so that a case whose priority changes stands where it would, had it had that one always.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from core.crm.calendar import Calendar

Priority = Literal["Low", "Medium", "High", "Critical"]
PRIORITIES: tuple[Priority, ...] = ("Low", "Medium", "High", "Critical")
"""From the least to the most urgent."""
WARN_PERCENT = 80
RAISE_PERCENT = 150
"""When supervisors hear of an answer that has not been given: half a promise after it was due."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What a priority promises: so many working days, or so much time by the wall clock."""

    resolve_days: int = 0
    reply_days: float = 0
    resolve: timedelta = timedelta()
    reply: timedelta = timedelta()

    @property
    def by_the_wall(self) -> bool:
        """Whether nights and weekends count."""
        return not self.resolve_days

    def to_resolve(self, calendar: Calendar) -> timedelta:
        """Return how much time there is to resolve a case, on its own way of counting."""
        return self.resolve or self.resolve_days * calendar.working_day

    def to_reply(self, calendar: Calendar) -> timedelta:
        """Return how much time there is until the first answer, on its own way of counting."""
        return self.reply or self.reply_days * calendar.working_day


PROMISES: Mapping[str, Promise] = {
    "Low": Promise(resolve_days=5, reply_days=1),
    "Medium": Promise(resolve_days=2, reply_days=0.5),
    "High": Promise(resolve=timedelta(hours=24), reply=timedelta(hours=1)),
    "Critical": Promise(resolve=timedelta(hours=4), reply=timedelta(minutes=15)),
}


@dataclass(frozen=True, slots=True)
class Clock:
    """How long a case has been ours to solve. ``running_since`` None: it stands."""

    running_since: datetime | None
    used: timedelta = timedelta()
    """By the wall, until ``running_since``."""
    used_working: timedelta = timedelta()
    """In working time, until ``running_since``."""

    def pause(self, now: datetime, calendar: Calendar) -> "Clock":
        """Stand still from now on."""
        if self.running_since is None:
            return self
        return Clock(
            None,
            self.used + (now - self.running_since),
            self.used_working + calendar.worked(self.running_since, now),
        )

    def resume(self, now: datetime) -> "Clock":
        """Run (again) from now on."""
        return self if self.running_since is not None else replace(self, running_since=now)


@dataclass(frozen=True, slots=True)
class Due:
    """The instants that matter while a clock runs."""

    deadline: datetime
    warn_at: datetime


def due(clock: Clock, priority: str, calendar: Calendar) -> Due | None:
    """Return when a running clock reaches its warning and its deadline; None while it stands.

    What has been used up before ``running_since`` is due at that instant.
    """
    if clock.running_since is None:
        return None
    whole = PROMISES[priority].to_resolve(calendar)
    return Due(
        deadline=_reached(clock, clock.running_since, whole, priority, calendar),
        warn_at=_reached(
            clock, clock.running_since, whole * WARN_PERCENT / 100, priority, calendar
        ),
    )


def left(clock: Clock, priority: str, calendar: Calendar, now: datetime) -> timedelta:
    """Return how much time is left on the case's own way of counting; negative when it is late."""
    stopped = clock.pause(now, calendar)
    promise = PROMISES[priority]
    used = stopped.used if promise.by_the_wall else stopped.used_working
    return promise.to_resolve(calendar) - used


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that a customer waits for. ``due`` is None while its clock stands."""

    clock: Clock
    warn_at: datetime | None = None
    due: datetime | None = None
    raise_at: datetime | None = None
    warned_at: datetime | None = None
    breached_at: datetime | None = None
    raised_at: datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether the customer is awaited, and no time passes."""
        return self.clock.running_since is None


def awaited(
    answer: Answer, clock: Clock, priority: str, calendar: Calendar, now: datetime
) -> Answer:
    """Return an answer by another clock, or with its clock read anew for another priority.

    What has not come yet after all may come again, as with the deadline of a case.
    """
    if clock.running_since is None:
        return replace(answer, clock=clock, warn_at=None, due=None, raise_at=None)
    whole, since = PROMISES[priority].to_reply(calendar), clock.running_since
    warn_at, due_at, raise_at = (
        _reached(clock, since, whole * percent / 100, priority, calendar)
        for percent in (WARN_PERCENT, 100, RAISE_PERCENT)
    )
    return Answer(
        clock=clock,
        warn_at=warn_at,
        due=due_at,
        raise_at=raise_at,
        warned_at=answer.warned_at if warn_at <= now else None,
        breached_at=answer.breached_at if due_at <= now else None,
        raised_at=answer.raised_at if raise_at <= now else None,
    )


def _reached(
    clock: Clock, since: datetime, mark: timedelta, priority: str, calendar: Calendar
) -> datetime:
    if PROMISES[priority].by_the_wall:
        return since + max(timedelta(), mark - clock.used)
    return calendar.after(since, mark - clock.used_working)
