"""Identities: documents that wait for a person, and one of them beside what was declared."""

from base64 import b64encode
from collections.abc import Callable
from datetime import date
from io import BytesIO
from uuid import UUID

from flask import Response, abort, send_file

from bot.console import compliance, given, looks, shell, tabs
from bot.console.people import People
from bot.console.shell import console
from bot.guard import actor, guard
from core.access.actors import Actor
from core.errors import Refusal
from core.kyc import pages as kept
from core.kyc import policy
from core.kyc_review import deciding, looking, queue
from core.kyc_review.deciding import PERMISSION
from core.kyc_review.looking import NoSuchPicture, Seen
from core.kyc_review.queue import VIEWS, View
from core.store.unit import Unit

INLINE = frozenset({"image/jpeg", "image/png"})
"""What a browser shows by itself; a PDF is downloaded."""
DONE = {"approved": "kyc_approved", "raised": "kyc_raised", "asked": "kyc_asked"}
TOPIC = "kyc"


@console.get("/compliance/kyc", endpoint="kyc_reviews")
@guard(PERMISSION)
def listed() -> Response:
    """Show a page of documents: those that wait for a person, unless others were asked for."""
    who, after = actor(), given.cursor()
    asked = shell.chosen("view", VIEWS)
    view: View = next((one for one in VIEWS if one == asked), "waiting")
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "compliance")
        counts = queue.counts(unit, who)
        found = queue.page(unit, who, view, after=after, limit=tabs.PAGE + 1)
        people = People()
        people.add(
            customers=[one.customer for one in found],
            colleagues=[one.reviewer for one in found],
        )
        people.load(unit)
        if looks.is_new(shell.house(), who, f"kyc:{view}:{after}"):
            queue.listed(unit, who, view)
    return compliance.show(
        "kyc_reviews",
        framed,
        tab="kyc",
        **tabs.paged(found, after),
        chosen={"view": view},
        views=VIEWS,
        figures=counts,
        people=people,
    )


@console.get("/compliance/kyc/<uuid:document_id>", endpoint="kyc_document")
@guard(PERMISSION)
def shown(document_id: UUID) -> Response:
    """Show a document; what stands on it to whoever looks at it."""
    return _page(document_id)


@console.get("/compliance/kyc/pictures/<uuid:page_id>", endpoint="kyc_picture")
@guard(PERMISSION)
def picture(page_id: UUID) -> Response:
    """Show a picture of a document that this person looks at; that they did is noted."""
    house = shell.house()
    with house.unit() as unit:
        found = looking.open_picture(unit, actor(), page_id)
    try:
        content = house.open_file(kept.FOLDER, found.id)
    except FileNotFoundError:
        raise NoSuchPicture from None
    answer = send_file(
        BytesIO(content),
        mimetype=found.content_type,
        as_attachment=found.content_type not in INLINE,
        download_name=f"{found.side}-{str(found.id)[-6:]}",
        max_age=0,
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@console.post("/compliance/kyc/<uuid:document_id>/pictures", endpoint="kyc_pictures")
@guard(PERMISSION)
def pictures(document_id: UUID) -> Response:
    """Show what stood on a document, in this one answer; why is kept."""
    try:
        with shell.house().unit() as unit:
            found = looking.for_a_reason(unit, actor(), document_id, reason=shell.field("reason"))
    except Refusal as refusal:
        return _page(document_id, refusal)
    return _page(document_id, shown=found)


@console.post("/compliance/kyc/<uuid:document_id>/take", endpoint="kyc_take")
@guard(PERMISSION)
def take(document_id: UUID) -> Response:
    """Take a document to look at it, also over from a colleague."""

    def act(unit: Unit, who: Actor) -> str:
        deciding.take(unit, who, document_id)
        return "kyc_taken"

    return _do(document_id, act)


@console.post("/compliance/kyc/<uuid:document_id>/approve", endpoint="kyc_approve")
@guard(PERMISSION)
def approve(document_id: UUID) -> Response:
    """Approve a document, until the date on it where it has one."""
    until = _date("until")

    def act(unit: Unit, who: Actor) -> str:
        done = deciding.approve(unit, who, document_id, until=until, reason=shell.field("reason"))
        return DONE.get(done.came, "kyc_screening")

    return _do(document_id, act)


@console.post("/compliance/kyc/<uuid:document_id>/reject", endpoint="kyc_reject")
@guard(PERMISSION)
def reject(document_id: UUID) -> Response:
    """Turn a document down, by a reason that its owner reads."""

    def act(unit: Unit, who: Actor) -> str:
        deciding.reject(
            unit, who, document_id, code=shell.field("code", most=40), reason=shell.field("reason")
        )
        return "kyc_rejected"

    return _do(document_id, act)


@console.post("/compliance/kyc/<uuid:document_id>/again", endpoint="kyc_again")
@guard(PERMISSION)
def ask_again(document_id: UUID) -> Response:
    """Ask for this one document again, by a reason that its owner reads."""

    def act(unit: Unit, who: Actor) -> str:
        deciding.ask_again(
            unit, who, document_id, code=shell.field("code", most=40), reason=shell.field("reason")
        )
        return "kyc_again"

    return _do(document_id, act)


def _do(document_id: UUID, act: Callable[[Unit, Actor], str]) -> Response:
    try:
        with shell.house().unit() as unit:
            done = act(unit, actor())
    except Refusal as refusal:
        return _page(document_id, refusal)
    shell.house().tell(TOPIC)
    shell.house().tell("approvals")
    return shell.go("console.kyc_document", document_id=document_id, done=done)


def _page(
    document_id: UUID, refused: Refusal | None = None, *, shown: Seen | None = None
) -> Response:
    who, house = actor(), shell.house()
    with house.unit() as unit:
        framed = shell.frame(unit, "compliance")
        found = shown or looking.look(unit, who, document_id)
        reasons = policy.reasons(unit)
        people = People()
        people.add(
            customers=[found.document.customer],
            colleagues=[
                found.document.reviewer,
                found.document.decided_by,
                *(one.by for one in found.events if one.by_kind == "staff"),
            ],
        )
        people.load(unit)
        if shown is None and looks.is_new(house, who, f"kyc:{document_id}:{found.own}"):
            looking.seen(unit, who, found)
    return compliance.show(
        "kyc_document",
        framed,
        tab="kyc",
        refused=refused,
        found=found,
        one=found.document,
        people=people,
        reasons=reasons,
        embedded={} if shown is None else embedded(shown),
    )


def embedded(shown: Seen) -> dict[UUID, str]:
    """Return pictures as part of the page itself: nothing of them stays to be fetched again."""
    house = shell.house()
    found = {}
    for one in shown.pages:
        try:
            content = house.open_file(kept.FOLDER, one.id)
        except FileNotFoundError:
            continue
        found[one.id] = f"data:{one.content_type};base64,{b64encode(content).decode()}"
    return found


def _date(name: str) -> date | None:
    said = shell.field(name, most=10)
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        abort(400)
