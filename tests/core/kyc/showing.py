"""Customers who show documents, as the story and the worker have them do it."""

from datetime import date

from core import outcomes
from core.access.audit import Customer
from core.kyc import checks, declared, documents, pages, requests
from core.kyc.declared import Declared
from core.kyc.pictures import Picture
from core.partners import order_queue
from core.partners.answers import Done
from tests.core.people import BORN

NUMBER = "23456789"
PICTURE = Picture(b"\xff\xd8\xff a picture", "image/jpeg", 1)
READ = {
    "name": "OTIENO, AMINA", "number": NUMBER, "born": BORN.isoformat(), "expires": "2031-05-01",
    "authenticity": "0.97", "face_match": "0.94", "reasons": "",
}  # fmt: skip
BILL = {"name": "Amina Otieno", "issued": "2026-02-10", "authenticity": "0.97", "reasons": ""}


def given(**facts):
    known = {"country": "KE", "name": "Amina Otieno", "number": NUMBER, "born": BORN}
    return Declared(**(known | facts))


def home(**facts):
    known = {"country": "KE", "name": "Amina Otieno", "home": "House 7, Ngong Road, Nairobi"}
    return Declared(**(known | {"source": "salary"} | facts))


def asks(unit, who, *, tier=2, **facts):
    said = declared.read_identity(given(**facts), today=unit.now.date()) if tier == 2 else home()
    return requests.ask(
        unit, customer=who.id, tier=tier, given=said, channel="whatsapp", by=Customer(who.id)
    )


def shows(unit, request, *, but=()):
    """Have every picture that is awaited arrive, and what is whole be checked."""
    for document, piece in requests.missing(unit, request):
        if piece.key not in but:
            assert pages.plant(unit, unit.new_id(), document, piece, PICTURE)
    return checks.begin_due(unit, requests.lock(unit, request.id))


def firm_says(unit, answer=None, **read):
    """Give the firm's answer to every order that is due."""
    unit.run("update partner_orders set due_at = %(now)s where finished_at is null", now=unit.now)
    taken = order_queue.take(unit, checks.PARTNER, most=9)
    for one in taken:
        plain = READ if one.order.action == "identity" else BILL
        said = answer or Done("SV1", {**plain, **read})
        outcomes.tell(unit, one.order, order_queue.note(unit, one, said), said)
    return [one.order for one in taken]


def identified(unit, who, **facts):
    """Have somebody go all the way to the second tier."""
    request = asks(unit, who, **facts)
    shows(unit, request)
    firm_says(unit)
    return request


def of(unit, request, type_):
    """Return the last document of a type."""
    found = [one for one in documents.of_request(unit, request.id) if one.type == type_]
    return found[-1]


def statuses(unit, request):
    return {one.type: one.status for one in documents.of_request(unit, request.id)}


def standing(unit, who):
    row = unit.one("select tier, kyc_status from customers where id = %(id)s", id=who.id)
    return tuple(row)


BEFORE = date(2020, 1, 1)
