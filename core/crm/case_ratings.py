"""How content customers are with how their cases were solved, from 1 to 5."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.crm.case_store import Case, lock
from core.store.unit import Row, Unit

LOWEST, HIGHEST = 1, 5
LOW = 2
"""Up to here supervisors look into it."""
FLAG = "low_rating"
"""The tag of a case that was rated so."""
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Rating:
    """What a customer said of one time that a case was solved. ``resolution`` counts from 0."""

    case: UUID
    resolution: int
    rating: int
    at: datetime

    @property
    def low(self) -> bool:
        """Whether supervisors should look into it."""
        return self.rating <= LOW


def rate(unit: Unit, case: Case, rating: int) -> Rating:
    """Keep what a customer says of how a case was solved; of each time, the last word counts.

    A low rating marks the case with ``FLAG`` for its supervisors, and nothing else happens to it.

    :raises ValueError: if it is not from 1 to 5
    """
    if not LOWEST <= rating <= HIGHEST:
        raise ValueError(f"{rating} is no rating")
    before = lock(unit, case.id)
    unit.run(
        """
        insert into case_ratings (case_id, resolution, customer_id, rating, at)
        values (%(case)s, %(resolution)s, %(customer)s, %(rating)s, %(now)s)
        on conflict (case_id, resolution) do update set rating = excluded.rating, at = excluded.at
        """,
        case=before.id,
        resolution=before.reopened,
        customer=before.customer,
        rating=rating,
        now=unit.now,
    )
    unit.run(
        """
        update cases set version = version + 1, updated_at = %(now)s, updated_by = 'customer',
            tags = case when %(low)s then array_append(array_remove(tags, %(flag)s), %(flag)s)
                else array_remove(tags, %(flag)s) end
        where id = %(case)s and (%(flag)s = any(tags)) <> %(low)s
        """,
        case=before.id,
        flag=FLAG,
        low=rating <= LOW,
        now=unit.now,
    )
    return Rating(before.id, before.reopened, rating, unit.now)


def of(unit: Unit, case: UUID) -> list[Rating]:
    """Return what its customer said of a case, each time it was solved, in their order."""
    rows = unit.all(
        """
        select case_id, resolution, rating, at from case_ratings
        where case_id = %(case)s order by resolution
        """,
        case=case,
    )
    return [_read(row) for row in rows]


def low(unit: Unit, *, since: datetime, limit: int = MOST_LISTED) -> list[Rating]:
    """Return the low ratings since a moment, newest first: what supervisors look into."""
    rows = unit.all(
        """
        select case_id, resolution, rating, at from case_ratings
        where rating <= 2 and at >= %(since)s order by at desc, case_id limit %(limit)s
        """,
        since=since,
        limit=min(limit, MOST_LISTED),
    )
    return [_read(row) for row in rows]


def _read(row: Row) -> Rating:
    return Rating(row.case_id, row.resolution, row.rating, row.at)
