"""How an investigation ends: one person asks for a conclusion, another one decides it.

The request that waits says which investigation it is about and nothing else: what is concluded
stands with the investigation, which only compliance reads.
"""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from core.access import approval_store, approvals
from core.access.actors import SYSTEM, Actor
from core.access.approval_store import Approval
from core.aml.cases import (
    CONCLUSIONS,
    DECIDE,
    WORK,
    Case,
    Conclusion,
    InvestigationMoved,
    find,
    mine,
)
from core.aml.guard import compliance, noted
from core.aml.notes import link, links
from core.errors import DeskRefusal
from core.store.unit import Unit

KIND = "aml_conclusion"
DECIDED_WITHIN = timedelta(days=2)
"""No longer than a suspicion may wait to be reported."""
MONITORED_FOR = timedelta(days=90)
FREEZE_REASON = "The account is under review."
"""What a freeze says of itself, to whoever may see freezes: as any freeze might."""


class NoSuspicion(DeskRefusal):
    """Only a suspicion that was formed is reported."""

    code = "no_suspicion"


class NotRestricted(DeskRefusal):
    """The customer's wallets are not frozen: a freeze is asked for and approved first."""

    code = "not_restricted"


class UnknownConclusion(DeskRefusal):
    """There is no such conclusion."""

    code = "unknown_conclusion"


def request(unit: Unit, actor: Actor, case_id: UUID, conclusion: str, *, reason: str) -> Approval:
    """Ask that an investigation is concluded; somebody else decides.

    :raises UnknownConclusion: if it cannot be concluded so
    :raises NoSuspicion: if a report is meant and no suspicion was formed
    :raises InvestigationMoved: if anything else is meant and one was: it is dispelled first
    :raises NotRestricted: if a restriction is meant and no freeze was approved
    :raises ReasonNeeded: if nobody said why
    :raises Refusal: whatever `core.aml.cases.mine` may refuse
    """
    meant = next((one for one in CONCLUSIONS if one == conclusion), None)
    if meant is None:
        raise UnknownConclusion
    found = mine(unit, actor, case_id)
    _check(unit, actor, found, meant)
    asked = approvals.request(
        unit,
        actor,
        KIND,
        facts={"investigation": str(case_id)},
        subject=str(case_id),
        reason=reason,
    )
    _propose(unit, actor, case_id, meant, asked.id)
    noted(unit, actor, "asked", about="case", about_id=case_id, details={"conclusion": meant})
    return asked


def _check(unit: Unit, actor: Actor, found: Case, conclusion: Conclusion) -> None:
    if conclusion == "reported" and found.status != "suspicion":
        raise NoSuspicion
    if conclusion != "reported" and found.status == "suspicion":
        raise InvestigationMoved(was=found.status, to=conclusion)
    if conclusion == "restricted" and not _is_restricted(unit, actor, found.id):
        raise NotRestricted


def take_effect(unit: Unit, asked: Approval, by: Actor) -> Mapping[str, str]:
    """Conclude what was asked for, with all alerts of the investigation.

    :raises InvestigationMoved: if it is over already
    :raises NotRestricted: if the freeze it stands on is none any more
    """
    case_id = UUID(asked.subject)
    with compliance(unit, by, DECIDE, about="case", about_id=case_id):
        unit.maybe("select 1 from aml_cases where case_id = %(id)s for update", id=case_id)
    found = find(unit, by, case_id)
    if found.proposed is None or found.approval != asked.id:
        raise InvestigationMoved(was=found.status, to="concluded")
    _check(unit, by, found, found.proposed)
    until = unit.now + MONITORED_FOR if found.proposed == "monitored" else None
    with compliance(unit, by, DECIDE, about="case", about_id=case_id):
        unit.run(
            """
            with concluded as (
                update aml_cases set status = 'concluded', conclusion = proposed, proposed = null,
                    concluded_at = %(now)s, monitored_until = %(until)s, version = version + 1
                where case_id = %(case)s
            )
            update aml_alerts set status = %(conclusion)s
            where case_id = %(case)s and status = 'investigating'
            """,
            case=case_id,
            conclusion=found.proposed,
            until=until,
            now=unit.now,
        )
    noted(
        unit, by, "concluded", about="case", about_id=case_id,
        details={"conclusion": found.proposed},
    )  # fmt: skip
    return {}


def take_back(unit: Unit, asked: Approval) -> None:
    """Let an investigation go on whose conclusion was not approved."""
    case_id = UUID(asked.subject)
    _propose(unit, SYSTEM, case_id, None, None)
    noted(unit, SYSTEM, "not_concluded", about="case", about_id=case_id)


def _propose(
    unit: Unit,
    actor: Actor,
    case_id: UUID,
    conclusion: Conclusion | None,
    approval: UUID | None,
) -> None:
    with compliance(unit, actor, WORK, about="case", about_id=case_id):
        unit.run(
            """
            update aml_cases set proposed = %(proposed)s, approval_id = %(approval)s,
                version = version + 1
            where case_id = %(case)s
            """,
            case=case_id,
            proposed=conclusion,
            approval=approval,
        )


def restrict(unit: Unit, actor: Actor, case_id: UUID) -> Approval:
    """Ask that the wallets of the customer are frozen, as for any other reason.

    :raises AlreadyAsked: if a freeze of the customer waits for a decision
    :raises Refusal: whatever `core.aml.cases.mine` may refuse
    """
    found = mine(unit, actor, case_id)
    asked = approvals.request(
        unit, actor, "freeze", facts={}, customer=found.customer, reason=FREEZE_REASON
    )
    link(unit, actor, case_id, what="freeze", thing=asked.id)
    return asked


def _is_restricted(unit: Unit, actor: Actor, case_id: UUID) -> bool:
    asked = [one.id for one in links(unit, actor, case_id) if one.what == "freeze"]
    found = [approval_store.get(unit, one) for one in asked]
    return any(one is not None and one.status == "approved" for one in found)
