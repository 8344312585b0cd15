"""Handing a conversation back to the bot: at a step, with answers that were mended."""

from uuid import UUID

from flask import Response, request

from bot import handover
from bot.console import case, shell
from bot.console.given import id_field
from bot.console.shell import console
from bot.guard import actor, guard
from core import case_view
from core.errors import Refusal

ANSWER = "answer-"
"""What the fields of mended answers begin with; the rest is the step's name."""
LONGEST = 80
MOST_ANSWERS = 20


@console.post("/cases/<uuid:case_id>/hand-back")
@guard("cases.work")
def hand_back(case_id: UUID) -> Response:
    """Let the bot go on with what was interrupted; what it refuses is said where it was typed."""
    house, who = shell.house(), actor()
    step, answers = shell.field("step", most=LONGEST), _answers()
    try:
        with house.unit() as unit:
            case_view.get(unit, who, case_id)
        handover.hand_back(house, who, case_id, step=step, slots=answers, key=id_field("key"))
    except Refusal as refusal:
        return case.page(case_id, refusal, given={"step": step, **answers})
    return shell.go("console.case", case_id=case_id, done="handed_back")


def _answers() -> dict[str, str]:
    """Return the answers that were typed, each by the name of its step."""
    typed = [name for name in request.form if name.startswith(ANSWER)][:MOST_ANSWERS]
    given = {name.removeprefix(ANSWER): shell.field(name, most=LONGEST) for name in typed}
    return {name: words for name, words in given.items() if words}
