"""How many reports were prepared and filed in a time: figures for the summary."""

from datetime import datetime

from core.access.actors import Actor
from core.aml.guard import compliance
from core.store.unit import Unit


def between(
    unit: Unit, actor: Actor, *, country: str, since: datetime, until: datetime
) -> list[dict[str, object]]:
    """Return how many reports of a country were filed in a time, of each type, and how many late.

    :raises Forbidden: if they do not make reports
    """
    with compliance(unit, actor, "reports.make", about="figures"):
        rows = unit.all(
            """
            select type, count(*) as filed, count(*) filter (where filed_at > due_at) as late
            from regulatory_reports
            where country = %(country)s and filed_at >= %(since)s and filed_at < %(until)s
            group by type order by type
            """,
            country=country,
            since=since,
            until=until,
        )
    return [{"type": row.type, "filed": row.filed, "late": row.late} for row in rows]
