"""Documents checked by the verification firm: when one is asked, and what its answer amounts to.

A firm says what it read, how genuine it looks and whether the faces match. Whether that fits what
was declared is judged here, by rules that anybody can follow: each that is broken is a reason, and
with one reason a person looks at it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from uuid import UUID

from core.access.actors import SYSTEM
from core.kyc import documents, ids, pages, persons, policy, requests
from core.kyc.declared import Declared
from core.kyc.documents import Document, Found
from core.kyc.pieces import BY_THE_FIRM, IDENTITY, SIDES
from core.kyc.requests import Request
from core.partners import orders
from core.store.unit import Unit

SUBJECT = "kyc_document"
PARTNER = "verification"
_READ = ("name", "number", "born", "expires", "issued", "sex", "country", "address")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a firm has said; every field may be missing."""

    read: Mapping[str, str] = field(repr=False)
    authenticity: Decimal | None
    face_match: Decimal | None
    reasons: tuple[str, ...]

    def day(self, name: str) -> date | None:
        """Return a day that was read, if it was and is one."""
        try:
            return date.fromisoformat(self.read.get(name, ""))
        except ValueError:
            return None


def report_of(facts: Mapping[str, str]) -> Report:
    """Return a firm's report from the facts of its answer; what cannot be read is left out."""
    return Report(
        read={name: facts[name] for name in _READ if facts.get(name)},
        authenticity=_share(facts.get("authenticity")),
        face_match=_share(facts.get("face_match")),
        reasons=tuple(one for one in facts.get("reasons", "").split(",") if one),
    )


def begin_due(unit: Unit, request: Request) -> bool:
    """Have the documents checked of which every picture has come; return whether any were.

    Whoever calls it has locked the request. An identity document and its owner's face go together:
    one waits for the other, unless the other was approved before.
    """
    all_of = documents.of_request(unit, request.id)
    awaited = [one for one in all_of if one.status == "received"]
    lacks = {document for document, _ in requests.lacking(unit, awaited)}
    kept = _kept(unit, awaited)
    whole = [one for one in awaited if one.id not in lacks and one.id in kept]
    together = [one for one in whole if one.type in (*IDENTITY, "selfie")]
    alone = [one for one in whole if one not in together]
    if any(one.type in (*IDENTITY, "selfie") for one in awaited if one not in whole):
        together = []
    if together:
        _owe(unit, request, together, beside=_beside(all_of, together))
    for one in alone:
        if one.type in BY_THE_FIRM:
            _owe(unit, request, [one], beside=[])
        else:
            documents.move(unit, one, "unclear", by=SYSTEM)
    return bool(together or alone)


def _kept(unit: Unit, awaited: list[Document]) -> set[UUID]:
    """Return the documents every page of which is on the disk."""
    there = pages.of_documents(unit, [one.id for one in awaited])
    here = {(page.document, page.side) for page in there if page.status == "kept"}
    return {one.id for one in awaited if all((one.id, side) in here for side in SIDES[one.type])}


def _beside(all_of: list[Document], together: list[Document]) -> list[Document]:
    """Return the other half of an identity check where that was approved before."""
    here = {one.type for one in together}
    has_face, has_card = "selfie" in here, bool(here & set(IDENTITY))
    return [
        one
        for one in all_of
        if one.status == "approved"
        and ((one.type == "selfie" and not has_face) or (one.type in IDENTITY and not has_card))
    ]


def _owe(unit: Unit, request: Request, checked: list[Document], *, beside: list[Document]) -> None:
    """Owe the firm the check of documents together, the first of which is the order's subject."""
    if request.declared is None:
        raise LookupError("what was declared has been erased")
    shown = [*checked, *beside]
    kept = pages.of_documents(unit, [one.id for one in shown])
    types = {one.id: one.type for one in shown}
    identity = next((one.type for one in shown if one.type in IDENTITY), checked[0].type)
    order = orders.owe(
        unit,
        partner=PARTNER,
        action="identity" if identity in IDENTITY else "document",
        subject=SUBJECT,
        subject_id=checked[0].id,
        body={
            **request.declared.facts(),
            "type": identity,
            "customer": str(request.customer),
            "pages": ",".join(f"{types[page.document]}.{page.side}={page.id}" for page in kept),
        },
    )
    for one in checked:
        documents.move(unit, one, "checking", by=SYSTEM, order=order)


def judge(unit: Unit, document: Document, given: Declared, report: Report) -> Found:
    """Return what a firm's report comes to for one document of a check."""
    reasons = [*report.reasons]
    if report.authenticity is None or report.authenticity < policy.figure(
        unit, "authenticity_least"
    ):
        reasons.append("not_genuine")
    if document.type == "selfie":
        if report.face_match is None or report.face_match < policy.figure(unit, "face_least"):
            reasons.append("face_differs")
    else:
        reasons += _differences(unit, document, given, report)
    if document.type in IDENTITY and documents.is_number_taken(unit, document):
        reasons.append("number_taken")
    return Found(
        findings={"read": dict(report.read)},
        authenticity=report.authenticity,
        face_match=report.face_match,
        reasons=tuple(dict.fromkeys(reasons)),
    )


def _differences(unit: Unit, document: Document, given: Declared, report: Report) -> list[str]:
    today = unit.now.date()
    found = []
    alike = persons.compare_names(given.name, report.read.get("name", ""))
    if alike != "same":
        found.append("name_close" if alike == "close" else "name_differs")
    if document.type in IDENTITY:
        if ids.compact(report.read.get("number", "")) != given.number:
            found.append("number_differs")
        if report.day("born") != given.born:
            found.append("born_differs")
        expires = report.day("expires")
        if expires is not None and expires < today:
            found.append("document_expired")
    elif _is_old(report, today, days=policy.days(unit, "address_days")):
        found.append("too_old")
    return found


def _is_old(report: Report, today: date, *, days: int) -> bool:
    issued = report.day("issued")
    return issued is None or issued < today - timedelta(days=days)


def _share(text: str | None) -> Decimal | None:
    try:
        value = Decimal(text or "")
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value <= 1 else None
