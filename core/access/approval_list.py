"""Requests as people go through them: each sees those they may know of."""

from uuid import UUID

from core.access import approval_store
from core.access.actors import Actor
from core.access.approval_store import Approval, Status
from core.access.approvals import UnknownApproval, hidden_from, may_see
from core.store.unit import Unit


def find(unit: Unit, actor: Actor, approval_id: UUID) -> Approval:
    """Return a request.

    :raises UnknownApproval: if there is none of that id that they may know of
    """
    asked = approval_store.get(unit, approval_id)
    if asked is None or not may_see(actor, asked):
        raise UnknownApproval
    return asked


def listed(
    unit: Unit,
    actor: Actor,
    *,
    status: Status | None = None,
    made_by: UUID | None = None,
    ended: bool | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> list[Approval]:
    """Return the requests that somebody may know of, the newest first.

    ``after`` is the last one of the page before, None the first page.
    """
    return approval_store.page(
        unit,
        status=status,
        made_by=made_by,
        ended=ended,
        unless=hidden_from(actor),
        after=after,
        limit=limit,
    )
