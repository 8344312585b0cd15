"""What is done to a case: taken, handed on, moved, raised, linked to a payment; its files shown."""

from collections.abc import Callable
from io import BytesIO
from typing import cast
from uuid import UUID

from flask import Response, abort, send_file

from bot import handover
from bot.console import shell
from bot.console.given import id_field
from bot.console.shell import console
from bot.guard import actor, guard
from core import case_view
from core.access.actors import Actor
from core.access.approvals import ReasonNeeded
from core.crm import case_queue, case_work
from core.crm.case_store import Status
from core.crm.cases import Case
from core.crm.sla import PRIORITIES
from core.store.unit import Unit

INLINE = frozenset({"image/jpeg", "image/png", "image/webp"})
"""What a browser shows by itself without running anything; the rest is downloaded."""


@console.post("/cases/<uuid:case_id>/take")
@guard("cases.take")
def take(case_id: UUID) -> Response:
    """Take a case that nobody has."""
    return _do(case_id, "taken", case_queue.claim)


@console.post("/cases/<uuid:case_id>/release")
@guard("cases.take")
def release(case_id: UUID) -> Response:
    """Give a case of one's own back to the team."""
    return _do(
        case_id, "released", lambda unit, who, case: case_queue.assign(unit, who, case, None)
    )


@console.post("/cases/<uuid:case_id>/assign")
@guard("cases.assign")
def assign(case_id: UUID) -> Response:
    """Hand a case to a colleague."""
    to = id_field("to")
    return _do(case_id, "assigned", lambda unit, who, case: case_queue.assign(unit, who, case, to))


@console.post("/cases/<uuid:case_id>/status")
@guard("cases.work")
def set_status(case_id: UUID) -> Response:
    """Move a case on."""
    status = shell.field("status", most=20)
    if status not in case_work.MOVES:
        abort(400)
    if status == "Resolved":
        return _resolve(case_id)
    to = cast("Status", status)
    return _do(case_id, "status", lambda unit, who, case: case_work.set_status(unit, who, case, to))


@console.post("/cases/<uuid:case_id>/priority")
@guard("cases.work")
def set_priority(case_id: UUID) -> Response:
    """Change how urgent a case is."""
    given = shell.field("priority", most=20)
    if given not in PRIORITIES:
        abort(400)
    return _do(
        case_id, "priority", lambda unit, who, case: case_work.set_priority(unit, who, case, given)
    )


@console.post("/cases/<uuid:case_id>/escalate")
@guard("cases.escalate")
def escalate(case_id: UUID) -> Response:
    """Give a case to the supervisors, for a reason."""
    why = _reason()
    return _do(
        case_id, "escalated", lambda unit, who, case: case_work.escalate(unit, who, case, why)
    )


@console.post("/cases/<uuid:case_id>/reopen")
@guard("cases.work")
def reopen(case_id: UUID) -> Response:
    """Take up a case again that was done, for a reason."""
    why = _reason()
    return _do(case_id, "reopened", lambda unit, who, case: case_work.reopen(unit, who, case, why))


@console.post("/cases/<uuid:case_id>/link")
@guard("cases.work")
def link(case_id: UUID) -> Response:
    """Say that a case is about one of the customer's payments."""
    payment = id_field("payment")
    return _do(case_id, "saved", lambda unit, who, case: case_view.link(unit, who, case, payment))


@console.get("/cases/<uuid:case_id>/files/<uuid:file_id>")
@guard("cases.read")
def case_file(case_id: UUID, file_id: UUID) -> Response:
    """Show a file of a case; that it was seen is noted."""
    house = shell.house()
    with house.unit() as unit:
        case = case_view.get(unit, actor(), case_id)
        found = case_view.open_file(unit, actor(), case, file_id)
    try:
        content = house.open_file("media", found.media)
    except FileNotFoundError:
        raise case_view.NoSuchFile from None
    answer = send_file(
        BytesIO(content),
        mimetype=found.content_type,
        as_attachment=found.content_type not in INLINE,
        download_name=f"{case.number}-{str(found.id)[-6:]}",
        max_age=0,
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _do(case_id: UUID, done: str, act: Callable[[Unit, Actor, Case], object]) -> Response:
    house, who = shell.house(), actor()
    with house.unit() as unit:
        act(unit, who, case_view.get(unit, who, case_id))
    house.tell(f"case:{case_id}")
    house.tell("queue")
    return shell.go("console.case", case_id=case_id, done=done)


def _resolve(case_id: UUID) -> Response:
    """Resolve a case and ask its customer whether that solved it, where they can be reached."""
    house, who = shell.house(), actor()
    try:
        handover.close(house, who, case_id, key=id_field("key"))
    except handover.NobodyToAnswer:
        return _do(
            case_id,
            "status",
            lambda unit, who, case: case_work.set_status(unit, who, case, "Resolved"),
        )
    return shell.go("console.case", case_id=case_id, done="status")


def _reason() -> str:
    words = shell.field("reason")
    if not words:
        raise ReasonNeeded
    return words
