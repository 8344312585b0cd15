"""Approvals as the database keeps them: their words sealed, their facts ids and amounts only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from core.store.unit import Row, Unit

REASON, DECISION = "approvals.reason", "approvals.decision"
LONGEST_PAGE = 200
Status = Literal["pending", "approved", "rejected", "withdrawn", "expired", "failed"]
_COLUMNS = (
    "id, kind, customer_id, case_id, subject, facts, reason, made_by, made_by_kind, made_at,"
    " expires_at, status, decided_by, decided_at, decision, outcome, version"
)
_FILTERS = {
    "after": "(made_at, id) < (select made_at, id from approvals where id = %(after)s)",
    "status": "status = %(status)s",
    "kinds": "kind = any(%(kinds)s)",
    "unless": "kind <> all(%(unless)s)",
    "customer": "customer_id = %(customer)s",
    "case": "case_id = %(case)s",
    "made_by": "made_by = %(made_by)s",
    "ended": "(status <> 'pending') = %(ended)s",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Something one person asked for and another decides.

    ``facts`` are ids and amounts (``str(Money)``); ``outcome`` is what the effect returned, or the
    ``code`` and facts of its refusal. ``made_by`` is None when the house itself asked, and
    ``customer`` when it is about none. Words are empty once whoever they are about is forgotten.
    """

    id: UUID
    kind: str
    customer: UUID | None
    case: UUID | None
    subject: str
    facts: Mapping[str, str]
    reason: str
    made_by: UUID | None
    made_by_kind: Literal["staff", "system"]
    made_at: datetime
    expires_at: datetime
    status: Status
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    decision: str = ""
    outcome: Mapping[str, str] | None = None
    version: int = 1

    @property
    def whose(self) -> UUID:
        """The customer it is about; a kind that is about none never asks."""
        if self.customer is None:
            raise LookupError(f"{self.kind} is about no customer")
        return self.customer


def lock(unit: Unit, approval_id: UUID, *, wait: bool = True) -> Approval | None:
    """Return an approval and keep others from deciding it until the unit ends.

    None when there is none of that id, or, without ``wait``, when somebody else is at it.
    """
    row = unit.maybe(
        f"select {_COLUMNS} from approvals where id = %(id)s for no key update"
        + ("" if wait else " skip locked"),
        id=approval_id,
    )
    return None if row is None else _of(unit, row)


def get(unit: Unit, approval_id: UUID) -> Approval | None:
    """Return an approval, None when there is none of that id."""
    row = unit.maybe(f"select {_COLUMNS} from approvals where id = %(id)s", id=approval_id)
    return None if row is None else _of(unit, row)


def page(
    unit: Unit,
    *,
    after: UUID | None = None,
    limit: int = 50,
    status: Status | None = None,
    kinds: Sequence[str] | None = None,
    unless: Collection[str] = (),
    customer: UUID | None = None,
    case: UUID | None = None,
    made_by: UUID | None = None,
    ended: bool | None = None,
) -> list[Approval]:
    """Return approvals, newest first; ``after`` is the last one that was read.

    ``unless`` are kinds that are left out; ``ended`` are those that wait for nobody any more.
    """
    given: dict[str, object] = {
        "after": after,
        "status": status,
        "kinds": None if kinds is None else list(kinds),
        "unless": list(unless) or None,
        "customer": customer,
        "case": case,
        "made_by": made_by,
        "ended": ended,
    }
    asked = {name: value for name, value in given.items() if value is not None}
    where = "".join(f" and {_FILTERS[name]}" for name in asked)
    rows = unit.all(
        f"select {_COLUMNS} from approvals where true{where}"
        " order by made_at desc, id desc limit %(limit)s",
        **asked,
        limit=max(1, min(limit, LONGEST_PAGE)),
    )
    return [_of(unit, row) for row in rows]


def due(unit: Unit, *, limit: int = LONGEST_PAGE) -> list[UUID]:
    """Return approvals whose time is over and that nobody decided, the longest due first."""
    rows = unit.all(
        "select id from approvals where status = 'pending' and expires_at <= %(now)s"
        " order by expires_at, id limit %(limit)s",
        now=unit.now,
        limit=limit,
    )
    return [row.id for row in rows]


def _of(unit: Unit, row: Row) -> Approval:
    facts: dict[str, Any] = dict(row.facts)
    words = {
        field: "" if sealed is None else unit.keys.open(bytes(sealed), field=field, row=row.id)
        for field, sealed in ((REASON, row.reason), (DECISION, row.decision))
    }
    return Approval(
        id=row.id,
        kind=row.kind,
        customer=row.customer_id,
        case=row.case_id,
        subject=row.subject,
        facts=facts,
        reason=words[REASON],
        made_by=row.made_by,
        made_by_kind=row.made_by_kind,
        made_at=row.made_at,
        expires_at=row.expires_at,
        status=row.status,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision=words[DECISION],
        outcome=row.outcome,
        version=row.version,
    )
