"""Requests for a higher tier: what a customer declares for one, and what is still to be shown."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from core.access.audit import Doer
from core.errors import DeskRefusal, Refusal
from core.kyc import declared, documents, pages
from core.kyc.declared import Declared
from core.kyc.documents import Document
from core.kyc.pieces import IDENTITY, SIDES, DocumentType, Piece, wanted
from core.store import personal
from core.store.unit import Row, Unit

Status = Literal["open", "done", "dropped"]
_CROCKFORD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_MISREAD = str.maketrans("OIL", "011")
CODE_BYTES = 5


class RequestUnderway(Refusal):
    """What the customer showed is being looked at: nothing new is begun until that is over."""

    code = "kyc_underway"


class UnknownRequest(DeskRefusal):
    """There is no open request of that code."""

    code = "unknown_kyc_request"


@dataclass(frozen=True, slots=True)
class Request:
    """What a customer asks for. ``declared`` is None once its owner was forgotten."""

    id: UUID
    customer: UUID
    tier: int
    code: str
    status: Status
    channel: str
    created_at: datetime
    declared: Declared | None = field(repr=False)

    @property
    def spelt(self) -> str:
        """The code as it is read out: ``7Q4K-9M2X``."""
        return f"{self.code[:4]}-{self.code[4:]}"


COLUMNS = "id, user_id, tier, code, status, channel, created_at, declared"


def ask(
    unit: Unit, *, customer: UUID, tier: int, given: Declared, channel: str, by: Doer
) -> Request:
    """Ask for a tier, with what is declared for it; what was begun and not shown is dropped.

    :raises RequestUnderway: if documents of an earlier request are being looked at
    """
    before = current(unit, customer)
    if before is not None:
        _begin_anew(unit, before, by=by)
    id_ = unit.new_id()
    code = base64.b32encode(id_.bytes[-CODE_BYTES:]).decode().translate(_CROCKFORD)
    row = unit.one(
        f"""
        insert into kyc_requests (id, user_id, tier, code, declared, channel, created_at)
        values (%(id)s, %(customer)s, %(tier)s, %(code)s, %(declared)s, %(channel)s, %(now)s)
        returning {COLUMNS}
        """,
        id=id_,
        customer=customer,
        tier=tier,
        code=code,
        declared=declared.sealed(unit, id_, given),
        channel=channel,
        now=unit.now,
    )
    asked = _request(unit, row)
    for document in wanted(tier, kind=given.kind):
        add(unit, asked, document, by=by)
    return asked


def add(unit: Unit, request: Request, document: DocumentType, *, by: Doer) -> UUID:
    """Await a document for a request, and return its id."""
    given = _declared(request)
    number = document in IDENTITY and given.number
    return documents.begin(
        unit,
        customer=request.customer,
        request=request.id,
        type=document,
        country=given.country,
        number_index=personal.id_number_token(unit.keys, given.country, number) if number else None,
        by=by,
    )


def _declared(request: Request) -> Declared:
    if request.declared is None:
        raise LookupError("what was declared has been erased")
    return request.declared


def _begin_anew(unit: Unit, request: Request, *, by: Doer) -> None:
    live = [one for one in documents.of_request(unit, request.id) if one.is_live]
    if any(one.status != "received" for one in live):
        raise RequestUnderway
    documents.drop_received(unit, request.id, by=by)
    end(unit, request.id, "dropped")


def end(unit: Unit, request: UUID, status: Status) -> None:
    """End a request, if it is open."""
    unit.run(
        """
        update kyc_requests set status = %(status)s, ended_at = %(now)s
        where id = %(id)s and status = 'open'
        """,
        id=request,
        status=status,
        now=unit.now,
    )


def find(unit: Unit, request: UUID) -> Request:
    """Return a request by its id."""
    row = unit.one(f"select {COLUMNS} from kyc_requests where id = %(id)s", id=request)
    return _request(unit, row)


def maybe(unit: Unit, request: UUID) -> Request | None:
    """Return a request by its id, if there is one."""
    row = unit.maybe(f"select {COLUMNS} from kyc_requests where id = %(id)s", id=request)
    return None if row is None else _request(unit, row)


def lock(unit: Unit, request: UUID) -> Request:
    """Return a request so that what belongs to it happens one after the other."""
    sql = f"select {COLUMNS} from kyc_requests where id = %(id)s for no key update"
    return _request(unit, unit.one(sql, id=request))


def current(unit: Unit, customer: UUID) -> Request | None:
    """Return the request of a customer that is open, if there is one."""
    row = unit.maybe(
        f"select {COLUMNS} from kyc_requests where user_id = %(id)s and status = 'open'",
        id=customer,
    )
    return None if row is None else _request(unit, row)


def by_code(unit: Unit, said: str) -> Request:
    """Return the open request of a code, however that was typed.

    :raises UnknownRequest: if there is none
    """
    code = "".join(one for one in said.upper() if one.isalnum()).translate(_MISREAD)
    row = unit.maybe(
        f"select {COLUMNS} from kyc_requests where code = %(code)s and status = 'open'", code=code
    )
    if row is None:
        raise UnknownRequest
    return _request(unit, row)


def missing(unit: Unit, request: Request) -> list[tuple[UUID, Piece]]:
    """Return the pictures that a request still waits for, each with its document's id."""
    awaited = [one for one in documents.of_request(unit, request.id) if one.status == "received"]
    return lacking(unit, awaited)


def lacking(unit: Unit, awaited: Sequence[Document]) -> list[tuple[UUID, Piece]]:
    """Return the pictures that documents lack, in the order they are taken."""
    order = {one: place for place, one in enumerate(SIDES)}
    there = {(page.document, page.side) for page in pages.of_documents(unit, _ids(awaited))}
    return [
        (one.id, Piece(one.type, side))
        for one in sorted(awaited, key=lambda one: order[one.type])
        for side in SIDES[one.type]
        if (one.id, side) not in there
    ]


def _ids(found: Sequence[Document]) -> list[UUID]:
    return [one.id for one in found]


def _request(unit: Unit, row: Row) -> Request:
    given = None if row.declared is None else declared.opened(unit, row.id, row.declared)
    return Request(
        row.id, row.user_id, row.tier, row.code, row.status, row.channel, row.created_at, given
    )
