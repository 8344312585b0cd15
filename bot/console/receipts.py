"""Suspense receipts: money whose owner is not known, given to a customer or sent back."""

from uuid import UUID

from flask import Response

from bot.console import given, looks, operations, shell, tabs
from bot.console.approvals import told
from bot.console.customers import search
from bot.console.people import People
from bot.console.shell import console
from bot.guard import actor, guard
from core.deposits import suspense, suspense_view
from core.errors import DeskRefusal, Refusal


class NobodyFound(DeskRefusal):
    """No customer fits what was looked for."""

    code = "nobody_found"


@console.get("/operations/receipts", endpoint="receipts")
@guard(operations.READ)
def listed() -> Response:
    """Show what is parked, the longest waiting first, and how old it is in all."""
    who, after = actor(), given.cursor()
    status = shell.chosen("status", suspense_view.STATUSES) or "parked"
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "operations")
        found = suspense_view.page(unit, who, status=status, after=after, limit=tabs.PAGE + 1)
        ages = suspense_view.ages(unit, who)
        people = People()
        people.add(customers=[one.customer for one in found])
        people.load(unit)
        if looks.is_new(shell.house(), who, f"receipts:{status}:{after}"):
            suspense_view.listed(unit, who, status=status)
    return operations.show(
        "receipts",
        framed,
        tab="receipts",
        **tabs.paged(found, after),
        chosen=status,
        statuses=suspense_view.STATUSES,
        ages=ages,
        people=people,
    )


@console.get("/operations/receipts/<uuid:receipt_id>")
@guard(operations.READ)
def receipt(receipt_id: UUID) -> Response:
    """Show one parked payment, and note that it was read."""
    return _page(receipt_id)


@console.post("/operations/receipts/<uuid:receipt_id>/find")
@guard(suspense_view.SEND_BACK)
def find_owner(receipt_id: UUID) -> Response:
    """Look for the customer it may belong to; by POST, so that no address keeps the words."""
    words = shell.field("words", most=80)
    try:
        with shell.house().unit() as unit:
            found = search(unit, actor(), words)
    except Refusal as refusal:
        return _page(receipt_id, refusal)
    return _page(receipt_id, None if found else NobodyFound(), found=found)


@console.post("/operations/receipts/<uuid:receipt_id>/give")
@guard(suspense_view.SEND_BACK)
def give_receipt(receipt_id: UUID) -> Response:
    """Ask that a customer gets it; somebody else decides."""
    try:
        with shell.house().unit() as unit:
            asked = suspense.request(
                unit,
                actor(),
                payment=receipt_id,
                customer=given.id_field("customer"),
                reason=shell.field("reason"),
            )
    except Refusal as refusal:
        return _page(receipt_id, refusal)
    shell.house().tell("receipts")
    return told(asked)


@console.post("/operations/receipts/<uuid:receipt_id>/back")
@guard(suspense_view.SEND_BACK)
def send_receipt_back(receipt_id: UUID) -> Response:
    """Have it go back to whoever paid it, now."""
    try:
        with shell.house().unit() as unit:
            suspense_view.send_back(unit, actor(), receipt_id, reason=shell.field("reason"))
    except Refusal as refusal:
        return _page(receipt_id, refusal)
    shell.house().tell("receipts")
    return shell.go("console.receipt", receipt_id=receipt_id, done="sent_back")


def _page(
    receipt_id: UUID, refused: Refusal | None = None, *, found: list[UUID] | None = None
) -> Response:
    who = actor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "operations")
        one = suspense_view.find(unit, who, receipt_id)
        candidates = found or ([one.customer] if one.customer else [])
        people = People()
        people.add(customers=[one.customer, *candidates])
        people.load(unit)
        if looks.is_new(shell.house(), who, f"receipt:{receipt_id}"):
            suspense_view.seen(unit, who, one)
    return operations.show(
        "receipt",
        framed,
        tab="receipts",
        refused=refused,
        one=one,
        candidates=candidates,
        people=people,
        frozen=one.why == suspense_view.FROZEN,
    )
