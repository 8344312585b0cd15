"""What happened to documents of customers: never words, so that whoever may see one may see all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.kyc.documents import Status
from core.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a document; ``by`` is a member of staff or the customer."""

    at: datetime
    became: Status
    by_kind: str
    by: UUID | None
    reason: str


def events(unit: Unit, documents: Sequence[UUID]) -> dict[UUID, list[Event]]:
    """Return what happened to documents, each oldest first."""
    rows = unit.all(
        """
        select doc_id, at, became, by_kind, by, coalesce(reason_code, '') as reason
        from kyc_events where doc_id = any(%(ids)s) order by doc_id, n
        """,
        ids=list(documents),
    )
    told: dict[UUID, list[Event]] = {one: [] for one in documents}
    for row in rows:
        told[row.doc_id].append(Event(row.at, row.became, row.by_kind, row.by, row.reason))
    return told
