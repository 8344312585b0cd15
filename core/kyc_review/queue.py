"""The queue of documents that a person has to look at, and lists of what became of others."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from core.access import audit
from core.access.actors import Actor
from core.kyc.documents import Status
from core.kyc.pieces import DocumentType
from core.kyc_review.deciding import PERMISSION
from core.store.unit import Unit

View = Literal["waiting", "mine", "decided", "awaited"]
VIEWS: tuple[View, ...] = ("waiting", "mine", "awaited", "decided")
"""What is listed: what waits for a person, what is one's own, what still comes, what is over."""
_WHICH = {
    "waiting": "d.status in ('unclear', 'review')",
    "mine": "d.status = 'review' and d.reviewer = %(me)s",
    "awaited": "d.status in ('received', 'checking')",
    "decided": "d.status in ('approved', 'rejected', 'asked_again', 'expired')",
}
_ORDER = {"waiting": "asc", "mine": "asc", "awaited": "desc", "decided": "desc"}


@dataclass(frozen=True, slots=True)
class Listed:
    """A document in a list: nothing that stands on it."""

    id: UUID
    customer: UUID
    type: DocumentType
    tier: int
    status: Status
    reasons: tuple[str, ...]
    reviewer: UUID | None
    reason: str
    since: datetime
    """When it last moved."""


def page(
    unit: Unit, actor: Actor, view: View, *, after: UUID | None = None, limit: int = 50
) -> list[Listed]:
    """Return documents of a list: those that wait, the longest waiting first.

    ``after`` is the last of the page before.

    :raises Forbidden: if they review none
    """
    actor.require(PERMISSION)
    order = _ORDER[view]
    rows = unit.all(
        f"""
        select d.doc_id, d.user_id, d.type, r.tier, d.status, d.reasons, d.reviewer,
            coalesce(d.reason_code, '') as reason, d.updated_at
        from kyc_documents d join kyc_requests r on r.id = d.request_id
        where {_WHICH[view]} and (%(after)s::uuid is null or (d.updated_at, d.doc_id)
            {">" if order == "asc" else "<"}
            (select updated_at, doc_id from kyc_documents where doc_id = %(after)s))
        order by d.updated_at {order}, d.doc_id {order} limit %(limit)s
        """,
        me=actor.id,
        after=after,
        limit=limit,
    )
    return [
        Listed(
            row.doc_id,
            row.user_id,
            row.type,
            row.tier,
            row.status,
            tuple(row.reasons),
            row.reviewer,
            row.reason,
            row.updated_at,
        )
        for row in rows
    ]


def counts(unit: Unit, actor: Actor) -> dict[View, int]:
    """Return how many documents wait, and how many of those are one's own.

    :raises Forbidden: if they review none
    """
    actor.require(PERMISSION)
    row = unit.one(
        """
        select count(*) as waiting, count(*) filter (where reviewer = %(me)s) as mine
        from kyc_documents where status in ('unclear', 'review')
        """,
        me=actor.id,
    )
    return {"waiting": row.waiting, "mine": row.mine}


def listed(unit: Unit, actor: Actor, view: View) -> None:
    """Note that somebody looked through a list of documents."""
    audit.note(
        unit,
        actor,
        "kyc.listed",
        subject="kyc_document",
        subject_id="list",
        after={"view": view},
    )
