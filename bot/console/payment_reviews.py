"""Payments that are held: why, and what somebody of compliance decides of them.

Whose they are is shown here: the page of a customer tells others who has looked at it.
"""

from collections.abc import Callable
from uuid import UUID

from flask import Response

from bot.console import compliance, given, shell, tabs
from bot.console.approvals import told
from bot.console.people import People
from bot.console.shell import console
from bot.guard import actor, guard
from core import reviewing
from core.access import approval_list
from core.access.actors import Actor
from core.access.approval_store import LONGEST_PAGE, Approval
from core.aml import guard as tipping_off
from core.aml import person
from core.errors import Refusal
from core.monitoring import decisions, reviews
from core.monitoring.reviews import PERMISSION
from core.store.unit import Unit

VIEWS = ("open", "all")


@console.get("/compliance/reviews", endpoint="payment_reviews")
@guard(PERMISSION)
def listed() -> Response:
    """Show what waits, the one whose time is over first on top, or all there ever was."""
    who, after = actor(), given.cursor()
    view = shell.chosen("view", VIEWS) or "open"
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "compliance")
        found = reviews.listed(unit, open_only=view == "open", after=after)
        with tipping_off.compliance(unit, who, PERMISSION, about="reviews", about_id=view):
            why = decisions.of(unit, [one.id for one in found])
        people = People()
        people.add(
            customers=[one.customer for one in found],
            colleagues=[one.decided_by for one in found],
        )
        people.load(unit)
    return compliance.show(
        "payment_reviews",
        framed,
        tab="reviews",
        **tabs.paged(found, after),
        chosen={"view": view},
        views=VIEWS,
        why=why,
        people=people,
    )


@console.get("/compliance/reviews/<uuid:payment_id>", endpoint="payment_review")
@guard(PERMISSION)
def shown(payment_id: UUID) -> Response:
    """Show one payment, everything it was judged by, and what may be done."""
    return _page(payment_id)


@console.post("/compliance/reviews/<uuid:payment_id>/release")
@guard(PERMISSION)
def release_payment(payment_id: UUID) -> Response:
    """Make it now; one person may, up to an amount."""
    return _act(payment_id, "payment_released", reviewing.release)


@console.post("/compliance/reviews/<uuid:payment_id>/ask")
@guard(PERMISSION)
def ask_payment_release(payment_id: UUID) -> Response:
    """Ask for a release that somebody else decides."""
    try:
        with shell.house().unit() as unit:
            asked = reviewing.ask_release(unit, actor(), payment_id, why=shell.field("reason"))
    except Refusal as refusal:
        return _page(payment_id, refusal)
    return told(asked)


@console.post("/compliance/reviews/<uuid:payment_id>/refuse")
@guard(PERMISSION)
def refuse_payment(payment_id: UUID) -> Response:
    """Let its money go free: it is not made."""
    return _act(payment_id, "payment_refused", reviewing.refuse)


def _act(payment_id: UUID, done: str, act: Callable[..., None]) -> Response:
    try:
        with shell.house().unit() as unit:
            act(unit, actor(), payment_id, why=shell.field("reason"))
    except Refusal as refusal:
        return _page(payment_id, refusal)
    shell.house().tell("confidential")
    return shell.go("console.payment_review", payment_id=payment_id, done=done)


def _page(payment_id: UUID, refused: Refusal | None = None) -> Response:
    who = actor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "compliance")
        one = reviews.find(unit, payment_id)
        decided = _why(unit, who, payment_id)
        pending = _pending(unit, who, one)
        about = person.look(unit, who, one.customer) if who.may(person.READ) else None
        people = People()
        people.add(
            customers=[one.customer, decided.payee if decided else None],
            colleagues=[one.decided_by, pending.made_by if pending else None],
        )
        people.load(unit)
        alone = reviews.may_alone(unit, one.amount)
    return compliance.show(
        "payment_review",
        framed,
        tab="reviews",
        refused=refused,
        one=one,
        decided=decided,
        pending=pending,
        about=about,
        over=one.over(shell.house().now()),
        needs_two=one.amount > alone,
        alone=alone,
        people=people,
    )


def _pending(unit: Unit, who: Actor, one: reviews.Review) -> Approval | None:
    """Return the request for its release that waits for a decision, if one does."""
    waiting = approval_list.listed(unit, who, status="pending", limit=LONGEST_PAGE)
    subject = reviewing.subject_of(one.id)
    return next((asked for asked in waiting if asked.subject == subject), None)


def _why(unit: Unit, who: Actor, payment_id: UUID) -> decisions.Decided | None:
    with tipping_off.compliance(unit, who, PERMISSION, about="payment", about_id=payment_id):
        return decisions.find(unit, payment_id)
