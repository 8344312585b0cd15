"""What a person decides about a document: takes it, approves it, turns it down, asks for another.

A document that nobody has is taken by deciding it; one that a colleague looks at must be taken over
first. Every decision is written down with who made it and why.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from core.access import audit
from core.access.actors import Actor
from core.access.approvals import ReasonNeeded
from core.errors import DeskRefusal
from core.kyc import documents, policy, requests, tiers
from core.kyc.documents import LIVE, Document, DocumentMoved
from core.kyc.pieces import IDENTITY
from core.kyc.requests import Request
from core.kyc.tiers import Tier
from core.kyc_review import raising, telling
from core.store.crashpoints import reached
from core.store.unit import Unit

PERMISSION = "kyc.review"
Came = Literal["approved", "screening", "raised", "asked"]


class NotYourReview(DeskRefusal):
    """A colleague looks at it: take it over first."""

    code = "not_your_review"


class NumberTaken(DeskRefusal):
    """Another customer has shown a document of that number."""

    code = "number_taken"


class BadReason(DeskRefusal):
    """There is no such reason to turn a document down."""

    code = "bad_kyc_reason"


class NotLongEnough(DeskRefusal):
    """The date on it is over."""

    code = "document_is_over"


@dataclass(frozen=True, slots=True)
class Approved:
    """What came of an approval: ``screening``: nothing yet, screening has to be decided first."""

    document: Document
    came: Came


def take(unit: Unit, actor: Actor, document: UUID) -> Document:
    """Take a document to look at it, also over from a colleague.

    :raises Forbidden: if they review none
    :raises UnknownDocument: if there is none
    :raises DocumentMoved: if nobody has to look at it
    """
    _, found = _locked(unit, actor, document)
    if found.status == "unclear":
        taken = documents.move(unit, found, "review", by=actor)
    elif found.status == "review" and actor.id is not None:
        taken = documents.take_over(unit, found, by=actor.id)
    else:
        raise DocumentMoved(status=found.status)
    _note(unit, actor, "kyc.taken", taken)
    return taken


def approve(
    unit: Unit, actor: Actor, document: UUID, *, until: date | None, reason: str
) -> Approved:
    """Approve a document, ``until`` the date on it if it has one, and raise its owner if all is in.

    Where screening has not cleared its owner nothing is approved: that is decided first.

    :raises Forbidden: if they review none
    :raises UnknownDocument: if there is none
    :raises DocumentMoved: if nobody has to look at it
    :raises NotYourReview: if a colleague does
    :raises NumberTaken: if it is another customer's number
    :raises NotLongEnough: if the date on it is over
    :raises ReasonNeeded: if they do not say why, where a machine had doubts
    """
    request, found = _mine(unit, actor, document)
    if found.reasons and not reason.strip():
        raise ReasonNeeded
    if until is not None and until < unit.now.date():
        raise NotLongEnough
    if found.type in IDENTITY and documents.is_number_taken(unit, found):
        raise NumberTaken
    if not raising.is_clear(unit, request):
        # Whoever reads the log of a customer must not learn of whom screening knows something.
        _note(unit, actor, "kyc.left_open", found, reason=reason)
        return Approved(found, "screening")
    approved = raising.put_in_force(unit, found, by=actor, own_end=until)
    raised = raising.raise_tier(unit, request, by=actor)
    _note(unit, actor, "kyc.approved", approved, reason=reason)
    if raised:
        return Approved(approved, "raised")
    whole = request.tier == Tier.ASSESSED and not _waits(unit, request)
    return Approved(approved, "asked" if whole else "approved")


def reject(unit: Unit, actor: Actor, document: UUID, *, code: str, reason: str) -> Document:
    """Turn a document down, and its request with it; the customer reads why.

    Raises what `approve` does of who may.

    :raises BadReason: if there is no such code
    """
    request, found = _mine(unit, actor, document)
    _require_reason(unit, code)
    rejected = documents.move(unit, found, "rejected", by=actor, reason=code)
    for one in documents.of_request(unit, request.id):
        if one.status in LIVE:
            documents.move(unit, one, "rejected", by=actor, reason=code)
    requests.end(unit, request.id, "dropped")
    if tiers.current(unit, found.customer) == Tier.REGISTERED:
        tiers.set_tier(
            unit, found.customer, Tier.REGISTERED, kyc_status="Rejected", by=f"staff {actor.id}"
        )
    telling.rejected(unit, rejected)
    _note(unit, actor, "kyc.rejected", rejected, reason=reason)
    return rejected


def ask_again(unit: Unit, actor: Actor, document: UUID, *, code: str, reason: str) -> Document:
    """Ask for one document once more; the rest of the request stays as it is.

    Raises what `approve` does of who may.

    :raises BadReason: if there is no such code
    """
    request, found = _mine(unit, actor, document)
    _require_reason(unit, code)
    again = documents.move(unit, found, "asked_again", by=actor, reason=code)
    requests.add(unit, request, found.type, by=actor)
    telling.again(unit, request, again)
    _note(unit, actor, "kyc.asked_again", again, reason=reason)
    return again


def _waits(unit: Unit, request: Request) -> bool:
    return any(one.is_live for one in documents.of_request(unit, request.id))


def _require_reason(unit: Unit, code: str) -> None:
    if code not in policy.reasons(unit):
        raise BadReason


def _locked(unit: Unit, actor: Actor, document: UUID) -> tuple[Request, Document]:
    """Lock a request before its documents, as whoever hears of the firm does."""
    actor.require(PERMISSION)
    request = requests.lock(unit, documents.find(unit, document).request)
    return request, documents.lock(unit, document)


def _mine(unit: Unit, actor: Actor, document: UUID) -> tuple[Request, Document]:
    """Return a document that this person decides: one they have, or take by that."""
    request, found = _locked(unit, actor, document)
    if found.status == "unclear":
        return request, documents.move(unit, found, "review", by=actor)
    if found.status != "review":
        raise DocumentMoved(status=found.status)
    if found.reviewer != actor.id:
        raise NotYourReview
    return request, found


def _note(unit: Unit, actor: Actor, action: str, document: Document, *, reason: str = "") -> None:
    audit.note(
        unit,
        actor,
        action,
        subject="kyc_document",
        subject_id=document.id,
        customer=document.customer,
        reason=reason.strip(),
        fields=(document.type,),
        after={"status": document.status, "reason": document.reason},
    )
    reached("kyc.decided")
