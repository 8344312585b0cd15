"""Lists of screening: their versions, what each changed, and the bands that hold."""

from flask import Response

from bot.console import compliance, shell, tabs
from bot.console.approvals import told
from bot.console.shell import console
from bot.guard import actor, guard
from core.errors import Refusal
from core.screening import bands, lists
from core.screening.hits import PERMISSION


@console.get("/compliance/lists", endpoint="screening_lists")
@guard(PERMISSION)
def versions() -> Response:
    """Show the newest versions of all lists, the bands, and the last run over everybody."""
    return _page()


@console.get("/compliance/lists/<list_id>/<int:version>", endpoint="screening_version")
@guard(PERMISSION)
def changes(list_id: str, version: int) -> Response:
    """Show what one version added, changed and removed."""
    who = actor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "compliance")
        found = lists.version(unit, who, list_id, version)
        differences = lists.differences(unit, who, list_id, version)
    return compliance.show(
        "screening_version",
        framed,
        tab="hits",
        one=found,
        differences=differences,
        most=lists.MOST_DIFFERENCES,
    )


@console.post("/compliance/lists/bands")
@guard(PERMISSION)
def ask_bands() -> Response:
    """Ask for other bands; somebody else decides."""
    form = {name: shell.field(name, most=12) for name in ("kind", "review", "block")}
    try:
        with shell.house().unit() as unit:
            asked = bands.request(unit, actor(), bands.read(form), reason=shell.field("reason"))
    except Refusal as refusal:
        return _page(refusal)
    return told(asked)


def _page(refused: Refusal | None = None) -> Response:
    who = actor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "compliance")
        found = lists.versions(unit, who, limit=tabs.PAGE)
        held = bands.held(unit)
        run = lists.latest_run(unit)
    return compliance.show(
        "screening_lists", framed, tab="hits", refused=refused, found=found, held=held, run=run
    )
