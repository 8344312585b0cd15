"""Money that came and is held: who may be listed, and what two people make of it."""

from typing import cast
from uuid import UUID

from flask import Response, abort

from bot.console import compliance, given, shell, tabs
from bot.console.approvals import told
from bot.console.people import People
from bot.console.shell import console
from bot.guard import actor, guard
from core.access import approval_store
from core.aml import guard as tipping_off
from core.deposits import held
from core.deposits.held import OUTCOMES, STATUSES, Status
from core.errors import Refusal
from core.screening import hits
from core.screening.hits import PERMISSION


@console.get("/compliance/held", endpoint="held_receipts")
@guard(PERMISSION)
def listed() -> Response:
    """Show a page of money that is held, or was, the newest first."""
    who, after = actor(), given.cursor()
    status = cast("Status", shell.chosen("status", STATUSES) or "open")
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "compliance")
        tipping_off.noted(unit, who, "looked", about="receipts", about_id=status)
        found = held.page(unit, who, status=status, after=after, limit=tabs.PAGE + 1)
        people = People()
        people.add(customers=[one.customer for one in found])
        people.load(unit)
    return compliance.show(
        "held_receipts",
        framed,
        tab="held",
        **tabs.paged(found, after),
        chosen={"status": status},
        statuses=STATUSES,
        people=people,
    )


@console.get("/compliance/held/<uuid:payment_id>", endpoint="held_receipt")
@guard(PERMISSION)
def shown(payment_id: UUID) -> Response:
    """Show one payment with the hits because of which it is held."""
    return _page(payment_id)


@console.post("/compliance/held/<uuid:payment_id>/decide")
@guard(PERMISSION)
def decide_held(payment_id: UUID) -> Response:
    """Ask that it is booked, sent back or frozen; somebody else decides."""
    outcome = shell.field("outcome", most=20)
    if outcome not in OUTCOMES:
        abort(400)
    try:
        with shell.house().unit() as unit:
            asked = held.request(unit, actor(), payment_id, outcome, reason=shell.field("reason"))
    except Refusal as refusal:
        return _page(payment_id, refusal)
    shell.house().tell("confidential")
    return told(asked)


def _page(payment_id: UUID, refused: Refusal | None = None) -> Response:
    who = actor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "compliance")
        one = held.find(unit, who, payment_id)
        tipping_off.noted(unit, who, "looked", about="receipt", about_id=payment_id)
        found = hits.of_party(unit, who, one.party)
        asked = None if one.asked is None else approval_store.get(unit, one.asked)
        people = People()
        people.add(customers=[one.customer], colleagues=[asked.made_by if asked else None])
        people.load(unit)
    return compliance.show(
        "held_receipt",
        framed,
        tab="held",
        refused=refused,
        one=one,
        hits=found,
        asked=asked,
        people=people,
    )
