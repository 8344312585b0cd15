"""Documents whose time ends: told a month before, and then the tier goes with them.

A document ends on its own date, or when its owner is to be looked at anew, whichever comes first.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from core.access.actors import SYSTEM
from core.access.audit import Doer
from core.kyc import documents, policy, tiers
from core.kyc.documents import Document
from core.kyc.pieces import IDENTITY, DocumentType, same_purpose
from core.kyc.tiers import KycStatus, Tier
from core.store.outbox import queue_notice
from core.store.unit import Unit

MOST = 200
"""Documents of one run: each is a notice, or a tier that falls."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What ended, and the tier its owner has now."""

    document: Document
    tier: Tier


def ends_on(unit: Unit, customer: UUID, own: date | None) -> date:
    """Return when a document that is approved today ends; ``own`` is the date that stands on it."""
    anew = policy.looked_at_again(unit, customer)
    return anew if own is None else min(own, anew)


def warn(unit: Unit) -> int:
    """Tell the owners of documents that end within a month, once each; return how many."""
    rows = unit.all(
        """
        update kyc_documents set warned_at = %(now)s
        where doc_id in (
            select doc_id from kyc_documents
            where status = 'approved' and type <> 'selfie' and warned_at is null
                and expires_on between %(today)s and %(until)s
            order by expires_on, doc_id limit %(most)s for update skip locked)
        returning user_id, type, expires_on
        """,
        now=unit.now,
        today=unit.now.date(),
        until=unit.now.date() + timedelta(days=policy.days(unit, "notice_days")),
        most=MOST,
    )
    for row in rows:
        queue_notice(
            unit,
            customer_id=row.user_id,
            alert="kyc_expiring",
            facts={"document": row.type, "day": row.expires_on.isoformat()},
        )
    return len(rows)


def due(unit: Unit) -> list[UUID]:
    """Return approved documents whose last day is over."""
    rows = unit.all(
        """
        select doc_id from kyc_documents where status = 'approved' and expires_on < %(today)s
        order by expires_on, doc_id limit %(most)s
        """,
        today=unit.now.date(),
        most=MOST,
    )
    return [row.doc_id for row in rows]


def end(unit: Unit, document: UUID) -> Ended | None:
    """End a document whose time is over, and lower its owner's tier; None if it is not over."""
    found = documents.lock(unit, document)
    over = found.expires_on is not None and found.expires_on < unit.now.date()
    if found.status != "approved" or not over:
        return None
    ended = documents.move(unit, found, "expired", by=SYSTEM)
    tier = lower(unit, found.customer, found.type)
    if found.type != "selfie":  # it ends with the document it was compared with
        queue_notice(
            unit, customer_id=found.customer, alert="kyc_expired", facts={"document": found.type}
        )
    return Ended(ended, tier)


def supersede(unit: Unit, approved: Document, *, by: Doer) -> None:
    """End what an approved document takes the place of."""
    for one in documents.of_customer(unit, approved.customer):
        replaced = one.status == "approved" and one.type in same_purpose(approved.type)
        if replaced and one.id != approved.id:
            documents.move(unit, one, "expired", by=by)


def lower(unit: Unit, customer: UUID, ended: DocumentType) -> Tier:
    """Lower a customer by what a document of theirs was good for, and return their tier.

    Whoever has another one in force that shows the same stays where they are.
    """
    now = tiers.current(unit, customer)
    in_force = documents.approved(unit, customer)
    if any(one in in_force for one in same_purpose(ended)):
        return now
    identifies = ended in (*IDENTITY, "selfie")
    most = Tier.REGISTERED if identifies else Tier.IDENTIFIED
    tier = min(now, most)
    if tier < now:
        status: KycStatus = "Expired" if tier == Tier.REGISTERED else "Verified"
        tiers.set_tier(unit, customer, tier, kyc_status=status, by="kyc")
    return tier
