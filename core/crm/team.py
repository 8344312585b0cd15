"""Who takes cases, as whoever hands them out sees them: what each is good at, has, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.access import staff
from core.access.actors import Actor
from core.crm import calendar, case_takers, shifts
from core.crm.case_queue import USUAL_CAPACITY
from core.crm.shifts import Roster
from core.store.unit import Row, Unit

MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Mate:
    """Somebody who takes cases."""

    id: UUID
    name: str
    role: str
    skills: tuple[str, ...]
    """Categories; none: all of them."""
    languages: tuple[str, ...]
    most: int
    """How many cases they may have in hand."""
    in_hand: int
    roster: Roster
    there: bool
    away: bool
    """Whether they are absent, whatever their shift."""
    back_at: datetime | None
    """When they are there next; None where nobody knows, and for whoever is there."""


LIST = f"""
select s.id, s.role, s.skills, s.languages, coalesce(k.most, %(usual)s) as most, held.many,
    {shifts.COLUMNS}
from staff s
join role_permissions p on p.role = s.role and p.permission = %(permission)s
left join staff_rosters r on r.staff_id = s.id
left join case_capacity k on k.staff_id = s.id
cross join lateral (
    select count(*)::int as many from cases c
    where c.assigned_to = s.id and c.status in ('Open', 'InProgress', 'Escalated')
) held
where s.is_active and (%(only)s::uuid is null or s.id = %(only)s)
    and (%(after)s::uuid is null
        or (s.created_at, s.id) > (select a.created_at, a.id from staff a where a.id = %(after)s))
order by s.created_at, s.id limit %(limit)s
"""


def page(
    unit: Unit, actor: Actor, *, after: UUID | None = None, limit: int = MOST_LISTED
) -> list[Mate]:
    """Return those who take cases by when they were added; ``after`` is the last one seen.

    :raises Forbidden: if ``actor`` may not hand out cases
    """
    actor.require("cases.assign")
    return _read(unit, after=after, limit=max(1, min(limit, MOST_LISTED)))


def mate(unit: Unit, actor: Actor, member: UUID) -> Mate:
    """Return one of them, for themselves or for whoever hands out cases.

    :raises Forbidden: if ``actor`` is neither
    :raises NoSuchStaff: if nobody under that id takes cases
    """
    if actor.id != member:
        actor.require("cases.assign")
    found = _read(unit, only=member)
    if not found:
        raise staff.NoSuchStaff
    return found[0]


def countries(unit: Unit) -> list[str]:
    """Return the countries somebody may work by the time of: those with a calendar."""
    return [row.country for row in unit.all("select country from calendars order by country")]


def _read(
    unit: Unit, *, only: UUID | None = None, after: UUID | None = None, limit: int = 1
) -> list[Mate]:
    rows = unit.all(
        LIST,
        usual=USUAL_CAPACITY,
        permission=case_takers.PERMISSION,
        only=only,
        after=after,
        limit=limit,
        now=unit.now,
    )
    homes = {row.country or calendar.HOME for row in rows}
    calendars = calendar.load_all(unit, homes) if rows else {}
    rosters = [shifts.read_roster(row, calendars) for row in rows]
    names = staff.names(unit, [row.id for row in rows])
    return _mates(rows, rosters, names, unit.now)


def _mates(
    rows: Sequence[Row], rosters: Sequence[Roster], names: dict[UUID, str], now: datetime
) -> list[Mate]:
    return [
        Mate(
            id=row.id,
            name=names[row.id],
            role=row.role,
            skills=tuple(row.skills),
            languages=tuple(row.languages),
            most=row.most,
            in_hand=row.many,
            roster=roster,
            there=(there := roster.on_at(now)),
            away=roster.away_at(now),
            back_at=None if there else roster.back_at(now),
        )
        for row, roster in zip(rows, rosters, strict=True)
    ]
