"""That the authority has the report of an investigation, as the investigation keeps it."""

from datetime import datetime
from uuid import UUID

from core.access.actors import Actor
from core.aml.guard import compliance, noted
from core.store.unit import Unit


def filed(unit: Unit, actor: Actor, case_id: UUID, *, number: str, at: datetime) -> None:
    """Keep under which number the authority has it, and since when; its clock ends."""
    with compliance(unit, actor, "reports.approve", about="case", about_id=case_id):
        unit.run(
            """
            update aml_cases set filed_at = %(at)s, filed_as = %(number)s, version = version + 1
            where case_id = %(case)s and conclusion = 'reported'
            """,
            case=case_id,
            number=number,
            at=at,
        )
    noted(unit, actor, "filed", about="case", about_id=case_id, details={"number": number})


def owed(unit: Unit, actor: Actor) -> list[UUID]:
    """Return the investigations whose report was decided and not filed yet."""
    with compliance(unit, actor, "reports.make", about="investigations"):
        rows = unit.all(
            """
            select case_id from aml_cases
            where conclusion = 'reported' and filed_at is null order by report_due limit 500
            """
        )
    return [row.case_id for row in rows]
