"""Investigations of compliance: the list, one with all that belongs to it, and what is done."""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import Response, abort, request

from bot.console import compliance, given, shell, tabs
from bot.console.approvals import told
from bot.console.people import People
from bot.console.shell import console
from bot.guard import actor, guard
from core.access import approval_store
from core.access.actors import Actor
from core.access.approval_store import Approval
from core.aml import alert_list, casework, conclusions, evidence, notes, person, story
from core.aml import cases as investigations
from core.aml.cases import READ, WORK, Case, Status
from core.errors import Refusal
from core.store.unit import Unit

VIEWS: Mapping[str, tuple[Status, ...]] = {
    "open": ("open", "working", "suspicion"),
    "mine": ("working", "suspicion"),
    "suspicion": ("suspicion",),
    "concluded": ("concluded",),
    "all": (),
}
EARLIER = 10


@console.get("/compliance/investigations", endpoint="investigations")
@guard(READ)
def listed() -> Response:
    """Show a page of investigations, newest first."""
    who, after = actor(), given.cursor()
    view = shell.chosen("view", tuple(VIEWS)) or "open"
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "compliance")
        found = investigations.page(
            unit,
            who,
            statuses=VIEWS[view],
            assigned_to=shell.me() if view == "mine" else None,
            after=after,
            limit=tabs.PAGE + 1,
        )
        people = People()
        people.add(
            customers=[one.customer for one in found],
            colleagues=[one.assigned_to for one in found],
        )
        people.load(unit)
    return compliance.show(
        "investigations",
        framed,
        tab="investigations",
        **tabs.paged(found, after),
        chosen={"view": view},
        views=tuple(VIEWS),
        people=people,
    )


@console.get("/compliance/investigations/<uuid:investigation_id>", endpoint="investigation")
@guard(READ)
def shown(investigation_id: UUID) -> Response:
    """Show one investigation, with what may be done now."""
    return _page(investigation_id)


@console.post("/compliance/investigations/<uuid:investigation_id>/note")
@guard(WORK)
def note_investigation(investigation_id: UUID) -> Response:
    """Write a note."""
    words = shell.field("words", most=notes.LONGEST)
    return _act(
        investigation_id, "noted", lambda unit, who: notes.write(unit, who, investigation_id, words)
    )


@console.post("/compliance/investigations/<uuid:investigation_id>/evidence")
@guard(WORK)
def add_evidence(investigation_id: UUID) -> Response:
    """Keep a file with the investigation."""
    sent = request.files.get("file")
    if sent is None:
        abort(400)
    files, content = shell.house().files("compliance"), sent.read(evidence.LARGEST + 1)
    name = sent.filename or ""
    return _act(
        investigation_id,
        "evidence",
        lambda unit, who: evidence.keep(
            unit, who, files, investigation_id, name=name, content=content
        ),
    )


