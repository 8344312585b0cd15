"""One's own hours: when somebody who takes cases is there, and that they are away for a while."""

from flask import Response

from bot.console import shell, team
from bot.console.shell import console
from bot.console.team_people import go_away
from bot.guard import actor, guard
from core.crm import shifts
from core.crm import team as mates
from core.errors import Refusal

TAKE = "cases.take"


@console.get("/team/hours")
@guard(TAKE)
def my_hours() -> Response:
    """Show when whoever asks works, and whether they are away."""
    return _page()


@console.post("/team/hours/away")
@guard(TAKE)
def i_am_away() -> Response:
    """Note that whoever asks is away; what waits for them may go to somebody else."""
    try:
        with shell.house().unit() as unit:
            go_away(unit, actor(), shell.me())
    except Refusal as refusal:
        return _page(refusal)
    return shell.go("console.my_hours", done="saved")


@console.post("/team/hours/back")
@guard(TAKE)
def i_am_back() -> Response:
    """Note that whoever asks is there again."""
    with shell.house().unit() as unit:
        shifts.back(unit, actor(), shell.me())
    return shell.go("console.my_hours", done="saved")


def _page(refused: Refusal | None = None) -> Response:
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "team")
        shown = mates.mate(unit, actor(), shell.me())
    return team.show(
        "team_hours", framed, tab="hours", refused=refused, member=shown, week=shifts.WEEK
    )
