"""What the pages of the team share: their tabs, each shown to whoever may open it."""

from collections.abc import Mapping

from flask import Response

from bot.console import tabs
from bot.console.shell import console
from bot.guard import guard
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
    return tabs.land(TABS, read=READ)


def show(
    page: str,
    framed: Mapping[str, object],
    *,
    tab: str,
    refused: Refusal | None = None,
    **facts: object,
) -> Response:
    """Answer with a page of the team; a refusal is said on it, and keeps its status."""
    return tabs.show(tabs.open_to_me(TABS), page, framed, tab=tab, refused=refused, **facts)
