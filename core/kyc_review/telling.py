"""What a customer is told of their documents: which one, and why, by codes that have words."""

from uuid import UUID

from core.kyc.documents import Document
from core.kyc.requests import Request
from core.store.outbox import queue_notice
from core.store.unit import Unit


def again(unit: Unit, request: Request, document: Document) -> None:
    """Ask for a document once more."""
    queue_notice(
        unit,
        customer_id=document.customer,
        alert="kyc_again",
        facts={"document": document.type, "reason": document.reason, "code": request.spelt},
    )


def rejected(unit: Unit, document: Document) -> None:
    """Tell that a document was not taken."""
    queue_notice(
        unit,
        customer_id=document.customer,
        alert="kyc_rejected",
        facts={"document": document.type, "reason": document.reason},
    )


def not_raised(unit: Unit, customer: UUID) -> None:
    """Tell that limits stay as they are; why is for a person to say."""
    queue_notice(unit, customer_id=customer, alert="kyc_not_raised", facts={})


def picture_unfit(unit: Unit, document: Document, *, reason: str, code: str) -> None:
    """Ask for a picture once more that came to nothing."""
    queue_notice(
        unit,
        customer_id=document.customer,
        alert="kyc_again",
        facts={"document": document.type, "reason": reason, "code": code},
    )
