"""The clock of a case, against a model that lives through every minute."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from core.crm import sla
from core.crm.calendar import Calendar
from core.crm.sla import PRIORITIES, PROMISES, Answer, Clock
from tests.core.crm.test_sla_calendar import MINUTE, NAIROBI, works

LONDON = Calendar("GB", ZoneInfo("Europe/London"), time(8), time(17), frozenset(range(1, 6)), {})


@dataclass
class Model:
    """Counts minutes while the clock runs."""

    calendar: Calendar
    now: datetime
    running: bool = True
    wall: int = 0
    working: int = 0

    def live(self, minutes: int) -> None:
        for _ in range(minutes):
            if self.running:
                self.wall += 1
                self.working += works(self.calendar, self.now)
            self.now += MINUTE

    def used(self, priority: str) -> int:
        return self.wall if priority in ("High", "Critical") else self.working

    def reaches(self, priority: str, minutes: float) -> datetime:
        """Live on until that much is used."""
        while self.used(priority) < minutes:
            self.live(1)
        return self.now


MINUTES = {"Low": 5 * 540, "Medium": 2 * 540, "High": 24 * 60, "Critical": 4 * 60}
STEPS = st.lists(
    st.tuples(st.integers(0, 900), st.sampled_from(["pause", "resume", *PRIORITIES])), max_size=6
)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([NAIROBI, LONDON]),
    st.sampled_from([(3, 27), (10, 23), (12, 23), (6, 3)]),
    st.integers(0, 3 * 24 * 60),
    st.sampled_from(PRIORITIES),
    STEPS,
)
def test_clocks_stand_where_every_minute_lived_through_comes_to(
    calendar: Calendar,
    day: tuple[int, int],
    minute: int,
    priority: str,
    steps: list[tuple[int, str]],
) -> None:
    start = datetime(2026, *day, tzinfo=UTC) + minute * MINUTE
    model, clock = Model(calendar, start), Clock(start)
    for minutes, step in steps:
        model.live(minutes)
        if step == "pause":
            clock, model.running = clock.pause(model.now, calendar), False
        elif step == "resume":
            clock, model.running = clock.resume(model.now), True
        else:
            priority = step
    promised = MINUTES[priority]
    left = sla.left(clock, priority, calendar, model.now)
    assert left == (promised - model.used(priority)) * MINUTE
    due = sla.due(clock, priority, calendar)
    assert (due is not None) == model.running
    if due is not None and left > timedelta():
        warned = model.used(priority) >= 0.8 * promised or model.reaches(priority, 0.8 * promised)
        assert warned is True or due.warn_at == warned
        assert due.deadline == model.reaches(priority, promised)


def test_each_promise_by_its_own_clock() -> None:
    friday = datetime(2026, 3, 6, 13, 0, tzinfo=UTC)  # four in the afternoon in Nairobi
    deadlines = {
        priority: sla.due(Clock(friday), priority, NAIROBI).deadline  # type: ignore[union-attr]
        for priority in PRIORITIES
    }
    assert deadlines == {
        "Critical": datetime(2026, 3, 6, 17, 0, tzinfo=UTC),
        "High": datetime(2026, 3, 7, 13, 0, tzinfo=UTC),  # a Saturday
        "Medium": datetime(2026, 3, 10, 13, 0, tzinfo=UTC),
        "Low": datetime(2026, 3, 13, 13, 0, tzinfo=UTC),
    }
    assert [PROMISES[priority].by_the_wall for priority in PRIORITIES] == [False, False, True, True]


def test_what_is_used_up_already_is_due_at_once() -> None:
    since = datetime(2026, 3, 6, 13, 0, tzinfo=UTC)
    due = sla.due(Clock(since, used=timedelta(hours=30)), "High", NAIROBI)
    assert due is not None
    assert (due.deadline, due.warn_at) == (since, since)


def test_an_answer_is_promised_too_and_raised_half_a_promise_later() -> None:
    friday = datetime(2026, 3, 6, 13, 0, tzinfo=UTC)  # four in the afternoon in Nairobi
    clock = Clock(friday)
    urgent = sla.awaited(Answer(clock), clock, "Critical", NAIROBI, friday)
    assert (urgent.warn_at, urgent.due, urgent.raise_at) == (
        friday + timedelta(minutes=12),
        friday + timedelta(minutes=15),
        friday + timedelta(minutes=22, seconds=30),
    )
    calm = sla.awaited(Answer(clock), clock, "Low", NAIROBI, friday)
    assert calm.due == friday + timedelta(days=3)
    assert calm.raise_at == datetime(2026, 3, 10, 8, 30, tzinfo=UTC), "half a day after"