@console.get("/compliance/investigations/<uuid:investigation_id>/evidence/<uuid:evidence_id>")
@guard(READ)
def evidence_file(investigation_id: UUID, evidence_id: UUID) -> Response:
    """Hand out a file, to be kept and not shown."""
    house = shell.house()
    with house.unit() as unit:
        found, content = evidence.read(
            unit, actor(), house.files("compliance"), investigation_id, evidence_id
        )
    answer = Response(content, content_type="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=found.name)
    return answer


@console.post("/compliance/investigations/<uuid:investigation_id>/link")
@guard(WORK)
def link_investigation(investigation_id: UUID) -> Response:
    """Say that a payment belongs to it."""
    thing = given.id_field("payment")
    return _act(
        investigation_id,
        "payment_linked",
        lambda unit, who: notes.link(unit, who, investigation_id, what="payment", thing=thing),
    )


@console.post("/compliance/investigations/<uuid:investigation_id>/assign")
@guard(WORK)
def assign_investigation(investigation_id: UUID) -> Response:
    """Hand it to a colleague, or back to the team."""
    to = given.id_field("to") if shell.field("to") else None
    return _act(
        investigation_id,
        "assigned",
        lambda unit, who: casework.assign(unit, who, investigation_id, to=to),
    )


@console.post("/compliance/investigations/<uuid:investigation_id>/suspicion")
@guard(WORK)
def suspect_investigation(investigation_id: UUID) -> Response:
    """Say that a suspicion is formed: the clock of its report runs."""
    return _act(
        investigation_id,
        "suspicion",
        lambda unit, who: casework.suspect(unit, who, investigation_id),
    )


@console.post("/compliance/investigations/<uuid:investigation_id>/dispel")
@guard(WORK)
def dispel_investigation(investigation_id: UUID) -> Response:
    """Say that a suspicion is none any more."""
    return _act(
        investigation_id,
        "dispelled",
        lambda unit, who: casework.dispel(unit, who, investigation_id),
    )


@console.post("/compliance/investigations/<uuid:investigation_id>/restrict")
@guard(WORK)
def restrict_investigation(investigation_id: UUID) -> Response:
    """Ask that the customer's wallets are frozen, as for any other reason."""
    return _ask(
        investigation_id, lambda unit, who: conclusions.restrict(unit, who, investigation_id)
    )


@console.post("/compliance/investigations/<uuid:investigation_id>/conclude")
@guard(WORK)
def conclude_investigation(investigation_id: UUID) -> Response:
    """Ask that it ends; somebody else decides."""
    how, reason = shell.field("conclusion", most=20), shell.field("reason")
    return _ask(
        investigation_id,
        lambda unit, who: conclusions.request(unit, who, investigation_id, how, reason=reason),
    )


@console.post("/compliance/investigations/<uuid:investigation_id>/reveal")
@guard(READ)
def reveal_person(investigation_id: UUID) -> Response:
    """Show who it is about, in this one answer; why is kept where compliance alone reads it."""
    who, reason = actor(), shell.field("reason")
    try:
        with shell.house().unit() as unit:
            found = investigations.find(unit, who, investigation_id)
            clear = person.reveal(unit, who, found.customer, reason=reason)
    except Refusal as refusal:
        return _page(investigation_id, refusal)
    return _page(investigation_id, clear=clear)


def _act(investigation_id: UUID, done: str, work: Callable[[Unit, Actor], object]) -> Response:
    """Do something to an investigation and show it again."""
    try:
        with shell.house().unit() as unit:
            work(unit, actor())
    except Refusal as refusal:
        return _page(investigation_id, refusal)
    shell.house().tell("alerts")
    return shell.go("console.investigation", investigation_id=investigation_id, done=done)


def _ask(investigation_id: UUID, work: Callable[[Unit, Actor], Approval]) -> Response:
    """Ask for something that another person decides."""
    try:
        with shell.house().unit() as unit:
            asked = work(unit, actor())
    except Refusal as refusal:
        return _page(investigation_id, refusal)
    shell.house().tell("alerts")
    return told(asked)


def _page(
    investigation_id: UUID, refused: Refusal | None = None, clear: Mapping[str, str] | None = None
) -> Response:
    who = actor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "compliance")
        found = investigations.find(unit, who, investigation_id)
        facts = _facts(unit, who, found)
    return compliance.show(
        "investigation",
        framed,
        tab="investigations",
        refused=refused,
        one=found,
        clear=clear or {},
        is_mine=found.assigned_to == shell.me(),
        **facts,
    )


def _facts(unit: Unit, who: Actor, found: Case) -> dict[str, object]:
    alerts = alert_list.of_case(unit, who, found.id)
    written = notes.of_case(unit, who, found.id)
    kept = evidence.of_case(unit, who, found.id)
    linked = notes.links(unit, who, found.id)
    steps = story.of_case(unit, who, found.id)
    moves = person.moves(unit, who, found.customer)
    earlier = investigations.page(unit, who, customer=found.customer, limit=EARLIER + 1)
    officers = casework.officers(unit)
    people = People()
    people.add(
        customers=[found.customer, *(one.other for one in moves)],
        colleagues=[
            found.assigned_to,
            *officers,
            *(one.by for one in written),
            *(one.by for one in kept),
            *(one.by for one in linked),
            *(one.by for one in steps),
        ],
    )
    people.load(unit)
    return {
        "alerts": alerts,
        "notes": written,
        "evidence": kept,
        "links": linked,
        "steps": steps,
        "moves": moves,
        "about": person.look(unit, who, found.customer),
        "earlier": [one for one in earlier if one.id != found.id][:EARLIER],
        "officers": officers,
        "pending": _pending(unit, found),
        "people": people,
    }


def _pending(unit: Unit, found: Case) -> Approval | None:
    """Return the conclusion that waits for a decision, if one does."""
    if found.proposed is None or found.approval is None:
        return None
    return approval_store.get(unit, found.approval)
