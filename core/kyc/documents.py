"""Documents that customers show: written down, found, and moved one way along `kyc_moves`.

A document moves only from where whoever moves it saw it stand: what somebody else moved meanwhile
is refused, not moved again. The table `kyc_moves` and a trigger judge every move once more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from core.access.audit import Doer
from core.errors import DeskRefusal
from core.kyc.pieces import DocumentType
from core.store.unit import Row, Unit

Status = Literal[
    "received", "checking", "unclear", "review", "approved", "rejected", "asked_again", "expired"
]
LIVE: tuple[Status, ...] = ("received", "checking", "unclear", "review")
"""Not decided yet."""
FINDINGS = "kyc_documents.findings"
MOST = 100


class UnknownDocument(DeskRefusal):
    """There is no such document."""

    code = "unknown_document"


class DocumentMoved(DeskRefusal):
    """Somebody was faster. Fact: ``status``, how it stands now."""

    code = "document_moved"


@dataclass(frozen=True, slots=True)
class Document:
    """A document and how it stands. What it says is sealed: `findings` opens that."""

    id: UUID
    customer: UUID
    request: UUID
    type: DocumentType
    country: str
    status: Status
    verified_at: datetime | None
    authenticity: Decimal | None
    face_match: Decimal | None
    reasons: tuple[str, ...]
    order_id: UUID | None
    reviewer: UUID | None
    decided_by: UUID | None
    reason: str
    expires_on: date | None
    created_at: datetime
    updated_at: datetime

    @property
    def is_live(self) -> bool:
        """Whether it is not decided yet."""
        return self.status in LIVE


@dataclass(frozen=True, slots=True)
class Found:
    """What came of looking at a document, written down with the move that it leads to."""

    findings: Mapping[str, object]
    authenticity: Decimal | None
    face_match: Decimal | None
    reasons: tuple[str, ...]


COLUMNS = """doc_id, user_id, request_id, type, country, status, verified_at, authenticity,
    face_match, reasons, order_id, reviewer, decided_by, reason_code, expires_on, created_at,
    updated_at"""


def begin(
    unit: Unit,
    *,
    customer: UUID,
    request: UUID,
    type: DocumentType,  # noqa: A002 - as the column
    country: str,
    number_index: str | None,
    by: Doer,
) -> UUID:
    """Write down a document whose pictures are awaited, and return its id."""
    id_ = unit.new_id()
    unit.run(
        """
        with begun as (
            insert into kyc_documents (doc_id, user_id, request_id, type, country, number_index,
                events, created_at, updated_at)
            values (%(id)s, %(customer)s, %(request)s, %(type)s, %(country)s, %(number)s, 1,
                %(now)s, %(now)s)
            returning doc_id)
        insert into kyc_events (doc_id, n, at, became, by_kind, by)
        select doc_id, 1, %(now)s, 'received', %(by_kind)s, %(by)s from begun
        """,
        id=id_,
        customer=customer,
        request=request,
        type=type,
        country=country,
        number=number_index,
        by_kind=by.kind,
        by=by.id,
        now=unit.now,
    )
    return id_


def find(unit: Unit, document: UUID) -> Document:
    """Return a document.

    :raises UnknownDocument: if there is none of that id
    """
    return _one(unit, f"select {COLUMNS} from kyc_documents where doc_id = %(id)s", document)


def lock(unit: Unit, document: UUID) -> Document:
    """Return a document so that nobody else moves it meanwhile.

    :raises UnknownDocument: if there is none of that id
    """
    sql = f"select {COLUMNS} from kyc_documents where doc_id = %(id)s for no key update"
    return _one(unit, sql, document)


def of_request(unit: Unit, request: UUID) -> list[Document]:
    """Return the documents of a request, also those that were asked for again, oldest first."""
    return _several(unit, "request_id = %(id)s", request)


def of_order(unit: Unit, order: UUID) -> list[Document]:
    """Return the documents that are checked by one order."""
    return _several(unit, "order_id = %(id)s", order)


def of_customer(unit: Unit, customer: UUID) -> list[Document]:
    """Return the last hundred documents of a customer, oldest first."""
    return _several(unit, "user_id = %(id)s", customer)


def approved(unit: Unit, customer: UUID) -> dict[DocumentType, Document]:
    """Return the documents of a customer that are in force, the last of each type."""
    known = of_customer(unit, customer)
    return {one.type: one for one in known if one.status == "approved"}


def move(
    unit: Unit,
    document: Document,
    to: Status,
    *,
    by: Doer,
    reason: str = "",
    found: Found | None = None,
    order: UUID | None = None,
    expires_on: date | None = None,
) -> Document:
    """Move a document on, write that down, and return it as it stands then.

    :raises DocumentMoved: if it does not stand any more where it was seen
    """
    row = unit.maybe(
        f"""
        with moved as (
            update kyc_documents set status = %(to)s, events = events + 1, updated_at = %(now)s,
                verified_at = case when %(to)s = 'approved' then %(now)s else verified_at end,
                reviewer = case when %(to)s = 'review' then %(by)s else reviewer end,
                decided_by = case when %(to)s in ('approved', 'rejected', 'asked_again')
                    and %(by_kind)s = 'staff' then %(by)s else decided_by end,
                reason_code = %(reason)s, order_id = coalesce(%(order)s, order_id),
                expires_on = coalesce(%(expires)s, expires_on),
                findings = coalesce(%(findings)s, findings),
                authenticity = coalesce(%(authenticity)s, authenticity),
                face_match = coalesce(%(face)s, face_match),
                reasons = coalesce(%(reasons)s, reasons)
            where doc_id = %(id)s and status = %(was)s
            returning {COLUMNS}, events
        ), told as (
            insert into kyc_events (doc_id, n, at, was, became, by_kind, by, reason_code)
            select doc_id, events, %(now)s, %(was)s, status, %(by_kind)s, %(by)s, reason_code
            from moved
        )
        select {COLUMNS} from moved
        """,
        id=document.id,
        was=document.status,
        to=to,
        by_kind=by.kind,
        by=by.id,
        reason=reason or None,
        order=order,
        expires=expires_on,
        findings=found and unit.keys.seal_json(found.findings, field=FINDINGS, row=document.id),
        authenticity=found and found.authenticity,
        face=found and found.face_match,
        reasons=found and list(found.reasons),
        now=unit.now,
    )
    if row is None:
        raise DocumentMoved(status=find(unit, document.id).status)
    return _document(row)


def drop_received(unit: Unit, request: UUID, *, by: Doer) -> None:
    """Await no more pictures for a request whose owner begins anew."""
    unit.run(
        """
        with moved as (
            update kyc_documents set status = 'asked_again', reason_code = 'begun_anew',
                events = events + 1, updated_at = %(now)s
            where request_id = %(request)s and status = 'received'
            returning doc_id, events)
        insert into kyc_events (doc_id, n, at, was, became, by_kind, by, reason_code)
        select doc_id, events, %(now)s, 'received', 'asked_again', %(by_kind)s, %(by)s, 'begun_anew'
        from moved
        """,
        request=request,
        by_kind=by.kind,
        by=by.id,
        now=unit.now,
    )


def take_over(unit: Unit, document: Document, *, by: UUID) -> Document:
    """Have a document that somebody looks at be looked at by another person."""
    unit.run(
        """
        update kyc_documents set reviewer = %(by)s, updated_at = %(now)s
        where doc_id = %(id)s and status = 'review'
        """,
        id=document.id,
        by=by,
        now=unit.now,
    )
    return find(unit, document.id)


def findings(unit: Unit, document: UUID) -> dict[str, object]:
    """Return what was read on a document, and what differs; empty where nothing was looked at."""
    sealed = unit.value("select findings from kyc_documents where doc_id = %(id)s", id=document)
    if sealed is None:
        return {}
    opened: dict[str, object] = unit.keys.open_json(bytes(sealed), field=FINDINGS, row=document)
    return opened


def is_number_taken(unit: Unit, document: Document) -> bool:
    """Return whether another customer's approved document, or record, has the same number."""
    taken: bool = unit.value(
        """
        select exists (
            select from kyc_documents d join kyc_documents o on o.number_index = d.number_index
            where d.doc_id = %(id)s and o.user_id <> d.user_id and o.status = 'approved'
        ) or exists (
            select from kyc_documents d join customers c on c.id_number_index = d.number_index
            where d.doc_id = %(id)s and c.id <> d.user_id and c.is_active)
        """,
        id=document.id,
    )
    return taken


@dataclass(frozen=True, slots=True)
class Depth:
    """How many documents stand in a status, and since when the first of them does."""

    status: Status
    many: int
    since: datetime


def depths(unit: Unit) -> list[Depth]:
    """Return how many documents are not decided, by status."""
    rows = unit.all(
        """
        select status, count(*) as many, min(updated_at) as since from kyc_documents
        where status = any(%(live)s) group by status order by status
        """,
        live=list(LIVE),
    )
    return [Depth(*tuple(row)) for row in rows]


def _one(unit: Unit, sql: str, document: UUID) -> Document:
    row = unit.maybe(sql, id=document)
    if row is None:
        raise UnknownDocument
    return _document(row)


def _several(unit: Unit, which: str, id_: UUID) -> list[Document]:
    rows = unit.all(
        f"""
        select * from (
            select {COLUMNS} from kyc_documents where {which}
            order by created_at desc, doc_id desc limit {MOST}) d
        order by created_at, doc_id
        """,
        id=id_,
    )
    return [_document(row) for row in rows]


def _document(row: Row) -> Document:
    facts = list(row)[:17]
    facts[9], facts[13] = tuple(facts[9]), facts[13] or ""
    return Document(*facts)
