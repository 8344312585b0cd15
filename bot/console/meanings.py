"""What the bank did not understand at once: judged by a person before it is learnt from."""

from typing import cast
from uuid import UUID

from flask import Response, abort

from bot.console import given, shell, tabs, team
from bot.console.shell import console
from bot.guard import actor, guard
from core.crm import candidates
from core.crm.candidates import REVIEW, STATES, State
from core.errors import Refusal
from flows.understanding.intents import INTENTS_OUTSIDE


@console.get("/team/meanings")
@guard(REVIEW)
def meanings() -> Response:
    """Show words that nobody has judged, or those that were, the most frequent first."""
    return _page(cast("State", shell.chosen("state", STATES) or "new"))


@console.post("/team/meanings/<uuid:candidate_id>")
@guard(REVIEW)
def judge_meaning(candidate_id: UUID) -> Response:
    """Let words be learnt with what they mean, leave them out, or put them back."""
    state, meant = shell.field("state", most=9), shell.field("meant", most=40)
    shown = shell.field("shown", most=9)
    if state not in STATES or shown not in STATES or (meant and meant not in INTENTS_OUTSIDE):
        abort(400)
    try:
        with shell.house().unit() as unit:
            candidates.review(unit, actor(), candidate_id, state, meant=meant or None)
    except Refusal as refusal:
        return _page(shown, refusal)
    return shell.go("console.meanings", done="saved", state=shown)


def _page(state: State, refused: Refusal | None = None) -> Response:
    after = given.cursor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "team")
        found = candidates.page(unit, state, after=after, limit=tabs.PAGE + 1)
    return team.show(
        "meanings",
        framed,
        tab="meanings",
        refused=refused,
        state=state,
        states=STATES,
        intents=INTENTS_OUTSIDE,
        **tabs.paged(found, after),
    )
