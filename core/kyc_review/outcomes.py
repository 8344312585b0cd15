"""What the verification firm has said: approved where it is sure and all fits, else for a person.

A firm's word raises nobody by itself to the third tier, and rejects nobody: what speaks against
somebody, a person judges.
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from core.access.actors import SYSTEM
from core.kyc import checks, documents, policy, requests
from core.kyc.documents import Document, Found
from core.kyc.pieces import FOR_A_PERSON, IDENTITY, DocumentType
from core.kyc.requests import Request
from core.kyc_review import raising, telling
from core.partners.answers import Answer, Done, Heard, Refused
from core.partners.orders import Order
from core.store.crashpoints import reached
from core.store.unit import Unit

AGAIN: dict[str, tuple[DocumentType, ...]] = {"unreadable": IDENTITY, "no_face": ("selfie",)}
"""Refusals of the firm that another picture mends, and of which document."""
NO_ANSWER = "no_answer"


def done(unit: Unit, order: Order, answer: Answer) -> None:
    """Judge what the firm has read, and approve it or have a person look."""
    if not isinstance(answer, Done):
        raise TypeError("a check that is done says what was found")
    request, checked = _checked(unit, order)
    if not checked or request.declared is None:
        return
    report = checks.report_of(answer.facts)
    given = request.declared
    found = {one.id: checks.judge(unit, one, given, report) for one in checked}
    clear = not any(one.reasons for one in found.values())
    if clear and FOR_A_PERSON.isdisjoint(one.type for one in checked):
        _approve(unit, request, checked, found, own_end=report.day("expires"))
    else:
        _leave_to_a_person(unit, checked, found)
    reached("kyc.judged")


def _approve(
    unit: Unit,
    request: Request,
    checked: list[Document],
    found: Mapping[UUID, Found],
    *,
    own_end: date | None,
) -> None:
    if not raising.is_clear(unit, request):
        waits = {one: _with_reason(told, raising.SCREENING) for one, told in found.items()}
        _leave_to_a_person(unit, checked, waits)
        return
    for one in checked:
        raising.put_in_force(unit, one, by=SYSTEM, own_end=own_end, found=found[one.id])
    raising.raise_tier(unit, request, by=SYSTEM)


def _leave_to_a_person(unit: Unit, checked: list[Document], found: Mapping[UUID, Found]) -> None:
    for one in checked:
        documents.move(unit, one, "unclear", by=SYSTEM, found=found[one.id])


def refused(unit: Unit, order: Order, answer: Answer) -> None:
    """Ask for another picture where that helps, at most twice; else have a person look."""
    if not isinstance(answer, Refused):
        raise TypeError("a check that was refused says why")
    request, checked = _checked(unit, order)
    code = answer.code
    unfit = [one for one in checked if one.type in AGAIN.get(code, ())]
    if unfit and _may_ask_again(unit, request, unfit[0]):
        for one in checked:
            if one not in unfit:
                documents.move(unit, one, "received", by=SYSTEM)
        again = documents.move(unit, unfit[0], "asked_again", by=SYSTEM, reason="unreadable")
        requests.add(unit, request, again.type, by=SYSTEM)
        telling.again(unit, request, again)
        return
    _to_a_person(unit, checked, code)


def stuck(unit: Unit, order: Order, _: Answer) -> None:
    """Have a person look when the firm has said nothing for a day; what it says later is late."""
    checked = _checked(unit, order)[1]
    _to_a_person(unit, checked, NO_ANSWER)


def _to_a_person(unit: Unit, checked: list[Document], reason: str) -> None:
    found = Found(findings={}, authenticity=None, face_match=None, reasons=(reason,))
    _leave_to_a_person(unit, checked, {one.id: found for one in checked})


def _may_ask_again(unit: Unit, request: Request, document: Document) -> bool:
    before = [
        one
        for one in documents.of_request(unit, request.id)
        if one.type == document.type and one.status == "asked_again"
    ]
    return len(before) < policy.days(unit, "asked_again_most")


def _checked(unit: Unit, order: Order) -> tuple[Request, list[Document]]:
    """Return the request that an order is of, and its documents that still wait for the answer."""
    document = documents.find(unit, order.subject_id)
    request = requests.lock(unit, document.request)
    waiting = [one for one in documents.of_order(unit, order.id) if one.status == "checking"]
    return request, waiting


def _with_reason(found: Found, reason: str) -> Found:
    return Found(found.findings, found.authenticity, found.face_match, (*found.reasons, reason))


CHECKS = Heard(done=done, refused=refused, stuck=stuck)
"""Who hears of the firm's answers."""
