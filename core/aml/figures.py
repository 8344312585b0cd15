"""How much is suspected, looked into and concluded in a time: figures that name nobody."""

from datetime import datetime
from typing import Any

from core.access.actors import Actor
from core.aml.guard import compliance
from core.store.unit import Unit


def month(
    unit: Unit, actor: Actor, *, country: str, since: datetime, until: datetime
) -> dict[str, Any]:
    """Return a country's figures of a time: alerts by kind and severity, and how cases ended.

    They are those of the customers who bank there.

    :raises Forbidden: if they do not belong to compliance
    """
    with compliance(unit, actor, "aml.read", about="figures"):
        raised = unit.all(
            """
            select type, severity, count(*) as many, count(breached_at) as late from aml_alerts
            where "timestamp" >= %(since)s and "timestamp" < %(until)s
                and reported_in(customer_id) = %(country)s
            group by type, severity order by type, severity
            """,
            country=country,
            since=since,
            until=until,
        )
        cases = unit.all(
            """
            select conclusion, count(*) as many from aml_cases
            where concluded_at >= %(since)s and concluded_at < %(until)s
                and reported_in(customer_id) = %(country)s
            group by conclusion order by conclusion
            """,
            country=country,
            since=since,
            until=until,
        )
        opened: int = unit.value(
            """
            select count(*) from aml_cases
            where opened_at >= %(since)s and opened_at < %(until)s
                and reported_in(customer_id) = %(country)s
            """,
            country=country,
            since=since,
            until=until,
        )
    return {
        "alerts": [
            {"type": one.type, "severity": one.severity, "raised": one.many, "late": one.late}
            for one in raised
        ],
        "investigations": {
            "opened": opened,
            "concluded": {one.conclusion: one.many for one in cases},
        },
    }
