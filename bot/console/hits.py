"""Screening hits: the queue, one hit with both sides and its reasons, and what is decided."""

from typing import cast
from uuid import UUID

from flask import Response, abort

from bot.console import compliance, given, looks, shell, tabs
from bot.console.approvals import told
from bot.console.people import People
from bot.console.shell import console
from bot.guard import actor, guard
from core.access import approval_store
from core.errors import Refusal
from core.screening import decisions, hits
from core.screening.hits import PERMISSION, STATUSES, Status

OTHERS = 10


@console.get("/compliance/hits", endpoint="screening_hits")
@guard(PERMISSION)
def listed() -> Response:
    """Show a page of hits, the newest first, and how many wait."""
    who, after = actor(), given.cursor()
    status = cast("Status", shell.chosen("status", STATUSES) or "open")
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "compliance")
        found = hits.page(unit, who, status=status, after=after, limit=tabs.PAGE + 1)
        counts = hits.counts(unit, who)
    return compliance.show(
        "hits",
        framed,
        tab="hits",
        **tabs.paged(found, after),
        chosen={"status": status},
        statuses=STATUSES,
        figures=counts,
    )


@console.get("/compliance/hits/<uuid:hit_id>", endpoint="screening_hit")
@guard(PERMISSION)
def shown(hit_id: UUID) -> Response:
    """Show one hit: who was compared beside whom the list names, and each part of the score."""
    return _page(hit_id)


@console.post("/compliance/hits/<uuid:hit_id>/decide")
@guard(PERMISSION)
def decide_hit(hit_id: UUID) -> Response:
    """Ask that a hit is a true match or a false positive; somebody else decides."""
    verdict = shell.field("verdict", most=20)
    if verdict not in decisions.VERDICTS:
        abort(400)
    try:
        with shell.house().unit() as unit:
            asked = decisions.request(unit, actor(), hit_id, verdict, reason=shell.field("reason"))
    except Refusal as refusal:
        return _page(hit_id, refusal)
    shell.house().tell("hits")
    return told(asked)


@console.post("/compliance/hits/<uuid:hit_id>/reopen")
@guard(PERMISSION)
def reopen_hit(hit_id: UUID) -> Response:
    """Take a hit off the whitelist, so that it counts again."""
    try:
        with shell.house().unit() as unit:
            decisions.reopen(unit, actor(), hit_id, reason=shell.field("reason"))
    except Refusal as refusal:
        return _page(hit_id, refusal)
    shell.house().tell("hits")
    return shell.go("console.screening_hit", hit_id=hit_id, done="hit_reopened")


def _page(hit_id: UUID, refused: Refusal | None = None) -> Response:
    who = actor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "compliance")
        found = hits.find(unit, who, hit_id)
        others = hits.of_subject(unit, who, found, limit=OTHERS)
        asked = None if found.asked is None else approval_store.get(unit, found.asked)
        people = People()
        people.add(colleagues=[asked.made_by if asked else None])
        people.load(unit)
        if looks.is_new(shell.house(), who, f"hit:{hit_id}"):
            hits.seen(unit, who, found)
    return compliance.show(
        "hit",
        framed,
        tab="hits",
        refused=refused,
        one=found,
        others=others,
        asked=asked,
        verdicts=[each for each in decisions.VERDICTS if each != found.status],
        people=people,
    )
