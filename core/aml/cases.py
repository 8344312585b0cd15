"""Investigations, as they are read: all that is suspected of one customer, in one hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from core.access.actors import Actor
from core.aml.guard import compliance
from core.errors import DeskRefusal
from core.store.unit import Row, Unit

READ, WORK, DECIDE = "aml.read", "aml.work", "aml.decide"
LONGEST_PAGE = 200
Status = Literal["open", "working", "suspicion", "concluded"]
STATUSES: tuple[Status, ...] = get_args(Status)
Conclusion = Literal["false_positive", "monitored", "reported", "restricted"]
CONCLUSIONS: tuple[Conclusion, ...] = get_args(Conclusion)


class UnknownInvestigation(DeskRefusal):
    """There is no such investigation."""

    code = "unknown_investigation"


class NotYourInvestigation(DeskRefusal):
    """A colleague has it, or nobody: it is taken first."""

    code = "not_your_investigation"


class InvestigationMoved(DeskRefusal):
    """It does not go from where it stands to there. Facts: ``was``, ``to``."""

    code = "investigation_moved"


class BeingConcluded(DeskRefusal):
    """A conclusion was asked for and is not decided yet."""

    code = "being_concluded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One investigation."""

    id: UUID
    number: str
    customer: UUID
    status: Status
    assigned_to: UUID | None
    opened_at: datetime
    suspicion_at: datetime | None
    report_due: datetime | None
    """By when the suspicion is reported to the authority."""
    proposed: Conclusion | None
    conclusion: Conclusion | None
    concluded_at: datetime | None
    approval: UUID | None
    """Where the conclusion is decided, or was."""
    monitored_until: datetime | None
    filed_at: datetime | None
    filed_as: str | None
    alerts: int
    due_at: datetime | None
    """When the first of its alerts is due; None once all are concluded."""

    @property
    def is_open(self) -> bool:
        """Whether somebody still works on it."""
        return self.status != "concluded"

    @property
    def owes_report(self) -> bool:
        """Whether the authority is owed a report."""
        return self.report_due is not None and self.filed_at is None


_COLUMNS = """c.case_id, c.case_number, c.customer_id, c.status, c.assigned_to, c.opened_at,
    c.suspicion_at, c.report_due, c.proposed, c.conclusion, c.concluded_at, c.approval_id,
    c.monitored_until, c.filed_at, c.filed_as, a.many, a.due_at
from aml_cases c cross join lateral (
    select count(*) as many, min(a.due_at) filter (where a.status = 'investigating') as due_at
    from aml_alerts a where a.case_id = c.case_id) a"""


def page(
    unit: Unit,
    actor: Actor,
    *,
    statuses: Sequence[Status] = (),
    assigned_to: UUID | None = None,
    customer: UUID | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> list[Case]:
    """Return investigations, newest first; ``after`` is the last one of the page before.

    :raises Forbidden: if they do not belong to compliance
    """
    where = ["true"]
    where += ["c.status = any(%(statuses)s)"] if statuses else []
    where += ["c.assigned_to = %(assigned_to)s"] if assigned_to else []
    where += ["c.customer_id = %(customer)s"] if customer else []
    if after is not None:
        where.append(
            """(c.opened_at, c.case_id) <
            (select l.opened_at, l.case_id from aml_cases l where l.case_id = %(after)s)"""
        )
    with compliance(unit, actor, READ, about="investigations"):
        rows = unit.all(
            f"""
            select {_COLUMNS} where {" and ".join(where)}
            order by c.opened_at desc, c.case_id desc limit %(limit)s
            """,
            statuses=list(statuses),
            assigned_to=assigned_to,
            customer=customer,
            after=after,
            limit=max(1, min(limit, LONGEST_PAGE)),
        )
    return [_of(row) for row in rows]


def find(unit: Unit, actor: Actor, case_id: UUID) -> Case:
    """Return one investigation.

    :raises Forbidden: if they do not belong to compliance
    :raises UnknownInvestigation: if there is none of that id
    """
    with compliance(unit, actor, READ, about="case", about_id=case_id):
        row = unit.maybe(f"select {_COLUMNS} where c.case_id = %(id)s", id=case_id)
    if row is None:
        raise UnknownInvestigation
    return _of(row)


def locked(unit: Unit, actor: Actor, case_id: UUID) -> Case:
    """Return an open investigation and keep others from changing it until the unit ends.

    :raises Forbidden: if they do not work on investigations
    :raises UnknownInvestigation: if there is none of that id
    :raises InvestigationMoved: if it is concluded
    :raises BeingConcluded: if a conclusion waits for a decision
    """
    with compliance(unit, actor, WORK, about="case", about_id=case_id):
        unit.maybe("select 1 from aml_cases where case_id = %(id)s for update", id=case_id)
    found = find(unit, actor, case_id)
    if not found.is_open:
        raise InvestigationMoved(was=found.status, to="")
    if found.proposed is not None:
        raise BeingConcluded
    return found


def mine(unit: Unit, actor: Actor, case_id: UUID) -> Case:
    """Return an open investigation that they have themselves, locked.

    :raises NotYourInvestigation: if they have not
    :raises Refusal: whatever `locked` may refuse
    """
    found = locked(unit, actor, case_id)
    if found.assigned_to != actor.id:
        raise NotYourInvestigation
    return found


def _of(row: Row) -> Case:
    return Case(
        id=row.case_id,
        number=row.case_number,
        customer=row.customer_id,
        status=row.status,
        assigned_to=row.assigned_to,
        opened_at=row.opened_at,
        suspicion_at=row.suspicion_at,
        report_due=row.report_due,
        proposed=row.proposed,
        conclusion=row.conclusion,
        concluded_at=row.concluded_at,
        approval=row.approval_id,
        monitored_until=row.monitored_until,
        filed_at=row.filed_at,
        filed_as=row.filed_as,
        alerts=row.many,
        due_at=row.due_at,
    )
