"""Weeks and months by name, when they are over, and by when their reports are due."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from core.crm import calendar
from core.regulatory.periods import Period, UnknownPeriod, last_over, named

NAIROBI = ZoneInfo("Africa/Nairobi")


@pytest.fixture
def kenya(unit):
    return calendar.load(unit, "KE")


@pytest.mark.parametrize(
    ("every", "name", "begins", "ends"),
    [
        ("week", "2026-W09", date(2026, 2, 23), date(2026, 3, 1)),
        ("week", "2026-W01", date(2025, 12, 29), date(2026, 1, 4)),
        ("week", "2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
        ("month", "2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("month", "2026-12", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_a_name_is_its_days(every, name, begins, ends):
    assert named(every, name) == Period(name, begins, ends)


@pytest.mark.parametrize(
    ("every", "name"),
    [
        ("week", "2026-09"), ("week", "2026-W54"), ("month", "2026-W09"), ("month", "2026-13"),
        ("week", ""), ("case", "INV-1001"), ("month", "0000-01"),
    ],
)  # fmt: skip
def test_what_names_nothing_is_refused(every, name):
    with pytest.raises(UnknownPeriod):
        named(every, name)


def test_a_week_is_over_when_its_sunday_is_where_the_bank_is(kenya):
    week = named("week", "2026-W09")
    sunday = datetime(2026, 3, 1, 23, 59, tzinfo=NAIROBI)
    assert not week.is_over(sunday, kenya)
    assert week.is_over(datetime(2026, 3, 2, 0, 0, tzinfo=NAIROBI), kenya)
    assert last_over("week", sunday, kenya).name == "2026-W08"
    assert last_over("week", datetime(2026, 3, 1, 21, tzinfo=UTC), kenya).name == "2026-W09"


def test_a_month_is_over_on_the_first(kenya):
    assert last_over("month", datetime(2026, 3, 1, tzinfo=NAIROBI), kenya).name == "2026-02"
    assert last_over("month", datetime(2026, 2, 28, tzinfo=NAIROBI), kenya).name == "2026-01"
    assert last_over("month", datetime(2026, 1, 9, tzinfo=NAIROBI), kenya).name == "2025-12"


def test_it_is_due_after_so_many_working_days(kenya):
    due = named("week", "2026-W09").due(5, kenya)  # Monday to Friday, no holiday among them
    assert due == kenya.open_on(date(2026, 3, 6))[1]
    assert named("month", "2026-02").due(10, kenya) > due
