"""The job that makes a document, outside any turn: read, set, sealed on disk, and sent off.

The file is written before its row says that it is there. Whoever dies in between leaves a file that
no row speaks of as made: the next try writes it anew in the same place, and until then no link or
letter leads to it. What breaks is parked for a person and tried again; its customer is told once.
"""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy import exc

from bot import house as houses
from bot import parking
from bot.house import House
from core.crm import customers, own_email
from core.documents import receipt, receipt_pdf, shelf, statement, statement_pdf
from core.documents.shelf import Wanted
from core.store import contacts, mail
from core.store.crashpoints import reached
from core.store.outbox import Notice, queue_notices
from core.store.unit import Unit
from worker.receipt_sheet import ReceiptPen
from worker.statement_sheet import Pen

FOLDER = "documents"
PAPER = "paper"
"""What words are told on that are no message."""
READY = {"statement": "document_ready", "receipt": "receipt_ready"}
LATE = {"statement": "document_late", "receipt": "receipt_late"}
"""What its customer is told, by the kind of document."""
AWAY = (exc.DBAPIError, exc.TimeoutError)

log = structlog.get_logger()


class Letters(Protocol):
    """Words the letter that a document goes with."""

    def letter(self, first_name: str) -> tuple[str, str]:
        """Return its subject and its words."""


@dataclass(frozen=True, slots=True)
class _Paper:
    """A document that was written, and what shows that it says what the bank wrote."""

    content: bytes
    mac: str
    pen: Letters


def make(document: str) -> None:
    """Make a document. A job; what fails is tried again, later each time."""
    make_in(houses.current(), UUID(document))


def make_in(house: House, document: UUID) -> bool:
    """Make a document of this house and send it off; return whether it is made now."""
    with house.unit() as unit:
        wanted = shelf.claim(unit, document)
    if wanted is None:
        return False
    try:
        paper = _write(house, wanted)
    except AWAY:
        raise
    except Exception as error:
        log.exception("document not made", document=str(document))
        parking.park(house, "job", f"document {document}", error)
        _say_late(house, wanted)
        return False
    house.files(FOLDER).write(document, paper.content)
    reached("document.written")
    with house.unit() as unit:
        kept = shelf.made(unit, document, content_mac=paper.mac, size=len(paper.content))
        if kept:
            _send_off(unit, wanted, paper.pen)
    if not kept:  # erased meanwhile
        house.files(FOLDER).remove(document)
        return False
    log.info("document made", document=str(document), bytes=len(paper.content))
    return True


def forget(house: House) -> int:
    """Delete the files of documents whose month is over, or whose customer left; return how many.

    The file goes first: a row that says so never has one.
    """
    with house.unit() as unit:
        expired = shelf.expired(unit)
    for document in expired:
        house.files(FOLDER).remove(document)
        with house.unit() as unit:
            shelf.gone(unit, document)
    return len(expired)


def make_due(house: House) -> None:
    """Have documents made that are due; here, when Redis is away."""
    with house.unit() as unit:
        due = shelf.due(unit)
    for document in due:
        if not house.waker.make_document(str(document)):
            make_in(house, document)


def _write(house: House, wanted: Wanted) -> _Paper:
    """Read what a document tells, and set it in its customer's language."""
    words = house.words(wanted.language, PAPER)
    if wanted.kind == "receipt":
        with house.unit() as unit:
            paid = receipt.read(unit, wanted)
        slip = ReceiptPen(words, paid, base=house.settings.public_base_url)
        return _Paper(receipt_pdf.write(slip.sheet(), made_at=house.now()), paid.code, slip)
    with house.unit() as unit:
        told = statement.read(unit, wanted)
    pen = Pen(words, told)
    content = statement_pdf.write(pen.sheet(), made_at=house.now())
    return _Paper(content, told.content_mac, pen)


def _send_off(unit: Unit, wanted: Wanted, pen: Letters) -> None:
    if wanted.carrier == "mail":
        _queue_letter(unit, wanted, pen)
        return
    _notify(unit, wanted, READY[wanted.kind], {"number": wanted.number}, document=wanted.id)


def _queue_letter(unit: Unit, wanted: Wanted, pen: Letters) -> None:
    to = own_email.verified(unit, wanted.customer)
    if to is None:  # it was taken off the record meanwhile
        return
    first_name = customers.people(unit, [wanted.customer])[wanted.customer].first_name
    subject, body = pen.letter(first_name)
    mail.queue(
        unit, to=to, subject=subject, body=body, attachment=wanted.id, customer=wanted.customer
    )


def _say_late(house: House, wanted: Wanted) -> None:
    with house.unit() as unit:
        if not wanted.told and shelf.tell_late(unit, wanted.id):
            _notify(unit, wanted, LATE[wanted.kind], {})


def _notify(
    unit: Unit,
    wanted: Wanted,
    alert: str,
    facts: dict[str, str],
    *,
    document: UUID | None = None,
) -> None:
    address = None
    if wanted.address is not None:
        address = contacts.reveal(unit, [wanted.address]).get(wanted.address)
    channel = None if address is None else "whatsapp"
    queue_notices(unit, [Notice(wanted.customer, alert, facts, channel, address, document)])
