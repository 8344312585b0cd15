"""Asking for what somebody else must approve: from a case, or from a customer's page."""

from collections.abc import Callable
from uuid import UUID

from flask import Response, abort

from bot.console import shell
from bot.console.approvals import told
from bot.console.given import id_field, id_of
from bot.console.shell import console
from bot.guard import actor, guard
from core import case_view, customer_view, phone
from core.access import approvals
from core.access.actors import Actor
from core.access.approval_store import Approval
from core.approvals import number_change
from core.crm import customers
from core.store.unit import Unit
from core.transfers import recall

Ask = Callable[[Unit, Actor, UUID, UUID | None, str], Approval]


@console.post("/customers/<uuid:customer_id>/ask/<kind>")
@guard("customers.read")
def ask(customer_id: UUID, kind: str) -> Response:
    """Ask for something; who may ask for it is judged with the request itself."""
    if kind not in ASKS:
        abort(404)
    who, about = actor(), shell.field("case", most=40)
    with shell.house().unit() as unit:
        case = None
        if about:
            found = case_view.get(unit, who, id_of(about))
            if found.customer != customer_id:
                abort(400)
            case = found.id
        asked = ASKS[kind](unit, who, customer_id, case, shell.field("reason"))
    return told(asked)


def _recall(unit: Unit, who: Actor, customer: UUID, case: UUID | None, why: str) -> Approval:
    payment = id_field("payment")
    case_view.require_party(unit, customer, payment)
    return recall.request(unit, who, transfer=payment, case=case, reason=why)


def _plain(kind: str) -> Ask:
    """Return how a kind is asked for that has no facts but the customer."""

    def asked(unit: Unit, who: Actor, customer: UUID, case: UUID | None, why: str) -> Approval:
        return approvals.request(
            unit, who, kind, facts={}, customer=customer, case=case, reason=why
        )

    return asked


def _pin_reset(unit: Unit, who: Actor, customer: UUID, case: UUID | None, why: str) -> Approval:
    given, places = shell.field("place", most=3), customer_view.places(unit, customer)
    if not given.isdigit() or int(given) >= len(places):
        abort(400)
    facts = {"address": places[int(given)].token}
    return approvals.request(
        unit, who, "pin_reset", facts=facts, customer=customer, case=case, reason=why
    )


def _number(unit: Unit, who: Actor, customer: UUID, case: UUID | None, why: str) -> Approval:
    known = customers.people(unit, [customer])[customer]
    to = phone.parse(shell.field("to", most=30), known.country)
    return number_change.request(unit, who, customer=customer, to=to, case=case, reason=why)


ASKS: dict[str, Ask] = {
    "recall": _recall,
    "freeze": _plain("freeze"),
    "unfreeze": _plain("unfreeze"),
    "erasure": _plain("erasure"),
    "pin_reset": _pin_reset,
    "number_change": _number,
}
