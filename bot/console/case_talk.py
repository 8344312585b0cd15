"""Talking on a case: replies and notes, drafts of them, and who else is at it."""

from uuid import UUID

from flask import Response, render_template, request

from bot import handover, marks
from bot.console import canned, drafts, presence, shell
from bot.console.people import People
from bot.console.shell import console
from bot.guard import actor, guard
from core import case_view
from core.crm import case_thread, case_work
from core.crm.cases import Case
from core.errors import DeskRefusal, Refusal
from core.store.unit import Unit

LOOKED_BACK = 50
"""Entries of a thread among which a colleague's reply is looked for."""


class NothingWritten(DeskRefusal):
    """There are no words to send."""

    code = "nothing_written"


class Crossed(DeskRefusal):
    """A colleague has answered meanwhile. Facts: ``by``, a member of staff, and ``seconds`` ago."""

    code = "crossed"


@console.post("/cases/<uuid:case_id>/reply")
@guard("cases.work")
def reply(case_id: UUID) -> Response:
    """Send the customer an answer; one that crosses a colleague's is asked about first."""
    house, who = shell.house(), actor()
    words, key = shell.field("text", most=drafts.LONGEST), shell.field("key", most=40)
    seen = "" if shell.field("anyway") else shell.field("seen", most=100)
    try:
        if not words:
            raise NothingWritten
        with house.unit() as unit:
            found = case_view.get(unit, who, case_id)
        handover.reply(
            house, who, found.id, words, key=UUID(key), judge=lambda unit: _judge(unit, found, seen)
        )
    except Refusal as refusal:
        return _pane(case_id, refusal, words=words, key=key)
    drafts.keep(house, case=case_id, staff=shell.me(), mode="reply", words="")
    return _pane(case_id)


@console.post("/cases/<uuid:case_id>/note")
@guard("cases.work")
def note(case_id: UUID) -> Response:
    """Keep a note for colleagues; no customer ever sees it."""
    house, who, words = shell.house(), actor(), shell.field("text", most=drafts.LONGEST)
    try:
        if not words:
            raise NothingWritten
        with house.unit() as unit:
            case_work.note(unit, who, case_view.get(unit, who, case_id), words)
    except Refusal as refusal:
        return _note_pane(case_id, refusal, words=words)
    drafts.keep(house, case=case_id, staff=shell.me(), mode="note", words="")
    house.tell(f"case:{case_id}")
    return _note_pane(case_id)


@console.post("/cases/<uuid:case_id>/draft/<any(reply, note):mode>")
@guard("cases.work")
def draft(case_id: UUID, mode: str) -> Response:
    """Keep what was begun."""
    words = request.form.get("text", "")
    drafts.keep(shell.house(), case=case_id, staff=shell.me(), mode=mode, words=words)
    return Response(status=204)


@console.post("/cases/<uuid:case_id>/presence")
@guard("cases.read", by_itself=True)
def present(case_id: UUID) -> Response:
    """Say that somebody is here, and return who else is."""
    house, mine = shell.house(), shell.me()
    state = shell.field("state", most=10)
    presence.say(house, case=case_id, staff=mine, state=state)
    if state == "typing" and shell.field("mode", most=10) == "reply":
        _show_typing(case_id)
    others = presence.others(house, case=case_id, but=mine)
    people = People()
    people.add(colleagues=[one.staff for one in others])
    with house.unit() as unit:
        people.load(unit)
    return Response(render_template("console/parts/presence.html", present=others, people=people))


def _show_typing(case_id: UUID) -> None:
    """Show the customer that an answer is being written, if it is by whoever may send it."""
    house, who = shell.house(), actor()
    with house.unit() as unit:
        found = case_view.get(unit, who, case_id)
    if not found.done and case_view.works(who, found):
        marks.show_typing(house, case_id)


def _judge(unit: Unit, found: Case, seen: str) -> None:
    """Let a reply pass whose author had seen every colleague's.

    :raises Crossed: if one came after ``seen``, the last thing the page had shown
    """
    try:
        later = case_thread.thread(unit, found, after=seen, limit=LOOKED_BACK) if seen else []
    except ValueError:
        return
    theirs = [one for one in later if one.kind == "agent" and one.actor not in (None, shell.me())]
    if theirs:
        ago = int((unit.now - theirs[-1].at).total_seconds())
        raise Crossed(by=str(theirs[-1].actor), seconds=str(ago))


def _pane(
    case_id: UUID, refused: Refusal | None = None, *, words: str = "", key: str = ""
) -> Response:
    """Return the reply's pane: empty with a new key when it was sent, as it was when it was not."""
    who, people = actor(), People()
    with shell.house().unit() as unit:
        found = case_view.get(unit, who, case_id)
        reach = case_view.reach(unit, found)
        if isinstance(refused, Crossed):
            people.add(colleagues=[UUID(refused.facts["by"])])
            people.load(unit)
            refused.facts["name"] = people.name(UUID(refused.facts["by"]))
        picks = canned.offered(unit, who, found)
        now = unit.now
    html = render_template(
        "console/parts/pane_reply.html",
        canned=picks,
        case=found,
        reach=reach,
        works=case_view.works(who, found),
        now=now,
        key=key or shell.house().new_id(),
        reply_draft=words,
        refused=shell.told(refused),
    )
    return Response(html, status=shell.status_of(refused))


def _note_pane(case_id: UUID, refused: Refusal | None = None, *, words: str = "") -> Response:
    with shell.house().unit() as unit:
        found = case_view.get(unit, actor(), case_id)
    html = render_template(
        "console/parts/pane_note.html",
        case=found,
        works=case_view.works(actor(), found),
        note_draft=words,
        refused=shell.told(refused),
    )
    return Response(html, status=shell.status_of(refused))
