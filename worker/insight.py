"""What is worked out by the scheduler: earnings, profiles, next actions, and counts of each day."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from uuid import UUID

import structlog

from bot.house import House
from core.crm import sweeps
from core.insight import counting, earnings, next_actions, profile
from core.insight.days import begins, day_of
from core.store.engine import open_engine
from core.store.unit import Unit, open_unit

MOST_BATCHES = 200
"""Of customers in one sweep; the rest waits for the next one, minutes later."""
MOST_DAYS = 31
STATEMENT_MS = 300_000
"""A day of a large bank is counted by few statements, and nobody waits for them."""
NIGHT = "profiles"
"""The sweep that says for which day everybody's profile was worked out last."""
Units = Callable[[], AbstractContextManager[Unit]]

log = structlog.get_logger()


@contextmanager
def _units(house: House) -> Iterator[Units]:
    """Give units on a connection of their own, whose statements may take their time."""
    engine = open_engine(
        house.settings.database_url, name="wekeza-insight", pool=1, statement_ms=STATEMENT_MS
    )
    try:
        yield lambda: open_unit(
            engine,
            keys=house.keys,
            now=house.now(),
            new_id=house.new_id,
            correlation=str(house.new_id()),
        )
    finally:
        engine.dispose()


def count_today(house: House) -> None:
    """Count today as it is so far; the first minutes of a day it is still the day before."""
    with _units(house) as opened, opened() as unit:
        counting.count(unit, day_of(unit.now - counting.GRACE))


def count_days(house: House) -> int:
    """Count the days that are over and were not counted, each in a unit; return how many."""
    with _units(house) as opened:
        for done in range(MOST_DAYS):
            with opened() as unit:
                day = counting.next_day(unit)
                if day is None:
                    return done
                counting.count(unit, day)
            log.info("day counted", day=day.isoformat())
    return MOST_DAYS


class Profiles:
    """Works out everybody's profile and next actions once a day, in the order of their ids.

    Where a run was interrupted, the next one of the same process goes on; another process begins
    with the first customer again, which changes nothing of those who are done.
    """

    def __init__(self) -> None:
        self._after: UUID = profile.NOBODY

    def sweep(self, house: House) -> int:
        """Go on with today's run; return how many customers were gone through."""
        with house.unit() as unit:
            today = begins(day_of(unit.now))
            swept = sweeps.swept_until(unit, NIGHT)
        if swept is not None and swept >= today:
            return 0
        many = 0
        with _units(house) as opened:
            _follow(opened)
            for _ in range(MOST_BATCHES):
                with opened() as unit:
                    batch = profile.next_batch(unit, after=self._after)
                    if not batch:
                        sweeps.note_swept(unit, NIGHT, today)
                        self._after = profile.NOBODY
                        break
                    profile.compute(unit, batch)
                    next_actions.compute(unit, batch)
                self._after = batch[-1]
                many += len(batch)
        return many


def _follow(opened: Units) -> None:
    """Count what customers have earned the bank since the last time."""
    for _ in range(MOST_BATCHES):
        with opened() as unit:
            if not earnings.follow(unit):
                return
