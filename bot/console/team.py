"""What the pages of the team share: their tabs, each shown to whoever may open it."""

from collections.abc import Mapping

from flask import Response

from bot.console import shell, tabs
from bot.console.shell import console
from bot.guard import actor, guard
from core.access.actors import Forbidden
from core.errors import Refusal

READ = "team.read"
TABS = (
    ("analytics", "console.analytics", "analytics.read"),
    ("people", "console.team_people", "cases.assign"),
    ("hours", "console.my_hours", "cases.take"),
    ("meanings", "console.meanings", "understanding.review"),
    ("broadcasts", "console.broadcasts", "broadcasts.read"),
    ("canned", "console.canned_page", "canned.manage"),
)
"""The pages of the team: name, endpoint, and the permission it takes."""


@console.get("/team", endpoint="team")
@guard(READ)
def landing() -> Response:
    """Send on to the first page of the team that whoever asks may open."""
    for _, endpoint in _open_tabs():
        return shell.go(endpoint)
    raise Forbidden(permission=READ)


def show(
    page: str,
    framed: Mapping[str, object],
    *,
    tab: str,
    refused: Refusal | None = None,
    **facts: object,
) -> Response:
    """Answer with a page of the team; a refusal is said on it, and keeps its status."""
    return tabs.show(_open_tabs(), page, framed, tab=tab, refused=refused, **facts)


def _open_tabs() -> list[tuple[str, str]]:
    """Return the tabs that whoever asks may open."""
    who = actor()
    return [(name, endpoint) for name, endpoint, permission in TABS if who.may(permission)]
