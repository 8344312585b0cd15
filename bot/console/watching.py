"""Watching at the desk: what is looked for, what was found, and how far the model has drifted."""

from collections.abc import Mapping

from flask import Response

from bot.console import compliance, shell
from bot.console.approvals import told
from bot.console.shell import console
from bot.guard import actor, guard
from core.errors import Refusal
from core.monitoring.rule_sets import REQUEST
from core.watch import drift, findings, run, sets
from core.watch.sets import SEVERITIES, BadWatchSet, WatchSet
from core.watch.typologies import TYPOLOGIES

LONGEST = 6000
MOST_LINES = 200


@console.get("/compliance/watching", endpoint="watch_sets")
@guard(REQUEST)
def watching() -> Response:
    """Show every version of the parameters, what live and shadow found, and the model's drift."""
    return _page()


@console.post("/compliance/watching")
@guard(REQUEST)
def draft_watch_set() -> Response:
    """Write down a new version, each parameter on a line of its own."""
    title, written = shell.field("title", most=60), shell.field("parameters", most=LONGEST)
    try:
        parameters, severities = _read(written)
        with shell.house().unit() as unit:
            sets.draft(unit, actor(), title=title, parameters=parameters, severities=severities)
    except Refusal as refused:
        return _page(refused, title=title, written=written)
    return shell.go("console.watch_sets", done="saved")


@console.post("/compliance/watching/<int:version>/shadow")
@guard(REQUEST)
def try_watch_set(version: int) -> Response:
    """Look for what a draft says beside what is live."""
    try:
        with shell.house().unit() as unit:
            sets.to_shadow(unit, actor(), version)
    except Refusal as refused:
        return _page(refused)
    return shell.go("console.watch_sets", done="saved")


@console.post("/compliance/watching/<int:version>/live")
@guard(REQUEST)
def ask_watch_set_live(version: int) -> Response:
    """Ask for the version in shadow to go live, which somebody else decides."""
    try:
        with shell.house().unit() as unit:
            asked = sets.ask(unit, actor(), version, reason=shell.field("reason"))
    except Refusal as refused:
        return _page(refused)
    return told(asked)


def _page(refused: Refusal | None = None, *, title: str = "", written: str = "") -> Response:
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "compliance")
        live = sets.live(unit)
        listed = sets.listed(unit, actor())
        found = findings.by_typology(unit, actor())
        drifted = drift.latest(unit)
        left = run.days_left(unit)
    return compliance.show(
        "watching",
        framed,
        tab="watching",
        refused=refused,
        sets=listed,
        live=live,
        found=found,
        drifted=drifted,
        too_far=drift.TOO_FAR,
        left=left,
        typologies=TYPOLOGIES,
        title=title,
        written=written or _written(live),
    )


def _written(one: WatchSet) -> str:
    """Return parameters as lines that `_read` reads."""
    lines = [
        f"{typology} {name} = {value}"
        for typology, given in sorted(one.parameters.items())
        for name, value in sorted(given.items())
    ]
    lines += [f"severity {name} = {one.severities[name]}" for name in SEVERITIES]
    return "\n".join(lines)


def _read(written: str) -> tuple[Mapping[str, Mapping[str, int]], Mapping[str, int]]:
    """Return parameters and severities out of lines.

    :raises BadWatchSet: if a line is none
    """
    parameters: dict[str, dict[str, int]] = {}
    for line in [one.strip() for one in written.splitlines() if one.strip()][:MOST_LINES]:
        name, _, value = line.partition("=")
        words = name.split()
        if len(words) != 2 or not value.strip().isdecimal():
            raise BadWatchSet(what=f"the line “{line[:60]}”")
        parameters.setdefault(words[0], {})[words[1]] = int(value)
    severities = parameters.pop("severity", {})
    return parameters, severities
