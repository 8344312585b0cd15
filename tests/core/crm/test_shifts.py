"""When staff are there: hours of a week, holidays, nights, absences; who may say so."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.access import audit
from core.access.actors import SYSTEM, Actor, Forbidden
from core.access.staff import NoSuchStaff
from core.crm import shifts, skills
from core.crm.calendar import Calendar
from core.crm.shifts import BadShift, Roster
from core.store.unit import Unit
from tests.core.crm.desk import staff

NAIROBI = ZoneInfo("Africa/Nairobi")
KENYA = Calendar(
    country="KE",
    zone=NAIROBI,
    opens=time(8),
    closes=time(17),
    weekdays=frozenset(range(1, 6)),
    days={date(2026, 12, 24): (time(8), time(12)), date(2026, 12, 28): None},
)
OFFICE = dict.fromkeys(range(1, 6), (time(9), time(18)))
NIGHT = {5: (time(22), time(6))}


def at(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=NAIROBI)


def roster(**other: object) -> Roster:
    facts: dict[str, object] = {
        "staff": None,
        "calendar": KENYA,
        "on_holidays": False,
        "shifts": OFFICE,
    }
    return Roster(**(facts | other))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        ("2026-12-23 08:59", False),
        ("2026-12-23 09:00", True),
        ("2026-12-23 17:59", True),
        ("2026-12-23 18:00", False),
        ("2026-12-24 11:59", True),
        ("2026-12-24 12:00", False),  # a half day
        ("2026-12-25 10:00", False),  # Christmas
        ("2026-12-27 10:00", False),  # a Sunday
        ("2026-12-28 10:00", False),  # closed by a row
    ],
)
def test_somebody_is_there_in_their_hours_and_not_on_holidays(moment: str, there: bool) -> None:
    assert roster().on_at(at(moment)) is there


def test_who_works_on_holidays_too_is_there() -> None:
    assert roster(on_holidays=True).on_at(at("2026-12-25 10:00"))
    assert roster(on_holidays=True).on_at(at("2026-12-24 15:00"))


def test_a_shift_over_midnight_ends_on_the_next_day() -> None:
    night = roster(shifts=NIGHT)
    assert [night.on_at(at(f"2026-12-{moment}")) for moment in (
        "18 21:59", "18 22:00", "19 05:59", "19 06:00", "20 01:00",
    )] == [False, True, True, False, False]  # fmt: skip


def test_back_after_a_weekend_a_holiday_and_leave() -> None:
    assert roster().back_at(at("2026-12-23 10:00")) == at("2026-12-23 10:00"), "is there"
    assert roster().back_at(at("2026-12-24 12:00")) == at("2026-12-29 09:00")
    leave = ((at("2026-12-29 00:00"), at("2026-12-30 13:00")),)
    assert roster(absences=leave).back_at(at("2026-12-24 12:00")) == at("2026-12-30 13:00")
    for_good = ((at("2026-12-20 00:00"), None),)
    assert roster(absences=for_good).back_at(at("2026-12-24 12:00")) is None
    assert roster(shifts={}).back_at(at("2026-12-24 12:00")) is None


@given(
    st.integers(0, 60 * 24 * 21),
    st.dictionaries(
        st.integers(1, 7),
        st.tuples(st.integers(0, 23), st.integers(0, 23)).map(lambda h: (time(h[0]), time(h[1]))),
        max_size=7,
    ),
    st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 5000)), max_size=3),
)
def test_who_is_back_is_there_then_and_was_not_before(
    minute: int, hours: dict[int, tuple[time, time]], absences: list[tuple[int, int]]
) -> None:
    start = datetime(2026, 12, 10, tzinfo=UTC)
    gone = tuple(
        (start + timedelta(minutes=since), start + timedelta(minutes=since + long))
        for since, long in sorted(absences)
    )
    mine, now = roster(shifts=hours, absences=gone), start + timedelta(minutes=minute)
    back = mine.back_at(now)
    if back is None:
        assert not hours
        return
    assert mine.on_at(back)
    looked = now
    while looked < min(back, now + timedelta(days=3)):
        assert not mine.on_at(looked)
        looked += timedelta(minutes=17)


def test_a_shift_is_set_kept_and_audited(unit: Unit) -> None:
    lead, agent = staff(unit, "supervisor"), staff(unit)
    assert agent.id is not None
    assert shifts.roster(unit, agent.id).shifts == {}
    mine = shifts.set_shift(unit, lead, agent.id, country="TZ", hours=OFFICE)
    assert (mine.calendar.country, mine.shifts, mine.on_holidays) == ("TZ", OFFICE, False)
    other = shifts.set_shift(unit, lead, agent.id, country="SN", hours=NIGHT, on_holidays=True)
    assert (other.calendar.country, other.shifts, other.on_holidays) == ("SN", NIGHT, True)
    assert shifts.set_shift(unit, lead, agent.id, country="SN", hours={}).shifts == {}
    entries = audit.page(unit, SYSTEM, action="staff.shift_set")
    assert entries[1].after == {
        "country": "SN", "hours": {"5": ["22:00", "06:00"]}, "on_holidays": True,
    }  # fmt: skip


def test_what_cannot_be_right_is_refused(unit: Unit) -> None:
    lead, agent = staff(unit, "supervisor"), staff(unit)
    assert agent.id is not None
    for country, hours in (("GB", OFFICE), ("KE", {8: (time(9), time(18))})):
        with pytest.raises(BadShift):
            shifts.set_shift(unit, lead, agent.id, country=country, hours=hours)
    with pytest.raises(BadShift):
        shifts.away(unit, lead, agent.id, until=unit.now)
    with pytest.raises(NoSuchStaff):
        shifts.set_shift(unit, lead, unit.new_id(), country="KE", hours=OFFICE)
    with pytest.raises(Forbidden):
        shifts.set_shift(unit, agent, agent.id, country="KE", hours=OFFICE)


def test_everybody_is_away_and_back_for_themselves_and_leave_is_given(unit: Unit) -> None:
    lead, agent, other = staff(unit, "supervisor"), staff(unit), staff(unit)
    assert agent.id is not None
    shifts.away(unit, agent, agent.id, until=unit.now + timedelta(minutes=30))
    assert shifts.roster(unit, agent.id).away_at(unit.now)
    for who, why in ((other, "away"), (agent, "leave")):
        with pytest.raises(Forbidden):
            shifts.away(unit, who, agent.id, why=why)  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        shifts.back(unit, other, agent.id)
    unit.now += timedelta(minutes=1)
    assert shifts.back(unit, agent, agent.id)
    assert not shifts.back(unit, agent, agent.id), "they are there already"
    assert not shifts.roster(unit, agent.id).away_at(unit.now)
    begins = unit.now + timedelta(days=3)
    shifts.away(unit, lead, agent.id, why="leave", since=begins, until=begins + timedelta(days=7))
    shifts.back(unit, lead, agent.id)
    mine = shifts.roster(unit, agent.id)
    assert [mine.away_at(begins + timedelta(days=n)) for n in (-1, 0, 6, 7)] == [
        False, True, True, False,
    ]  # fmt: skip


def test_skills_and_languages_are_set_and_audited(unit: Unit) -> None:
    lead, agent = staff(unit, "supervisor"), staff(unit)
    assert agent.id is not None

    def say(who: Actor, *of: str, languages: tuple[str, ...] = ("sw", "en")) -> None:
        skills.set_skills(unit, who, agent.id, skills=of, languages=languages)  # type: ignore[arg-type]

    with pytest.raises(Forbidden):
        say(agent, "Card")
    for strange in (("Weather",), ("Card", "Weather")):
        with pytest.raises(skills.BadSkill):
            say(lead, *strange)
    for languages in ((), ("de",)):
        with pytest.raises(skills.BadSkill):
            say(lead, "Card", languages=languages)
    say(lead, "Transfer", "Card")
    row = unit.one("select skills, languages from staff where id = %(id)s", id=agent.id)
    assert (row.skills, row.languages) == (["Card", "Transfer"], ["sw", "en"])
    unit.finish()
    assert unit.value("select count(*) from audit_log where action = 'staff.skills_set'") == 1
