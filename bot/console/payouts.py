"""Payouts: payments that leave the bank, and one of them with all that happened to it."""

from uuid import UUID

from flask import Response, request

from bot.console import given, looks, operations, shell, tabs
from bot.console.people import People
from bot.console.shell import console
from bot.guard import actor, guard
from core.errors import Refusal
from core.partners import order_view
from core.settlement import overview, payout_acts, payout_view, posting_view
from core.settlement.payout_view import Asked

STATUSES = (payout_view.OPEN, *overview.STATUSES, "all")


@console.get("/operations/payouts", endpoint="payouts")
@guard(operations.READ)
def listed() -> Response:
    """Show a page of payments, narrowed down as was asked."""
    who, after = actor(), given.cursor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "operations")
        rails, countries = payout_view.rails_used(unit), payout_view.countries(unit)
        asked = Asked(
            status=shell.chosen("status", STATUSES) or _any_of_a_reference(),
            rail=shell.chosen("rail", rails),
            country=shell.chosen("country", countries),
            age=shell.chosen("age", tuple(payout_view.AGES)),
            reference=request.args.get("reference", "").strip()[:40],
        )
        found = payout_view.page(unit, who, asked, after=after, limit=tabs.PAGE + 1)
        people = People()
        people.add(customers=[one.customer for one in found])
        people.load(unit)
        if looks.is_new(shell.house(), who, f"payouts:{asked}:{after}"):
            payout_view.listed(unit, who, asked)
    return operations.show(
        "payouts",
        framed,
        tab="payouts",
        **tabs.paged(found, after),
        asked=asked,
        chosen={name: getattr(asked, name) for name in asked.__slots__},
        choices={
            "status": STATUSES,
            "rail": rails,
            "country": countries,
            "age": tuple(payout_view.AGES),
        },
        people=people,
    )


@console.get("/operations/payouts/<uuid:payout_id>")
@guard(operations.READ)
def payout(payout_id: UUID) -> Response:
    """Show one payment, and note that it was read."""
    return _page(payout_id)


@console.post("/operations/payouts/<uuid:payout_id>/ask")
@guard(payout_acts.PERMISSION)
def ask_after_payout(payout_id: UUID) -> Response:
    """Have the partner asked now what became of it."""
    try:
        with shell.house().unit() as unit:
            found = payout_view.find(unit, actor(), payout_id)
            payout_acts.ask_after(unit, actor(), found)
    except Refusal as refusal:
        return _page(payout_id, refusal)
    shell.house().tell("orders")
    return shell.go("console.payout", payout_id=payout_id, done="asked_after")


@console.post("/operations/payouts/<uuid:payout_id>/case")
@guard(payout_acts.PERMISSION)
def open_payout_case(payout_id: UUID) -> Response:
    """Open a case about it, for whoever works on cases."""
    try:
        with shell.house().unit() as unit:
            found = payout_view.find(unit, actor(), payout_id)
            payout_acts.open_case(unit, actor(), found, reason=shell.field("reason"))
    except Refusal as refusal:
        return _page(payout_id, refusal)
    shell.house().tell("queue")
    return shell.go("console.payout", payout_id=payout_id, done="case_opened")


def _any_of_a_reference() -> str:
    """Return what is shown where no status was chosen: all when a reference is looked for."""
    return "all" if request.args.get("reference", "").strip() else payout_view.OPEN


def _page(payout_id: UUID, refused: Refusal | None = None) -> Response:
    who = actor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "operations")
        found = payout_view.find(unit, who, payout_id)
        orders = order_view.about(unit, who, payout_id)
        answers = order_view.answers(unit, orders)
        events = overview.history(unit, payout_id)
        decisions = overview.decisions(unit, payout_id)
        legs = posting_view.postings(unit, who, found)
        case = payout_acts.case_of(unit, payout_id)
        people = People()
        people.add(customers=[found.customer])
        people.load(unit)
        if looks.is_new(shell.house(), who, f"payout:{payout_id}"):
            payout_view.seen(unit, who, found)
    return operations.show(
        "payout",
        framed,
        tab="payouts",
        refused=refused,
        one=found,
        orders=orders,
        answers=answers,
        asks=any(order.finished_at is None for order in orders if order.id == found.order_id),
        events=events,
        decisions=decisions,
        legs=legs,
        case=case,
        people=people,
    )
