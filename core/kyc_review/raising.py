"""The end of a check that went well: documents in force, the customer's record, and their tier.

Nobody is raised whom screening has not cleared: their documents wait for compliance, and the
customer hears what everybody hears whose check takes longer.
"""

from contextlib import suppress
from datetime import date
from uuid import UUID

from core.access import approvals
from core.access.actors import Actor
from core.access.approvals import AlreadyAsked
from core.access.audit import Doer
from core.errors import DeskRefusal
from core.kyc import documents, expiry, requests, tiers, verified
from core.kyc.documents import Document, Found
from core.kyc.pieces import IDENTITY, is_shown
from core.kyc.requests import Request
from core.kyc.tiers import Tier
from core.screening.standings import screen_customer, standing
from core.store.outbox import queue_notice
from core.store.unit import Unit

KIND = "kyc_tier"
"""What the second person decides."""
SCREENING = "screening"
"""The reason of a document that waits for screening alone."""
WHY = "kyc"


def is_clear(unit: Unit, request: Request) -> bool:
    """Return whether screening clears a request's owner, by what they declared in it.

    That is on their record from here on: whoever looks at a hit compares with it.
    """
    if request.declared is not None and request.declared.number:
        verified.note(unit, request.customer, request.declared)
    return screen_customer(unit, request.customer, why=WHY).band == "clear"


def put_in_force(
    unit: Unit,
    document: Document,
    *,
    by: Doer,
    own_end: date | None,
    found: Found | None = None,
) -> Document:
    """Approve a document, until its own date or until its owner is looked at anew."""
    ends = expiry.ends_on(unit, document.customer, own_end)
    approved = documents.move(unit, document, "approved", by=by, found=found, expires_on=ends)
    expiry.supersede(unit, approved, by=by)
    return approved


def raise_tier(unit: Unit, request: Request, *, by: Actor) -> bool:
    """Raise the owner of a request whose documents are all in force; return whether they were.

    To the third tier it takes a second person: they are asked here, and decide later.
    """
    in_force = documents.approved(unit, request.customer)
    if not is_shown(request.tier, in_force.keys()):
        return False
    if request.tier == Tier.IDENTIFIED:
        promote(unit, request, by="kyc" if by.id is None else f"staff {by.id}")
        return True
    if by.kind == "staff" and tiers.current(unit, request.customer) == Tier.IDENTIFIED:
        with suppress(AlreadyAsked):
            approvals.request(
                unit,
                by,
                KIND,
                facts={"tier": str(request.tier), "request": str(request.id)},
                customer=request.customer,
                reason="address and source of funds were looked at",
            )
    return False


class ScreeningOpen(DeskRefusal):
    """Screening has not cleared the customer: that is decided first."""

    code = "screening_open"


class DocumentsOver(DeskRefusal):
    """A document that the tier takes is in force no more."""

    code = "documents_over"


def finish(unit: Unit, request: Request, *, by: str) -> None:
    """Raise the owner of a request, as a second person has approved.

    :raises ScreeningOpen: if screening has found something meanwhile
    :raises DocumentsOver: if what they have shown is in force no more
    """
    if standing(unit, request.customer) != "clear":
        raise ScreeningOpen
    in_force = documents.approved(unit, request.customer).keys()
    identified = tiers.current(unit, request.customer) >= Tier.IDENTIFIED
    if not (identified and is_shown(request.tier, in_force)):
        raise DocumentsOver
    promote(unit, request, by=by)


def promote(unit: Unit, request: Request, *, by: str) -> None:
    """Move the owner of a request to its tier, and tell them what it brings."""
    tier = Tier(max(request.tier, tiers.current(unit, request.customer)))
    tiers.set_tier(unit, request.customer, tier, kyc_status="Verified", by=by)
    requests.end(unit, request.id, "done")
    queue_notice(
        unit,
        customer_id=request.customer,
        alert="kyc_approved",
        facts=brings(unit, request.customer, tier),
    )


def brings(unit: Unit, customer: UUID, tier: Tier) -> dict[str, str]:
    """Return what a tier allows where a customer lives; what has no limit is left empty."""
    country: str = unit.value("select country from customers where id = %(id)s", id=customer)
    allows = tiers.limits(unit, country=country, tier=tier)
    named = {
        "at_once": allows.per_transaction,
        "each_day": allows.per_day,
        "holds": allows.max_balance,
    }
    return {name: "" if value is None else str(value) for name, value in named.items()}


def identifies(document: Document) -> bool:
    """Return whether a document tells who its owner is."""
    return document.type in IDENTITY
