"""Working time, against a model that looks at every single minute."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.crm import calendar
from core.crm.calendar import Calendar, NeverOpen
from core.store.unit import Unit

MINUTE = timedelta(minutes=1)
NAIROBI = Calendar(
    country="KE",
    zone=ZoneInfo("Africa/Nairobi"),
    opens=time(8),
    closes=time(17),
    weekdays=frozenset(range(1, 6)),
    days={date(2026, 12, 24): (time(8), time(12)), date(2026, 12, 28): None},
)
ZONES = ("Africa/Nairobi", "Africa/Lagos", "Europe/London", "America/New_York", "Asia/Kathmandu")


@cache
def holidays_of(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))


def works(calendar: Calendar, moment: datetime) -> bool:
    """Whether people work in the minute that begins then: the model."""
    local = moment.astimezone(calendar.zone)
    day, hour = local.date(), local.time()
    if day in calendar.days:
        hours = calendar.days[day]
        return hours is not None and hours[0] <= hour < hours[1]
    return (
        local.isoweekday() in calendar.weekdays
        and day not in holidays_of(calendar.country, day.year)
        and calendar.opens <= hour < calendar.closes
    )


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    # Around both changes of the clocks in 2026, at night too; none opens or closes during one.
    opens, closes = draw(st.sampled_from([(8, 17), (9, 13), (0, 5), (22, 23), (0, 23)]))
    near = st.sampled_from(
        [date(2026, 3, 7), date(2026, 3, 28), date(2026, 10, 24), date(2026, 12, 23)]
    )
    days = draw(
        st.dictionaries(
            st.builds(lambda first, n: first + timedelta(days=n), near, st.integers(0, 9)),
            st.sampled_from([None, (time(8), time(12)), (time(0), time(4, 30))]),
            max_size=5,
        )
    )
    return Calendar(
        country=draw(st.sampled_from(["KE", "ZA", "NG"])),
        zone=ZoneInfo(draw(st.sampled_from(ZONES))),
        opens=time(opens),
        closes=time(closes),
        weekdays=frozenset(draw(st.sets(st.integers(1, 7), min_size=3))),
        days=days,
    )


STARTS = st.builds(
    lambda first, minutes: first + minutes * MINUTE,
    st.sampled_from(
        [
            datetime(2026, month, day, tzinfo=UTC)
            for month, day in ((3, 6), (3, 27), (10, 23), (12, 23))
        ]
    ),
    st.integers(0, 5 * 24 * 60),
)


@settings(max_examples=150, deadline=None)
@given(calendars(), STARTS, st.integers(0, 4 * 24 * 60))
def test_working_time_is_what_every_minute_counted_comes_to(
    one: Calendar, since: datetime, minutes: int
) -> None:
    counted = sum(works(one, since + n * MINUTE) for n in range(minutes))
    assert one.worked(since, since + minutes * MINUTE) == counted * MINUTE


@settings(max_examples=150, deadline=None)
@given(calendars(), STARTS, st.integers(1, 18 * 60))
def test_a_deadline_is_the_end_of_the_last_minute_it_takes(
    one: Calendar, since: datetime, minutes: int
) -> None:
    deadline = one.after(since, minutes * MINUTE)
    assert one.worked(since, deadline) == minutes * MINUTE
    assert works(one, deadline - MINUTE), "not a minute later than it must be"


@settings(max_examples=200, deadline=None)
@given(calendars(), STARTS, st.integers(0, 10**9), st.integers(0, 10**9))
def test_spans_add_up(one: Calendar, since: datetime, a: int, b: int) -> None:
    middle = since + timedelta(milliseconds=a)
    end = middle + timedelta(milliseconds=b)
    assert one.worked(since, middle) + one.worked(middle, end) == one.worked(since, end)


@pytest.mark.parametrize(
    ("since", "hours", "until"),
    [
        ("2026-03-04 09:30", 9, "2026-03-05 09:30"),  # Wednesday, half past twelve in Nairobi
        ("2026-03-06 13:30", 1, "2026-03-09 05:30"),  # Friday, half an hour before five
        ("2026-03-07 10:00", 1, "2026-03-09 06:00"),  # a Saturday counts nothing
        ("2026-03-06 13:00", 1, "2026-03-06 14:00"),  # done at five sharp, and not on Monday
        ("2026-05-01 06:00", 1, "2026-05-04 06:00"),  # Labour Day
        ("2026-12-23 13:00", 6, "2026-12-29 06:00"),  # half a day, Christmas, a day of ours off
    ],
)
def test_deadlines_in_nairobi(since: str, hours: int, until: str) -> None:
    start, end = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (since, until))
    assert NAIROBI.after(start, timedelta(hours=hours)) == end


def test_a_day_on_which_the_clocks_change_is_as_long_as_it_is() -> None:
    london = Calendar("GB", ZoneInfo("Europe/London"), time(0), time(5), frozenset(range(1, 8)), {})
    for day, hours in ((date(2026, 3, 29), 4), (date(2026, 10, 25), 6), (date(2026, 6, 7), 5)):
        span = london.open_on(day)
        assert span is not None
        assert span[1] - span[0] == timedelta(hours=hours)


def test_a_calendar_that_never_opens_says_so() -> None:
    days = {date(2026, 1, 1) + timedelta(days=n): None for n in range(4 * 366)}
    shut = Calendar("KE", ZoneInfo("Africa/Nairobi"), time(8), time(17), frozenset({1}), days)
    with pytest.raises(NeverOpen):
        shut.after(datetime(2026, 1, 1, tzinfo=UTC), MINUTE)


def test_a_country_has_the_hours_and_days_that_are_written_down_for_it(unit: Unit) -> None:
    unit.run(
        "update calendars set opens = '07:30', weekdays = '{1,2,3,4,5,6}' where country = 'TZ'"
    )
    unit.run(
        """
        insert into calendar_days (country, day, opens, closes, why) values
            ('TZ', '2026-03-05', null, null, 'mourning'),
            ('TZ', '2026-03-08', '09:00', '11:00', 'a Sunday made up for')
        """
    )
    tanzania = calendar.load(unit, "TZ")
    assert tanzania.zone.key == "Africa/Dar_es_Salaam"
    assert tanzania.opens == time(7, 30)
    assert tanzania.open_on(date(2026, 3, 5)) is None
    assert tanzania.open_on(date(2026, 3, 7)) is not None
    sunday = tanzania.open_on(date(2026, 3, 8))
    assert sunday == (datetime(2026, 3, 8, 6, tzinfo=UTC), datetime(2026, 3, 8, 8, tzinfo=UTC))
    assert calendar.load(unit, "GB").country == "KE", "whoever has no calendar keeps ours"


@pytest.mark.parametrize("country", ["KE", "TZ", "UG", "RW", "NG", "GH", "ZA", "SN", "CM"])
def test_every_country_that_is_served_keeps_its_own_holidays(unit: Unit, country: str) -> None:
    kept = calendar.load(unit, country)
    assert kept.country == country
    assert kept.open_on(date(2026, 12, 25)) is None
    assert kept.open_on(date(2026, 11, 24)) is not None
