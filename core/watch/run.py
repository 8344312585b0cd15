"""Watching: each day that is over is taken over, looked through and done, once and in order.

A day is one unit: whatever dies in the middle leaves nothing of it, and the next run begins with
it again. What the live set finds is an alert; what a set in shadow finds is kept for comparison.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from core.access.actors import SYSTEM
from core.aml.alerts import raise_alert
from core.aml.guard import compliance
from core.store.crashpoints import reached
from core.store.unit import Row, Unit
from core.watch import typologies

BANK = "bank"
GRACE = timedelta(minutes=10)
"""How long after midnight (UTC) a day is left alone: a posting of its last second may come late."""
KEPT = timedelta(days=400)
"""How long movements stay: longer than any typology looks back."""
MOST_DAYS_BACK = 90
"""How far back the first run of all begins."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a typology found of one customer."""

    id: UUID
    typology: str
    version: int
    """Of the set that found it."""
    customer: UUID
    first_at: datetime
    last_at: datetime
    worth: int
    """In US cents."""
    confidence: int
    """Of a thousand."""
    severity: str
    facts: dict[str, str]
    movements: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A day that was gone through."""

    day: date
    movements: int
    """Taken over; 0 for a simulation, whose movements stand there already."""
    live: tuple[Found, ...]
    shadow: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """How much of one kind the live set has found."""

    typology: str
    severity: str
    many: int


def next_day(unit: Unit) -> date | None:
    """Return the day that is to be gone through next, None when every day that is over has been."""
    day = _first_left(unit)
    return day if day is not None and day <= _last_over(unit) else None


def days_left(unit: Unit) -> int:
    """Return how many days are over and were not gone through."""
    day = _first_left(unit)
    return 0 if day is None else max(0, (_last_over(unit) - day).days + 1)


def counted(unit: Unit) -> Sequence[Counted]:
    """Return how much the live set has found; nobody can be told from it."""
    return [Counted(*row) for row in unit.all("select * from watch_counted() order by 1, 2")]


def _first_left(unit: Unit) -> date | None:
    last: date | None = unit.value("select max(day) from watch_days where population = 'bank'")
    if last is not None:
        return last + timedelta(days=1)
    first: datetime | None = unit.value(
        'select min("timestamp") from transactions where value_date >= %(since)s',
        since=unit.now.date() - timedelta(days=MOST_DAYS_BACK),
    )
    return None if first is None else first.astimezone(UTC).date()


def _last_over(unit: Unit) -> date:
    return (unit.now.astimezone(UTC) - GRACE).date() - timedelta(days=1)


def watch(unit: Unit, day: date) -> Done:
    """Go through a day of the bank: take it over, look for every typology, raise what is found.

    Two who try at once go one after the other, and the second finds nothing to do.
    """
    unit.run("select pg_advisory_xact_lock(hashtextextended('watch', 0))")
    done_before: bool = unit.value(
        "select exists(select from watch_days where population = 'bank' and day = %(day)s)", day=day
    )
    if done_before:
        return Done(day, 0, (), ())
    movements: int = unit.value("select watch_take(%(day)s)", day=day)
    unit.run("select watch_count_movements()")
    reached("watch.taken")
    done = look(unit, day, population=BANK, movements=movements)
    for one in done.live:
        _raise(unit, one)
    reached("watch.raised")
    unit.run("select watch_forget('bank', %(before)s)", before=unit.now - KEPT)
    return done


def look(unit: Unit, day: date, *, population: str, movements: int = 0) -> Done:
    """Look for every typology of the live set, and of the one in shadow, in the days up to one."""
    unit.run(
        """
        insert into watch_days (population, day, movements, done_at)
        values (%(population)s, %(day)s, %(movements)s, %(now)s)
        """,
        population=population,
        day=day,
        movements=movements,
        now=unit.now,
    )
    found: dict[str, tuple[Found, ...]] = {}
    sets = unit.all("select version, status from watch_sets where status in ('live', 'shadow')")
    for one in sets:
        found[one.status] = _look(unit, population, day, one.version)
        unit.run(
            """
            insert into watch_day_sets (population, day, set_version, found)
            values (%(population)s, %(day)s, %(version)s, %(found)s)
            """,
            population=population,
            day=day,
            version=one.version,
            found=len(found[one.status]),
        )
    return Done(day, movements, found.get("live", ()), found.get("shadow", ()))


def _look(unit: Unit, population: str, day: date, version: int) -> tuple[Found, ...]:
    with compliance(unit, SYSTEM, "aml.read", about="watch"):
        rows: Sequence[Row] = unit.all(
            "select * from watch_look(%(population)s, %(day)s, %(version)s)",
            population=population,
            day=day,
            version=version,
        )
    return tuple(
        Found(
            id=row.finding_id,
            typology=row.typology,
            version=row.set_version,
            customer=row.subject,
            first_at=row.first_at,
            last_at=row.last_at,
            worth=row.worth,
            confidence=row.confidence,
            severity=row.severity,
            facts={name: str(value) for name, value in row.facts.items()},
            movements=tuple(row.movements),
        )
        for row in rows
    )


def _raise(unit: Unit, one: Found) -> None:
    raise_alert(
        unit,
        type=one.typology,
        severity=one.severity,  # type: ignore[arg-type]
        customer=one.customer,
        transactions=one.movements,
        facts=one.facts | {"confidence": f"{one.confidence / 10:g} %"},
        source=f"typology {one.typology} {one.version}",
        key=f"{one.typology} {one.customer} {one.first_at.isoformat()}",
        why=dict.fromkeys(one.movements, typologies.why(one.typology)),
    )
