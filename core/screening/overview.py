"""Screening in figures: what waits, and how old what is compared with is. Nobody is named."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Overview:
    """Open hits by band, the age of each list's newest version, and of the run under way."""

    hits: Mapping[str, int]
    list_seconds: Mapping[str, float]
    run_seconds: float


def overview(unit: Unit) -> Overview:
    """Return the figures of this moment."""
    hits = unit.all(
        "select band, count(*) as many from screening_hits where status = 'open' group by band"
    )
    lists = unit.all(
        """
        select list_id, extract(epoch from %(now)s - max(imported_at))::float8 as seconds
        from screening_versions group by list_id
        """,
        now=unit.now,
    )
    run: float | None = unit.value(
        "select extract(epoch from %(now)s - began_at)::float8 from screening_runs"
        " where ended_at is null",
        now=unit.now,
    )
    return Overview(
        {"review": 0, "block": 0} | {row.band: row.many for row in hits},
        {row.list_id: row.seconds for row in lists},
        run or 0.0,
    )
