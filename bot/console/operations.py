"""What the pages of operations share: their permissions and their tabs."""

from collections.abc import Mapping

from flask import Response

from bot.console import tabs
from core.errors import Refusal

READ = "operations.read"
ACT = "operations.act"
TABS = (
    ("positions", "console.positions"),
    ("decisions", "console.fx_decisions"),
    ("payouts", "console.payouts"),
    ("clearing", "console.clearing"),
    ("breaks", "console.breaks"),
    ("receipts", "console.receipts"),
    ("disputes", "console.disputes"),
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
    return tabs.show(TABS, page, framed, tab=tab, refused=refused, **facts)
