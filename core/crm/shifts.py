"""When staff are there: their hours in a week, by a country's time and holidays, and absences.

A roster is somebody's week. A shift that ends no later than it starts ends on the next day. On a
public holiday there is none, and on a day with hours of its own it is cut to these, unless somebody
works on holidays too. Absences (away for a while, or on leave) win over every shift.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from core.access import audit, staff
from core.access.actors import Actor
from core.crm import calendar
from core.crm.calendar import Calendar, Hours, Span
from core.errors import DeskRefusal
from core.store.unit import Row, Unit

Why = Literal["away", "leave"]
Absence = tuple[datetime, datetime | None]
LOOKED_AHEAD = timedelta(days=62)
_DAY = timedelta(days=1)
WEEK = range(1, 8)
"""ISO: Monday is 1."""


class BadShift(DeskRefusal):
    """Hours, a country or an absence cannot be right. Fact: ``what``."""

    code = "bad_shift"


@dataclass(frozen=True, slots=True)
class Roster:
    """When somebody works."""

    staff: UUID
    calendar: Calendar
    on_holidays: bool
    shifts: Mapping[int, Hours]
    """By weekday; none: they are given nothing, and are nowhere missed."""
    absences: tuple[Absence, ...] = ()
    """From when until when, as far as anybody knows; in their order."""

    def away_at(self, moment: datetime) -> bool:
        """Return whether somebody is absent at an instant, whatever their shift."""
        return self._absent(moment) is not None

    def on_at(self, moment: datetime) -> bool:
        """Return whether somebody is there at an instant."""
        day = self.calendar.day_of(moment)
        spans = (self.span(day - _DAY), self.span(day))
        on = any(span is not None and span[0] <= moment < span[1] for span in spans)
        return on and not self.away_at(moment)

    def back_at(self, moment: datetime) -> datetime | None:
        """Return the first instant from ``moment`` on at which somebody is there.

        None if that is not within two months, or nobody knows.
        """
        first = self.calendar.day_of(moment) - _DAY
        for ahead in range(LOOKED_AHEAD.days):
            span = self.span(first + timedelta(days=ahead))
            if span is None or span[1] <= moment:
                continue
            there = max(span[0], moment)
            while (absence := self._absent(there)) is not None:
                if absence[1] is None:
                    return None
                there = absence[1]
            if there < span[1]:
                return there
        return None

    def span(self, day: date) -> Span | None:
        """Return the shift that begins on a local day (in UTC); None: there is none."""
        hours = self.shifts.get(day.isoweekday())
        if hours is None:
            return None
        starts, ends = hours
        begin = self.calendar.at(day, starts)
        end = self.calendar.at(day if ends > starts else day + _DAY, ends)
        if self.on_holidays:
            return begin, end
        if self.calendar.is_holiday(day):
            return None
        own = self.calendar.open_on(day) if day in self.calendar.days else None
        if own is not None:
            begin, end = max(begin, own[0]), min(end, own[1])
        return (begin, end) if begin < end else None

    def _absent(self, moment: datetime) -> Absence | None:
        for since, until in self.absences:
            if since <= moment and (until is None or moment < until):
                return since, until
        return None


COLUMNS = """r.country, coalesce(r.on_holidays, false) as on_holidays,
    array(select h.weekday from staff_shifts h where h.staff_id = s.id order by h.weekday) as days,
    array(select h.starts from staff_shifts h where h.staff_id = s.id order by h.weekday) as starts,
    array(select h.ends from staff_shifts h where h.staff_id = s.id order by h.weekday) as ends,
    array(select a.since from staff_absences a where a.staff_id = s.id and a.ended_at is null
        and (a.until is null or a.until > %(now)s) order by a.since, a.id) as gone,
    array(select a.until from staff_absences a where a.staff_id = s.id and a.ended_at is null
        and (a.until is null or a.until > %(now)s) order by a.since, a.id) as back"""
"""Of ``staff s left join staff_rosters r``, as `read_roster` takes them."""


def read_roster(row: Row, calendars: Mapping[str, Calendar]) -> Roster:
    """Return a roster of a row with ``id`` and ``COLUMNS``."""
    return Roster(
        staff=row.id,
        calendar=calendars[row.country or calendar.HOME],
        on_holidays=row.on_holidays,
        shifts={
            day: (starts, ends)
            for day, starts, ends in zip(row.days, row.starts, row.ends, strict=True)
        },
        absences=tuple(zip(row.gone, row.back, strict=True)),
    )


def roster(unit: Unit, member: UUID) -> Roster:
    """Return when somebody works; without any shift where nobody has said.

    :raises NoSuchStaff: if nobody works here under that id
    """
    row = unit.maybe(
        f"""
        select s.id, {COLUMNS} from staff s left join staff_rosters r on r.staff_id = s.id
        where s.id = %(staff)s
        """,
        staff=member,
        now=unit.now,
    )
    if row is None:
        raise staff.NoSuchStaff
    country = row.country or calendar.HOME
    return read_roster(row, calendar.load_all(unit, [country]))


def set_shift(
    unit: Unit,
    actor: Actor,
    member: UUID,
    *,
    country: str,
    hours: Mapping[int, Hours],
    on_holidays: bool = False,
) -> Roster:
    """Say when somebody works: hours by weekday, in a country's time; none takes them off the list.

    :raises Forbidden: if ``actor`` may not hand out cases
    :raises NoSuchStaff: if nobody works here under that id
    :raises BadShift: if there is no calendar of that country, or no such weekday
    """
    actor.require("cases.assign")
    before = roster(unit, member)
    if not set(hours) <= set(WEEK):
        raise BadShift(what="weekday")
    if not unit.value("select exists(select from calendars where country = %(c)s)", c=country):
        raise BadShift(what="country")
    unit.run(
        """
        insert into staff_rosters (staff_id, country, on_holidays, updated_at, updated_by)
        values (%(staff)s, %(country)s, %(on_holidays)s, %(now)s, %(by)s)
        on conflict (staff_id) do update set country = excluded.country,
            on_holidays = excluded.on_holidays, updated_at = excluded.updated_at,
            updated_by = excluded.updated_by
        """,
        staff=member,
        country=country,
        on_holidays=on_holidays,
        by=str(actor.id or actor.role),
        now=unit.now,
    )
    unit.run("delete from staff_shifts where staff_id = %(staff)s", staff=member)
    unit.run(
        """
        insert into staff_shifts (staff_id, weekday, starts, ends)
        select %(staff)s, * from unnest(%(days)s::smallint[], %(starts)s::time[], %(ends)s::time[])
        """,
        staff=member,
        days=list(hours),
        starts=[starts for starts, _ in hours.values()],
        ends=[ends for _, ends in hours.values()],
    )
    audit.note(
        unit,
        actor,
        "staff.shift_set",
        subject="staff",
        subject_id=member,
        before={"country": before.calendar.country, "hours": _told(before.shifts)},
        after={"country": country, "hours": _told(hours), "on_holidays": on_holidays},
    )
    return roster(unit, member)


def away(
    unit: Unit,
    actor: Actor,
    member: UUID,
    *,
    why: Why = "away",
    since: datetime | None = None,
    until: datetime | None = None,
) -> None:
    """Note that somebody is not there, from now on or ``since``, until then or nobody knows when.

    Everybody says so for themselves; who hands out cases does for others, and of leave.

    :raises Forbidden: if ``actor`` may do neither
    :raises NoSuchStaff: if nobody works here under that id
    :raises BadShift: if it would be over before it begins
    """
    _require_own(actor, member, alone=why == "leave")
    staff.get(unit, member)
    since = since or unit.now
    if until is not None and until <= since:
        raise BadShift(what="until")
    unit.run(
        """
        insert into staff_absences (id, staff_id, why, since, until, noted_at, noted_by)
        values (%(id)s, %(staff)s, %(why)s, %(since)s, %(until)s, %(now)s, %(by)s)
        """,
        id=unit.new_id(),
        staff=member,
        why=why,
        since=since,
        until=until,
        by=str(actor.id or actor.role),
        now=unit.now,
    )
    noted = {"why": why, "since": since.isoformat(), "until": until and until.isoformat()}
    audit.note(unit, actor, "staff.away", subject="staff", subject_id=member, after=noted)


def back(unit: Unit, actor: Actor, member: UUID) -> bool:
    """Note that somebody is there again; return whether they were absent. Leave to come stays.

    :raises Forbidden: if it is neither ``actor`` themselves nor do they hand out cases
    """
    _require_own(actor, member)
    ended = unit.run(
        """
        update staff_absences set ended_at = %(now)s
        where staff_id = %(staff)s and ended_at is null and since <= %(now)s
            and (until is null or until > %(now)s)
        """,
        staff=member,
        now=unit.now,
    )
    if ended:
        audit.note(unit, actor, "staff.back", subject="staff", subject_id=member)
    return bool(ended)


def _require_own(actor: Actor, member: UUID, *, alone: bool = False) -> None:
    if alone or actor.id != member:
        actor.require("cases.assign")


def _told(hours: Mapping[int, Hours]) -> dict[str, Sequence[str]]:
    return {
        str(day): [starts.isoformat("minutes"), ends.isoformat("minutes")]
        for day, (starts, ends) in sorted(hours.items())
    }
