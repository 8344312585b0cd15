"""Reconciliation: where book, reports and statements differ, and one break's three sides."""

from typing import get_args
from uuid import UUID

from flask import Response, abort, request

from bot.console import given, looks, operations, shell, tabs
from bot.console.approvals import told
from bot.console.shell import console
from bot.guard import actor, guard
from core.errors import Refusal
from core.recon import break_view, forced
from core.recon import breaks as store
from core.recon.kinds import WORDS, Kind

STATUSES = ("open", "resolved", "all")
KINDS = get_args(Kind)
TITLES = {kind: one.title[:1].upper() + one.title[1:] for kind, one in WORDS.items()}
MATCH = "operations.match"


@console.get("/operations/breaks", endpoint="breaks")
@guard(operations.READ)
def listed() -> Response:
    """Show a page of breaks, what stands open by kind, and the latest runs."""
    who, after = actor(), given.cursor()
    status, kind = shell.chosen("status", STATUSES) or "open", shell.chosen("kind", KINDS)
    narrowed: store.Status | None = (
        None if status == "all" else "resolved" if status == "resolved" else "open"
    )
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "operations")
        found = store.breaks(
            unit, who, status=narrowed, kind=kind, after=after, limit=tabs.PAGE + 1
        )
        counts = store.counts(unit, who)
        runs = break_view.runs(unit, who)
    return operations.show(
        "breaks",
        framed,
        tab="breaks",
        **tabs.paged(found, after),
        chosen={"status": status, "kind": kind},
        statuses=STATUSES,
        kinds=KINDS,
        titles=TITLES,
        figures=counts,
        runs=runs,
    )


@console.get("/operations/breaks/<uuid:break_id>", endpoint="recon_break")
@guard(operations.READ)
def shown(break_id: UUID) -> Response:
    """Show one break with what each side says, and note that it was read."""
    return _page(break_id)


@console.post("/operations/breaks/<uuid:break_id>/force")
@guard(MATCH)
def force_match(break_id: UUID) -> Response:
    """Ask that a break is ended as it stands; somebody else decides."""
    lines = [_number(one) for one in request.form.getlist("lines")[: forced.MOST_LINES]]
    try:
        with shell.house().unit() as unit:
            asked = forced.request(
                unit, actor(), break_id, lines=lines, reason=shell.field("reason")
            )
    except Refusal as refusal:
        return _page(break_id, refusal)
    shell.house().tell("breaks")
    return told(asked)


def _page(break_id: UUID, refused: Refusal | None = None) -> Response:
    who = actor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "operations")
        found = store.find(unit, who, break_id)
        sides = break_view.lines(unit, who, found)
        pending = break_view.pending(unit, break_id)
        if looks.is_new(shell.house(), who, f"break:{break_id}"):
            break_view.seen(unit, who, found)
    return operations.show(
        "break",
        framed,
        tab="breaks",
        refused=refused,
        one=found,
        sides=sides,
        pending=pending,
        title=TITLES[found.kind],
        advice=WORDS[found.kind].advice,
    )


def _number(given: str) -> int:
    if not given.isdecimal() or len(given) > 18:
        abort(400)
    return int(given)
