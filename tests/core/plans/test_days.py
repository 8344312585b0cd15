"""When a plan is due: month ends, counts, last days, and clocks that change."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, takewhile
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.plans.days import AGAIN_AT, PAID_AT, Every, Rule, moment, next_try

# Those of the bank's countries, and some whose clocks change.
ZONES = (
    "Africa/Nairobi", "Africa/Lagos", "Africa/Dakar", "Africa/Johannesburg", "Africa/Cairo",
    "Africa/Casablanca", "Europe/Paris", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe",
)  # fmt: skip
DAYS = st.dates(date(2024, 1, 1), date(2040, 12, 31))
RULES = st.builds(
    Rule, st.sampled_from(get_args(Every)), DAYS, st.none() | DAYS, st.none() | st.integers(1, 120)
)


def some(rule, most=60):
    """The first due days, as many as there are."""
    return list(takewhile(bool, map(rule.day, range(most))))


def said(*days):
    return [date.fromisoformat(one) for one in days]


def test_the_31st_is_the_last_day_of_shorter_months_and_comes_back():
    rule = Rule("month", date(2026, 1, 31))
    assert some(rule, 5) == said(
        "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"
    )
    assert some(Rule("month", date(2028, 1, 29)), 2) == said("2028-01-29", "2028-02-29")
    assert some(Rule("month", date(2026, 12, 30)), 3)[-1] == date(2027, 2, 28)


def test_month_ends_are_ends_whatever_day_it_begins_on():
    rule = Rule("month_end", date(2027, 11, 9), times=4)
    assert some(rule) == said("2027-11-30", "2027-12-31", "2028-01-31", "2028-02-29")


def test_once_is_once_and_the_last_day_belongs_to_it():
    assert some(Rule("once", date(2026, 3, 5))) == said("2026-03-05")
    assert some(Rule("week", date(2026, 3, 5), until=date(2026, 3, 19))) == said(
        "2026-03-05", "2026-03-12", "2026-03-19"
    )
    assert some(Rule("day", date(2026, 2, 27), times=3)) == said(
        "2026-02-27", "2026-02-28", "2026-03-01"
    )
    assert some(Rule("week", date(2026, 3, 5), until=date(2026, 3, 4))) == []


@given(RULES)
def test_days_only_go_forward_and_keep_to_their_ends(rule):
    days = some(rule)
    assert all(earlier < later for earlier, later in pairwise(days))
    assert all(rule.until is None or day <= rule.until for day in days)
    assert len(days) <= (1 if rule.every == "once" else rule.times or 60)
    if rule.every == "month":
        last = [calendar.monthrange(day.year, day.month)[1] for day in days]
        assert [day.day for day in days] == [min(rule.first.day, one) for one in last]
    if rule.every == "month_end":
        assert all((day + timedelta(days=1)).day == 1 for day in days)
    if rule.every == "week":
        assert {day.weekday() for day in days} <= {rule.first.weekday()}
    if rule.every in ("month", "month_end"):
        months = [day.year * 12 + day.month for day in days]
        assert months == list(range(months[0], months[0] + len(months))) if months else True


@given(DAYS, st.sampled_from(ZONES), st.sampled_from([PAID_AT, *AGAIN_AT, time(2, 30)]))
def test_a_moment_is_on_its_day_where_the_customer_lives(day, zone, at):
    there = moment(day, at, zone).astimezone(ZoneInfo(zone))
    assert there.date() == day
    assert there.time().replace(fold=0) >= at, "later only where clocks are put forward over it"
    assert moment(day + timedelta(days=1), at, zone) > moment(day, at, zone)


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        ("2026-03-28", time(8), "07:00"),  # winter in Paris
        ("2026-03-29", time(8), "06:00"),  # the day summer time begins
        ("2026-03-29", time(2, 30), "01:30"),  # does not exist: an hour later, 03:30
        ("2026-10-25", time(2, 30), "00:30"),  # comes twice: the first
        ("2026-10-25", time(8), "07:00"),
    ],
)
def test_clocks_that_change_do_not_move_the_hour(day, at, utc):
    assert f"{moment(date.fromisoformat(day), at, 'Europe/Paris'):%H:%M}" == utc


@pytest.mark.parametrize(
    ("now", "again"),
    [
        ("05:00", "09:00"),  # 08:00 in Nairobi, and 12:00
        ("09:00", "13:00"),
        ("16:59", "17:00"),
        ("17:00", None),
        ("20:59", None),
    ],
)
def test_what_failed_is_tried_at_set_hours_of_the_same_day(now, again):
    at = datetime.fromisoformat(f"2026-03-04T{now}").replace(tzinfo=UTC)
    found = next_try(at, "Africa/Nairobi")
    assert (found and f"{found:%H:%M}") == again
