"""What a person decides of a payment that is held: it is made now, or its money is free again.

The one who decides may review payments. Beyond an amount (`reviews.may_alone`) a release takes a
second person, who decides it as any request is decided; a refusal takes one. What is decided and
what the engine does about it happen in one unit: the row of the review is locked before anything is
judged, so that of two who press at once the second hears that it is over.
"""

from collections.abc import Callable, Mapping
from uuid import UUID

from core.access import approvals
from core.access.actors import Actor
from core.access.approval_store import Approval
from core.access.approvals import ReasonNeeded
from core.errors import DeskRefusal, Refusal
from core.monitoring import reviews
from core.monitoring.payment import Kind
from core.monitoring.reviews import APPROVAL, PERMISSION, Review
from core.settlement import reviewed
from core.store.unit import Unit
from core.transfers import held

_Act = Callable[[Unit, UUID], None]
_RELEASE: Mapping[Kind, _Act] = {
    "transfer": held.release,
    "request": held.release,
    "payout": reviewed.release,
}
_GIVE_BACK: Mapping[Kind, _Act] = {
    "transfer": held.give_back,
    "request": held.give_back,
    "payout": reviewed.give_back,
}


class CannotBeMade(DeskRefusal):
    """The payment cannot be made as things are. Fact: ``why``, a code; it is held as before."""

    code = "cannot_be_made"


def release(unit: Unit, actor: Actor, payment: UUID, *, why: str) -> None:
    """Make a payment now that one person may release alone.

    :raises Forbidden: if their role may not
    :raises UnknownReview: if no such payment was looked at
    :raises ReviewOver: if it was decided, or its time is over
    :raises NeedsTwo: if it is too much for one person
    :raises ReasonNeeded: if nobody said why
    :raises CannotBeMade: if it cannot be made now
    """
    one = _to_decide(unit, actor, payment, why)
    reviews.require_alone(unit, one)
    _make(unit, one)
    reviews.decided(unit, actor, one, "released", why=why)


def ask_release(unit: Unit, actor: Actor, payment: UUID, *, why: str) -> Approval:
    """Ask for a release that another person decides.

    :raises AlreadyAsked: if it was asked for and is not decided yet
    :raises Refusal: as `release` does, but for the amount
    """
    one = _to_decide(unit, actor, payment, why)
    return approvals.request(
        unit,
        actor,
        APPROVAL,
        facts={"payment": str(one.id), "amount": str(one.amount), "reference": one.reference},
        subject=subject_of(one.id),
        reason=why,
    )


def subject_of(payment: UUID) -> str:
    """Return what a request for the release of a payment is about."""
    return f"payment {payment}"


def release_approved(unit: Unit, asked: Approval, actor: Actor) -> Mapping[str, str]:
    """Make a payment that two people released; the second one's part.

    :raises ReviewOver: if it was decided otherwise meanwhile, or its time is over
    :raises CannotBeMade: if it cannot be made now
    """
    one = _lock(unit, UUID(asked.facts["payment"]))
    _make(unit, one)
    reviews.decided(unit, actor, one, "released", why=asked.reason, approval=asked.id)
    return {"reference": one.reference}


def refuse(unit: Unit, actor: Actor, payment: UUID, *, why: str) -> None:
    """Let go of a payment's money: it is not made. One person is enough.

    :raises Forbidden: if their role may not
    :raises UnknownReview: if no such payment was looked at
    :raises ReviewOver: if it was decided, or its time is over
    :raises ReasonNeeded: if nobody said why
    """
    one = _to_decide(unit, actor, payment, why)
    _GIVE_BACK[one.kind](unit, one.id)
    reviews.decided(unit, actor, one, "refused", why=why)


def _to_decide(unit: Unit, actor: Actor, payment: UUID, why: str) -> Review:
    actor.require(PERMISSION)
    if not why.strip():
        raise ReasonNeeded
    return _lock(unit, payment)


def _lock(unit: Unit, payment: UUID) -> Review:
    """Return a review with its row locked, and before it that of a payment that leaves.

    Whoever takes such a payment back, or sends it, has its row already when they end the review.
    """
    if reviews.find(unit, payment).kind == "payout":
        reviewed.lock(unit, payment)
    one = reviews.lock(unit, payment)
    reviews.require_open(unit, one)
    return one


def _make(unit: Unit, one: Review) -> None:
    """Make it, or leave it held: what the ledger refuses now it must not refuse for ever."""
    try:
        with unit.savepoint():
            _RELEASE[one.kind](unit, one.id)
    except Refusal as refused:
        raise CannotBeMade(why=refused.code) from None
