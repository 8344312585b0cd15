"""What is done with an investigation: it is opened, handed on, and a suspicion is formed."""

from datetime import datetime
from uuid import UUID

from core.access.actors import Actor
from core.aml.alert_list import UnknownAlert
from core.aml.cases import (
    DECIDE,
    WORK,
    BeingConcluded,
    InvestigationMoved,
    NotYourInvestigation,
    Status,
    locked,
    mine,
)
from core.aml.deadlines import report_due
from core.aml.guard import compliance, noted
from core.errors import DeskRefusal
from core.store.unit import Unit


class NoOfficer(DeskRefusal):
    """Whoever it should go to does not work on investigations."""

    code = "no_officer"


def take(unit: Unit, actor: Actor, alert_id: UUID) -> UUID:
    """Look into an alert, and into all others of its customer that nobody looks into yet.

    Returns the customer's investigation. Whoever takes it up first has it; an alert that comes
    later joins it, whoever takes that one.

    :raises Forbidden: if they do not work on investigations
    :raises UnknownAlert: if there is none of that id
    :raises BeingConcluded: if the customer's investigation waits for a decision
    """
    with compliance(unit, actor, WORK, about="alert", about_id=alert_id):
        row = unit.maybe(
            "select customer_id, case_id from aml_alerts where alert_id = %(id)s", id=alert_id
        )
        if row is None:
            raise UnknownAlert
        if row.case_id is not None:
            case: UUID = row.case_id
        else:
            case = _open_case(unit, actor, row.customer_id)
            joined = _join(unit, case, row.customer_id)
            noted(unit, actor, "joined", about="case", about_id=case, details={"alerts": joined})
    _assign_if_free(unit, actor, case)
    return case


def _open_case(unit: Unit, actor: Actor, customer: UUID) -> UUID:
    """Return the customer's open investigation, locked; a new one where there is none."""
    case = unit.new_id()
    opened = unit.run(
        """
        insert into aml_cases (case_id, case_number, customer_id, status, opened_at, opened_by)
        values (%(id)s, 'INV-' || nextval('aml_case_serials'), %(customer)s, 'open', %(now)s,
            %(by)s)
        on conflict (customer_id) where status <> 'concluded' do nothing
        """,
        id=case,
        customer=customer,
        by=actor.id,
        now=unit.now,
    )
    if opened:
        noted(unit, actor, "opened", about="case", about_id=case)
        return case
    known = unit.one(
        """
        select case_id, proposed from aml_cases
        where customer_id = %(customer)s and status <> 'concluded' for update
        """,
        customer=customer,
    )
    if known.proposed is not None:
        raise BeingConcluded
    found: UUID = known.case_id
    return found


def _join(unit: Unit, case: UUID, customer: UUID) -> str:
    many = unit.run(
        """
        update aml_alerts set status = 'investigating', case_id = %(case)s
        where customer_id = %(customer)s and status = 'open'
        """,
        case=case,
        customer=customer,
    )
    return str(many)


def _assign_if_free(unit: Unit, actor: Actor, case: UUID) -> None:
    with compliance(unit, actor, WORK, about="case", about_id=case):
        taken = unit.run(
            """
            update aml_cases set status = 'working', assigned_to = %(by)s, version = version + 1
            where case_id = %(case)s and status = 'open'
            """,
            case=case,
            by=actor.id,
        )
    if taken:
        noted(unit, actor, "taken", about="case", about_id=case)


def assign(unit: Unit, actor: Actor, case_id: UUID, *, to: UUID | None) -> None:
    """Hand an investigation to somebody of compliance, or (None) back to the team.

    :raises NoOfficer: if whoever it should go to does not work on investigations
    :raises NotYourInvestigation: if a colleague has it and they do not decide
    :raises Refusal: whatever `locked` may refuse
    """
    if to is not None and to not in officers(unit):
        raise NoOfficer
    found = locked(unit, actor, case_id)
    if found.assigned_to not in {None, actor.id} and not actor.may(DECIDE):
        raise NotYourInvestigation
    status: Status = found.status
    if to is None and status == "suspicion":  # its clock runs: somebody has it until it is over
        raise InvestigationMoved(was=status, to="open")
    status = "open" if to is None else "working" if status == "open" else status
    with compliance(unit, actor, WORK, about="case", about_id=case_id):
        unit.run(
            """
            update aml_cases set status = %(status)s, assigned_to = %(to)s, version = version + 1
            where case_id = %(case)s
            """,
            case=case_id,
            status=status,
            to=to,
        )
    noted(unit, actor, "assigned", about="case", about_id=case_id, details={"to": str(to or "")})


def suspect(unit: Unit, actor: Actor, case_id: UUID) -> datetime:
    """Say that a suspicion is formed, and return by when it must be reported.

    :raises InvestigationMoved: if it was formed already
    :raises Refusal: whatever `mine` may refuse
    """
    found = mine(unit, actor, case_id)
    if found.status != "working":
        raise InvestigationMoved(was=found.status, to="suspicion")
    due = report_due(unit, found.customer)
    _set(unit, actor, case_id, status="suspicion", since=unit.now, due=due)
    noted(unit, actor, "suspicion", about="case", about_id=case_id)
    return due


def dispel(unit: Unit, actor: Actor, case_id: UUID) -> None:
    """Say that a suspicion was dispelled: it is not reported.

    :raises InvestigationMoved: if none was formed
    :raises Refusal: whatever `mine` may refuse
    """
    found = mine(unit, actor, case_id)
    if found.status != "suspicion":
        raise InvestigationMoved(was=found.status, to="working")
    _set(unit, actor, case_id, status="working", since=None, due=None)
    noted(unit, actor, "dispelled", about="case", about_id=case_id)


def _set(
    unit: Unit,
    actor: Actor,
    case_id: UUID,
    *,
    status: Status,
    since: datetime | None,
    due: datetime | None,
) -> None:
    with compliance(unit, actor, WORK, about="case", about_id=case_id):
        unit.run(
            """
            update aml_cases set status = %(status)s, suspicion_at = %(since)s,
                report_due = %(due)s, version = version + 1
            where case_id = %(case)s
            """,
            case=case_id,
            status=status,
            since=since,
            due=due,
        )


def officers(unit: Unit) -> list[UUID]:
    """Return everybody who works on investigations."""
    rows = unit.all(
        """
        select s.id from staff s join role_permissions p on p.role = s.role
        where s.is_active and p.permission = %(permission)s order by s.id limit 200
        """,
        permission=WORK,
    )
    return [row.id for row in rows]
