"""The suspicious transaction report: an investigation that two people concluded should be told."""

from uuid import UUID

from core.access import approval_store
from core.access.actors import Actor
from core.aml import alert_list, notes
from core.aml.cases import Case, find
from core.crm.calendar import Calendar
from core.errors import DeskRefusal
from core.regulatory import cash, facts, payments
from core.regulatory.facts import Facts
from core.regulatory.payments import Payment
from core.store.unit import Unit

LONGEST_REASON = 8000


class NotToBeReported(DeskRefusal):
    """The investigation was not concluded with a report."""

    code = "not_to_be_reported"


def gathered(unit: Unit, actor: Actor, case_id: UUID, at: Calendar) -> Facts:
    """Return all that goes into the report of an investigation.

    ``at`` is the calendar of the country it is reported in.

    :raises NotToBeReported: if two people have not concluded that it is reported
    :raises UnknownInvestigation: if there is none of that id
    """
    case = find(unit, actor, case_id)
    if case.conclusion != "reported" or case.approval is None:
        raise NotToBeReported
    found = payments.posted(unit, _ids(unit, actor, case))
    days = payments.days_of(found, at)
    rates = {} if days is None else cash.rates_of(unit, days, at)
    who = facts.entity(unit, at.country)
    owners = {owner for one in found for owner in one.owners} | {case.customer}
    return {
        "type": "str",
        "entity": who,
        "investigation": case.number,
        "suspicion_at": "" if case.suspicion_at is None else case.suspicion_at.isoformat(),
        "customers": facts.customers(unit, owners),
        "transactions": payments.told(
            found, rates, at, currency=who["currency"], suspects=[case.customer]
        ),
        "reason": _reason(unit, actor, case, found),
        "action": "The suspicion was formed by an investigation and its report decided by two.",
    }


def _ids(unit: Unit, actor: Actor, case: Case) -> set[UUID]:
    """Return the payments of all alerts of an investigation, and those that were linked to it."""
    alerts = alert_list.of_case(unit, actor, case.id)
    fired = {one.transaction for alert in alerts for one in alert_list.fired(unit, actor, alert)}
    linked = {one.id for one in notes.links(unit, actor, case.id) if one.what == "payment"}
    return fired | linked


def _reason(unit: Unit, actor: Actor, case: Case, found: list[Payment]) -> str:
    """Return why it is suspicious: what fired, and what the investigator asked the report for."""
    kinds = sorted({one.type for one in alert_list.of_case(unit, actor, case.id)})
    decided = None if case.approval is None else approval_store.get(unit, case.approval)
    words = "" if decided is None else decided.reason
    told = f"{', '.join(kinds).replace('_', ' ')}; {len(found)} payments. {words}"
    return told[:LONGEST_REASON]
