"""What the pages of operations share: their tabs, their answers, and where a list goes on."""

from collections.abc import Mapping
from uuid import UUID

from flask import Response, abort, request, url_for

from bot.console import shell
from core.errors import Refusal

READ = "operations.read"
ACT = "operations.act"
PAGE = 50
TABS = (
    ("positions", "console.positions"),
    ("decisions", "console.fx_decisions"),
    ("payouts", "console.payouts"),
    ("clearing", "console.clearing"),
    ("breaks", "console.breaks"),
    ("receipts", "console.receipts"),
    ("orders", "console.partner_orders"),
)
"""The pages of operations, by name and endpoint."""


def show(
    page: str,
    framed: Mapping[str, object],
    *,
    tab: str,
    refused: Refusal | None = None,
    **facts: object,
) -> Response:
    """Answer with a page of operations; a refusal is said on it, and keeps its status."""
    return shell.show(
        page,
        framed,
        status=shell.status_of(refused),
        refused=shell.told(refused),
        room=tab,
        rooms=[{"name": name, "href": url_for(endpoint)} for name, endpoint in TABS],
        **facts,
    )


def cursor() -> UUID | None:
    """Return the last row of the page before, None on the first page."""
    given = request.args.get("after", "")
    try:
        return UUID(given) if given else None
    except ValueError:
        abort(400)


def uuid_field(name: str) -> UUID:
    """Return an id that a form sent."""
    try:
        return UUID(shell.field(name, most=40))
    except ValueError:
        abort(400)
