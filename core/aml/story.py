"""What was done with an investigation, by whom and when, as its log tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.access.actors import Actor
from core.aml.guard import DETAILS, compliance
from core.store.unit import Unit

MOST = 200


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done. ``by`` is None for the house itself."""

    at: datetime
    by: UUID | None
    what: str
    details: Mapping[str, str]


def of_case(unit: Unit, actor: Actor, case_id: UUID) -> list[Step]:
    """Return what was done with an investigation, the oldest first; looks are left out."""
    with compliance(unit, actor, "aml.read", about="case", about_id=case_id):
        rows = unit.all(
            """
            select log_id, at, actor_id, action, details from aml_log
            where about = 'case' and about_id = %(case)s and action <> 'looked'
            order by at, log_id limit %(most)s
            """,
            case=str(case_id),
            most=MOST,
        )
    return [
        Step(
            row.at,
            row.actor_id,
            row.action,
            unit.keys.open_json(bytes(row.details), field=DETAILS, row=row.log_id),
        )
        for row in rows
    ]
