"""A report is approved by a second person and filed, or withdrawn and made anew."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from core.access import approvals
from core.access.actors import SYSTEM, Actor
from core.access.approval_store import Approval
from core.access.approvals import ReasonNeeded
from core.aml import filing as aml_filing
from core.aml.guard import compliance, noted
from core.errors import DeskRefusal
from core.regulatory.reports import APPROVE, MAKE, Report, again, find
from core.store.unit import Unit

KIND = "report"
DECIDED_WITHIN = timedelta(days=2)
LONGEST_NUMBER = 60


class ReportMoved(DeskRefusal):
    """It does not go from where it stands to there. Facts: ``was``, ``to``."""

    code = "report_moved"


class ReportChanged(DeskRefusal):
    """What would be sent is not what was made: it is withdrawn and made anew."""

    code = "report_changed"


class NotYourReport(DeskRefusal):
    """Whoever prepared a report asks for its approval, so that another person approves it."""

    code = "not_your_report"


class NumberNeeded(DeskRefusal):
    """Nobody said under which number the authority has it, or when it got it."""

    code = "number_needed"


def request(unit: Unit, actor: Actor, report_id: UUID, *, reason: str) -> Approval:
    """Ask that a report is approved; somebody else decides.

    :raises ReportMoved: if it is not waiting for that
    :raises NotYourReport: if a colleague prepared it
    :raises ReportChanged: if it is not the one that was made
    :raises Forbidden: if they do not make reports
    """
    found = find(unit, actor, report_id)
    if found.status != "prepared":
        raise ReportMoved(was=found.status, to="approved")
    if found.prepared_by not in {None, actor.id}:
        raise NotYourReport
    _same(unit, actor, found)
    return approvals.request(
        unit, actor, KIND, facts={"report": str(report_id)}, subject=str(report_id), reason=reason
    )


def take_effect(unit: Unit, asked: Approval, by: Actor) -> Mapping[str, str]:
    """Approve what was asked for.

    :raises ReportMoved: if it is not waiting for that any more
    :raises ReportChanged: if it is not the one that was made
    """
    report_id = UUID(asked.subject)
    found = _locked(unit, by, report_id)
    if found.status != "prepared":
        raise ReportMoved(was=found.status, to="approved")
    _same(unit, by, found)
    with compliance(unit, by, APPROVE, about="report", about_id=report_id):
        unit.run(
            """
            update regulatory_reports set status = 'approved', approval_id = %(approval)s,
                approved_at = %(now)s
            where report_id = %(id)s
            """,
            id=report_id,
            approval=asked.id,
            now=unit.now,
        )
    noted(unit, by, "approved", about="report", about_id=report_id)
    return {}


def filed(unit: Unit, actor: Actor, report_id: UUID, *, number: str, at: datetime) -> None:
    """Keep that the authority has a report: under which number, and since when.

    :raises NumberNeeded: if there is no number, or the time is before it was approved or to come
    :raises ReportMoved: if it was not approved
    """
    actor.require(APPROVE)
    found = _locked(unit, actor, report_id)
    if found.status != "approved" or found.approved_at is None:
        raise ReportMoved(was=found.status, to="filed")
    number = number.strip()
    if not 0 < len(number) <= LONGEST_NUMBER or not found.approved_at <= at <= unit.now:
        raise NumberNeeded
    with compliance(unit, actor, APPROVE, about="report", about_id=report_id):
        unit.run(
            """
            update regulatory_reports set status = 'filed', filed_at = %(at)s,
                filed_as = %(number)s, filed_by = %(by)s
            where report_id = %(id)s
            """,
            id=report_id,
            at=at,
            number=number,
            by=actor.id,
        )
    noted(unit, actor, "filed", about="report", about_id=report_id, details={"number": number})
    if found.case is not None:
        aml_filing.filed(unit, actor, found.case, number=number, at=at)


def withdraw(unit: Unit, actor: Actor, report_id: UUID, *, reason: str) -> None:
    """Take a report back that was not filed; the next one of its period is another version.

    :raises ReasonNeeded: if nobody said why
    :raises ReportMoved: if it was filed, or taken back already
    """
    actor.require(MAKE)
    found = _locked(unit, actor, report_id)
    if not found.is_owed:
        raise ReportMoved(was=found.status, to="withdrawn")
    if not reason.strip():
        raise ReasonNeeded
    with compliance(unit, actor, MAKE, about="report", about_id=report_id):
        unit.run(
            "update regulatory_reports set status = 'withdrawn' where report_id = %(id)s",
            id=report_id,
        )
    noted(
        unit, actor, "withdrawn", about="report", about_id=report_id,
        details={"reason": reason.strip()},
    )  # fmt: skip


def nearly_late(unit: Unit, *, within: timedelta) -> int:
    """Mark the reports that are due so soon and were not told of; return how many those are."""
    with compliance(unit, SYSTEM, MAKE):
        return unit.run(
            """
            update regulatory_reports set warned_at = %(now)s
            where status in ('prepared', 'approved') and warned_at is null and due_at <= %(soon)s
            """,
            now=unit.now,
            soon=unit.now + within,
        )


def known(unit: Unit, ids: Sequence[UUID]) -> set[UUID]:
    """Return which of some files are reports; for the house's own tidying."""
    with compliance(unit, SYSTEM, MAKE):
        rows = unit.all(
            """
            select report_id from regulatory_reports
            where report_id = any(%(ids)s) and inputs is not null
            """,
            ids=list(ids),
        )
    return {row.report_id for row in rows}


def _locked(unit: Unit, actor: Actor, report_id: UUID) -> Report:
    with compliance(unit, actor, MAKE, about="report", about_id=report_id):
        unit.maybe(
            "select 1 from regulatory_reports where report_id = %(id)s for update", id=report_id
        )
    return find(unit, actor, report_id)


def _same(unit: Unit, actor: Actor, found: Report) -> None:
    _, same = again(unit, actor, found)
    if not same:
        raise ReportChanged
