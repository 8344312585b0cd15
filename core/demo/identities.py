"""The demo's documents of identity: one waits for a person, some were approved, one has expired."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from core.access.actors import SYSTEM
from core.access.audit import Customer
from core.demo.people import GRACE, PEOPLE, Person
from core.kyc import documents, expiry, pages, requests
from core.kyc.declared import Declared
from core.kyc.documents import Document, Found
from core.kyc.pictures import Picture
from core.kyc.pieces import IDENTITY
from core.kyc.requests import Request
from core.store.files import Files
from core.store.unit import Unit

NIN = "CF990301010406"
"""Grace's: of a woman born in 1999."""
READ_NAME = "ACHIENG, Grace Atieno"
SHOWN_BY = ("+254712000104", "+254712000106", "+254712000107")
"""Whose documents were approved; of the next one they have expired."""
EXPIRED = "+254712000108"
LONG_AGO = timedelta(days=200)
SURE = Decimal("0.970")
_PLAIN = Picture(b"\xff\xd8\xff", "image/png", 1)


def load(unit: Unit, customers: list[UUID]) -> None:
    """Have a few of the demo's people show who they are. Nobody is told of it."""
    now = unit.now
    place = {person.phone: n for n, person in enumerate(PEOPLE)}
    for n, phone in enumerate((*SHOWN_BY, EXPIRED)):
        unit.now = now - LONG_AGO
        person = PEOPLE[place[phone]]
        request = _ask(unit, person, customers[place[phone]], number=f"{23456700 + n}")
        left = timedelta(days=-3 if phone == EXPIRED else 900)
        _approve(unit, request, ends=now.date() + left)
    unit.now = now - timedelta(minutes=20)
    grace = _ask(unit, GRACE, customers[place[GRACE.phone]], number=NIN)
    _leave_unclear(unit, grace)
    unit.now = now
    for document in expiry.due(unit):
        expiry.end(unit, document)


def draw(unit: Unit, files: Files, content: bytes) -> int:
    """Put a picture where each of the demo's pages has none on the disk; return how many."""
    rows = unit.all("select id from kyc_pages where source = 'demo' and status = 'kept'")
    missing = [row.id for row in rows if not files.path(row.id).exists()]
    for page in missing:
        files.write(page, content)
    return len(missing)


def _ask(unit: Unit, person: Person, customer: UUID, *, number: str) -> Request:
    request = requests.ask(
        unit,
        customer=customer,
        tier=2,
        given=Declared(
            country=person.country,
            name=f"{person.first_name} {person.last_name}",
            number=number,
            born=date.fromisoformat(person.born),
        ),
        channel="whatsapp",
        by=Customer(customer),
    )
    for document, piece in requests.missing(unit, request):
        pages.plant(unit, unit.new_id(), document, piece, _PLAIN)
    return request


def _checked(unit: Unit, request: Request) -> Iterator[Document]:
    for one in documents.of_request(unit, request.id):
        yield documents.move(unit, one, "checking", by=SYSTEM)


def _approve(unit: Unit, request: Request, *, ends: date) -> None:
    for one in _checked(unit, request):
        documents.move(
            unit, one, "approved", by=SYSTEM, found=_found(request, one), expires_on=ends
        )
    requests.end(unit, request.id, "done")


def _leave_unclear(unit: Unit, request: Request) -> None:
    for one in _checked(unit, request):
        found = _found(request, one, name=READ_NAME, reasons=("name_close",))
        documents.move(unit, one, "unclear", by=SYSTEM, found=found)


def _found(
    request: Request, document: Document, *, name: str = "", reasons: tuple[str, ...] = ()
) -> Found:
    given = request.declared
    if given is None or given.born is None:
        raise LookupError("the demo's people declare who they are")
    identifies = document.type in IDENTITY
    return Found(
        findings={
            "read": {
                "name": name or given.name.upper(),
                "number": given.number,
                "born": given.born.isoformat(),
                "expires": "2034-05-31",
            }
        },
        authenticity=SURE,
        face_match=SURE,
        reasons=reasons if identifies else (),
    )
