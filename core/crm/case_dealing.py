"""What the house hands out by itself: by skill, language, load and hours; never beyond capacity.

A waiting case goes to whoever spoke with its customer within a week, if they are there; else to who
carries least of those on shift who are good at its category and speak its language. Where nobody
fits it waits in the queue, and people take it themselves. What somebody has who is not there, and
whose answer is due before they are back, goes to somebody else, or back into the queue.

Choosing locks nothing. Each case is then given in a unit of its own, which looks again: whoever was
quicker keeps it.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from core.crm import calendar, case_queue, shifts
from core.crm.case_queue import ORDER, USUAL_CAPACITY
from core.crm.case_takers import PERMISSION, Taker, of_row
from core.crm.shifts import Roster
from core.store.unit import Row, Unit

AT_ONCE = 50
SPOKEN_WITHIN = timedelta(days=7)
"""How long ago somebody may have spoken with a customer to be given their next case."""
MOST_STAFF = 1000
_LONG_AGO = datetime.min.replace(tzinfo=UTC)

# A case of high priority weighs as much as two of the priority below it.
PEOPLE = f"""
select s.id, s.skills, s.languages,
    array(select c.category from role_case_categories c where c.role = s.role) as only,
    exists(select from role_permissions l
           where l.role = s.role and l.permission = 'cases.assign') as leads,
    coalesce(k.most, %(usual)s) as most, held.many, held.load, held.last, {shifts.COLUMNS}
from staff s
join role_permissions p on p.role = s.role and p.permission = %(permission)s
left join staff_rosters r on r.staff_id = s.id
left join case_capacity k on k.staff_id = s.id
cross join lateral (
    select count(*) as many, coalesce(sum(8 >> c.urgency), 0) as load, max(c.assigned_at) as last
    from cases c
    where c.assigned_to = s.id and c.status in ('Open', 'InProgress', 'Escalated')
) held
where s.is_active and (r.staff_id is not null or exists(
    select from staff_absences a where a.staff_id = s.id and a.ended_at is null))
order by s.id limit %(limit)s
"""

WAITING = f"""
select q.*, (
    select n.actor from cases o join case_notes n on n.case_id = o.id
    where o.customer_id = q.customer_id and n.by = 'agent' and not n.internal and n.at > %(since)s
    order by n.at desc, n.id desc limit 1) as knows
from (
    select c.id, c.category, c.language, c.status, c.urgency, c.customer_id, null::uuid as owner,
        null::timestamptz as reply_due
    from cases c
    where c.assigned_to is null and c.status in ('Open', 'Escalated') and c.category <> all(
        array(select d.category from case_dealing d where not d.automatic))
    order by {ORDER.format(c="c.")} limit %(most)s
) q
"""

LEFT_BEHIND = """
select c.id, c.category, c.language, c.status, c.urgency, c.customer_id, c.assigned_to as owner,
    c.reply_due, null::uuid as knows
from cases c
where c.assigned_to = any(%(staff)s) and c.status in ('Open', 'InProgress', 'Escalated')
    and c.reply_running_since is not null and c.category <> all(
        array(select d.category from case_dealing d where not d.automatic))
order by c.reply_due, c.id limit %(most)s
"""


@dataclass(slots=True)
class Colleague:
    """Somebody who may be given cases, with what they carry, kept up while cases are given out."""

    id: UUID
    taker: Taker
    leads: bool
    roster: Roster
    most: int
    many: int
    load: int
    last: datetime | None
    """When they were last given one of those they have."""

    def may_have(self, case: Row, now: datetime) -> bool:
        """Return whether a case may go to them: there, fit, and with room for it."""
        return (
            self.many < self.most
            and (self.leads or case.status != "Escalated")
            and self.taker.takes(case.category)
            and self.taker.fits(case.category, case.language)
            and self.roster.on_at(now)
        )

    def given(self, case: Row, now: datetime) -> None:
        """Carry another case."""
        self.many, self.load, self.last = self.many + 1, self.load + (8 >> case.urgency), now


@dataclass(frozen=True, slots=True)
class Dealt:
    """The cases that changed hands."""

    given: list[UUID]
    moved: list[UUID]


def tick(unit: Callable[[], AbstractContextManager[Unit]], *, most: int = AT_ONCE) -> Dealt:
    """Move what is left behind, then give out what waits, a bounded number of cases of each."""
    with unit() as one:
        team = people(one)
        behind = left_behind(one, team, most=most)
    moved = [case.id for case in behind if _moved(unit, team, case)]
    with unit() as one:
        waits = waiting(one, most=most) if any(who.roster.on_at(one.now) for who in team) else []
    return Dealt([case.id for case in waits if _given(unit, team, case)], moved)


def people(unit: Unit) -> list[Colleague]:
    """Return those who have hours of work, or are absent, and take cases."""
    rows = unit.all(
        PEOPLE, permission=PERMISSION, usual=USUAL_CAPACITY, now=unit.now, limit=MOST_STAFF
    )
    countries = {row.country or calendar.HOME for row in rows}
    calendars = calendar.load_all(unit, countries) if rows else {}
    return [
        Colleague(
            id=row.id,
            taker=of_row(row),
            leads=row.leads,
            roster=shifts.read_roster(row, calendars),
            most=row.most,
            many=row.many,
            load=row.load,
            last=row.last,
        )
        for row in rows
    ]


def waiting(unit: Unit, *, most: int = AT_ONCE) -> Sequence[Row]:
    """Return cases at the front of the queue that the house may hand out, with who ``knows``."""
    return unit.all(WAITING, since=unit.now - SPOKEN_WITHIN, most=most)


def left_behind(unit: Unit, team: Iterable[Colleague], *, most: int = AT_ONCE) -> Sequence[Row]:
    """Return cases of people who are not there and will not be before an answer is due."""
    gone = {who.id: who.roster.back_at(unit.now) for who in team if _is_gone(who, unit.now)}
    if not gone:
        return []
    rows = unit.all(LEFT_BEHIND, staff=list(gone), most=most)
    return [row for row in rows if (back := gone[row.owner]) is None or row.reply_due < back]


def choose(case: Row, team: Iterable[Colleague], now: datetime) -> Colleague | None:
    """Return who should have a case: who knows its customer, else who carries least; or nobody.

    Of those who carry as little, it is who was given nothing for longest.
    """
    fit = [who for who in team if who.id != case.owner and who.may_have(case, now)]
    for who in fit:
        if who.id == case.knows:
            return who
    return min(fit, key=_burden, default=None)


def _burden(who: Colleague) -> tuple[int, bool, datetime, UUID]:
    return who.load, who.last is not None, who.last or _LONG_AGO, who.id


def _is_gone(who: Colleague, now: datetime) -> bool:
    return who.roster.away_at(now) or (bool(who.roster.shifts) and not who.roster.on_at(now))


def _given(
    unit: Callable[[], AbstractContextManager[Unit]], team: list[Colleague], case: Row
) -> bool:
    with unit() as one:
        who = choose(case, team, one.now)
        if who is None:
            return False
        if case_queue.deal(one, case.id, who.id) is None:
            if not case_queue.has_room(one, who.id):
                who.many = who.most  # they took cases themselves meanwhile
            return False
        who.given(case, one.now)
    return True


def _moved(
    unit: Callable[[], AbstractContextManager[Unit]], team: list[Colleague], case: Row
) -> bool:
    with unit() as one:
        who = choose(case, team, one.now)
        to = None if who is None else who.id
        if case_queue.pass_on(one, case.id, since=case.owner, to=to) is None:
            return False
        if who is not None:
            who.given(case, one.now)
    return True
