"""One document as whoever reviews it sees it: what was declared, what was read, and its pictures.

What stands on a document is shown to the person who looks at it, while they do, and to nobody else
but for a reason that is kept.
"""

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from core.access import audit
from core.access.actors import Actor
from core.access.approvals import ReasonNeeded
from core.errors import DeskRefusal
from core.kyc import documents, history, ids, pages, persons, requests
from core.kyc.declared import Declared
from core.kyc.documents import Document
from core.kyc.history import Event
from core.kyc.pages import Page
from core.kyc.pieces import IDENTITY
from core.kyc.requests import Request
from core.kyc_review.deciding import PERMISSION
from core.store.unit import Unit

SHORTEST_REASON = 4
SECOND = "kyc.approve"
"""Who decides about a tier that a colleague asks for."""
Alike = Literal["same", "close", "differs", "missing", "told"]


class NoSuchPicture(DeskRefusal):
    """There is no such picture, or it is not shown without a reason."""

    code = "no_such_picture"


@dataclass(frozen=True, slots=True)
class Compared:
    """One thing that was declared, beside what was read of it."""

    name: str
    declared: str = field(repr=False)
    read: str = field(repr=False)
    alike: Alike


@dataclass(frozen=True, slots=True)
class Seen:
    """A document with all that belongs to it. ``compared`` is empty for whoever may not see it."""

    document: Document
    request: Request
    others: list[Document]
    """The other documents of its request."""
    pages: list[Page]
    compared: list[Compared]
    events: list[Event]
    own: bool
    """Whether this person looks at it."""


def look(unit: Unit, actor: Actor, document: UUID) -> Seen:
    """Return a document; with what stands on it if it is theirs to look at.

    :raises Forbidden: if they review none
    :raises UnknownDocument: if there is none
    """
    actor.require(PERMISSION)
    found = documents.find(unit, document)
    return _seen(unit, actor, found, opened=_is_own(actor, found))


def _seen(unit: Unit, actor: Actor, found: Document, *, opened: bool) -> Seen:
    request = requests.find(unit, found.request)
    return Seen(
        document=found,
        request=request,
        others=[one for one in documents.of_request(unit, request.id) if one.id != found.id],
        pages=_shown(unit, found) if opened else [],
        compared=_compared(unit, found, request.declared) if opened else [],
        events=history.events(unit, [found.id])[found.id],
        own=_is_own(actor, found),
    )


def seen(unit: Unit, actor: Actor, found: Seen) -> None:
    """Note that somebody looked at a document."""
    fields = tuple(one.name for one in found.compared)
    _note(unit, actor, "kyc.seen", found.document, fields=fields)


def for_a_reason(unit: Unit, actor: Actor, document: UUID, *, reason: str) -> Seen:
    """Return a document that is nobody's to look at any more, for a reason, and note that.

    :raises Forbidden: if they review none
    :raises UnknownDocument: if there is none
    :raises ReasonNeeded: if they do not say why
    """
    actor.require(PERMISSION)
    return _opened(unit, actor, documents.find(unit, document), reason)


def of_tier(unit: Unit, actor: Actor, request: UUID, *, reason: str) -> list[Seen]:
    """Return the documents in force that a tier is asked for with, for the second person.

    :raises Forbidden: if they decide about no tier
    :raises ReasonNeeded: if they do not say why
    """
    actor.require(SECOND)
    shown = [one for one in documents.of_request(unit, request) if one.status == "approved"]
    return [_opened(unit, actor, one, reason) for one in shown]


def _opened(unit: Unit, actor: Actor, document: Document, reason: str) -> Seen:
    """Return a document with all that stands on it, for a reason that is kept."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise ReasonNeeded
    found = _seen(unit, actor, document, opened=True)
    sides = tuple(one.side for one in found.pages)
    _note(unit, actor, "kyc.picture_seen", document, fields=sides, reason=reason)
    return found


def open_picture(unit: Unit, actor: Actor, page: UUID) -> Page:
    """Return a picture of a document that this person looks at, and note that it was seen.

    :raises Forbidden: if they review none
    :raises NoSuchPicture: if there is none, or they do not look at its document
    """
    actor.require(PERMISSION)
    document: UUID | None = unit.value(
        "select doc_id from kyc_pages where id = %(id)s and status = 'kept'", id=page
    )
    found = None if document is None else documents.find(unit, document)
    if found is None or not _is_own(actor, found):
        raise NoSuchPicture
    shown = next(one for one in pages.of_documents(unit, [found.id]) if one.id == page)
    _note(unit, actor, "kyc.picture_seen", found, fields=(shown.side,), reason="review")
    return shown


def _is_own(actor: Actor, document: Document) -> bool:
    return document.status == "review" and document.reviewer == actor.id


def _shown(unit: Unit, document: Document) -> list[Page]:
    return [one for one in pages.of_documents(unit, [document.id]) if one.status == "kept"]


def _compared(unit: Unit, document: Document, given: Declared | None) -> list[Compared]:
    """Return what was declared beside what was read of it, in the order in which people compare."""
    read = documents.findings(unit, document.id).get("read")
    told: dict[str, str] = read if isinstance(read, dict) else {}
    facts = {} if given is None else given.facts()
    rows = [
        Compared(one, facts.get(one, ""), _read(one, told), _alike(one, facts, told))
        for one in _told_of(document)
    ]
    rest = [one for one in ("expires", "issued", "sex", "country") if told.get(one)]
    return rows + [Compared(one, "", told[one], "told") for one in rest]


def _told_of(document: Document) -> tuple[str, ...]:
    if document.type == "selfie":
        return ("name",)
    return ("name", "number", "born") if document.type in IDENTITY else ("name", "home", "source")


def _read(name: str, told: dict[str, str]) -> str:
    return told.get("address" if name == "home" else name, "")


def _alike(name: str, facts: dict[str, str], told: dict[str, str]) -> Alike:
    declared, read = facts.get(name, ""), _read(name, told)
    if not declared or not read:
        return "missing"
    if name == "name":
        return persons.compare_names(declared, read)
    if name in ("number", "home"):
        same = ids.compact(declared) == ids.compact(read)
    else:
        same = declared == read
    return "same" if same else "differs"


def _note(
    unit: Unit,
    actor: Actor,
    action: str,
    document: Document,
    *,
    fields: tuple[str, ...],
    reason: str = "",
) -> None:
    audit.note(
        unit,
        actor,
        action,
        subject="kyc_document",
        subject_id=document.id,
        customer=document.customer,
        reason=reason.strip(),
        fields=(document.type, *fields),
    )
