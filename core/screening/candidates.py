"""The listed names that a name may be: found by their groups of three letters, judged later.

The threshold stands in ``screening_look``: of 35,000 names it leaves some twenty, and loses one
misspelt name in a hundred.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from psycopg.types.range import Range

from core.screening.names import Name
from core.screening.party import Listed, ListKind, Span
from core.store.unit import Row, Unit

MOST = 20
ONE_DAY = timedelta(days=1)
LOOK = "select * from screening_look(%(form)s::text, %(sound)s::text, %(most)s)"


@dataclass(frozen=True, slots=True)
class Limits:
    """From which score on a person looks, and from which nothing goes on; None: a person always."""

    review: float
    block: float | None


@dataclass(frozen=True, slots=True)
class Looked:
    """What a name was compared with: the state of the lists, the bands, the likest names."""

    state: int
    limits: Mapping[ListKind, Limits]
    listed: tuple[Listed, ...]


def look(unit: Unit, name: Name) -> Looked:
    """Return the listed names most like a name, at most twenty, in one statement."""
    form, sound = (name.form, None) if name.vowels else (None, name.sound)
    rows = unit.all(LOOK, form=form, sound=sound, most=MOST)
    return Looked(
        rows[0].state_id,
        limits_of(rows[0].bands),
        tuple(listed_of(row) for row in rows if row.entry_id is not None),
    )


def limits_of(bands: Mapping[ListKind, tuple[float, float | None]]) -> dict[ListKind, Limits]:
    """Return the bands as the database tells them."""
    return {kind: Limits(review, block) for kind, (review, block) in bands.items()}


def listed_of(row: Row) -> Listed:
    """Return a listed name as the database tells it."""
    return Listed(
        entry_id=row.entry_id,
        family=row.family,
        key=row.key,
        entry=row.entry,
        list_kind=row.list_kind,
        kind=row.kind,
        name=row.name,
        quality=row.quality,
        born=tuple(span_of(each) for each in row.born),
        countries=frozenset(row.countries),
        places=frozenset(row.places),
    )


def span_of(told: Range[date]) -> Span:
    """Return a range of days as it is told: the database ends one on the first day without it."""
    if told.lower is None or told.upper is None:
        raise ValueError("nobody was born at no time")
    return told.lower, told.upper - ONE_DAY
