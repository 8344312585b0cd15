"""What the pages of compliance share: their tabs, each shown to whoever may open it."""

from collections.abc import Mapping

from flask import Response

from bot.console import tabs
from bot.console.shell import console
from bot.guard import guard
from core.errors import Refusal

READ = "compliance.read"
TABS = (
    ("reviews", "console.payment_reviews", "payments.review"),
    ("held", "console.held_receipts", "screening.review"),
    ("alerts", "console.alerts", "aml.read"),
    ("investigations", "console.investigations", "aml.read"),
    ("hits", "console.screening_hits", "screening.review"),
    ("kyc", "console.kyc_reviews", "kyc.review"),
    ("rules", "console.rule_sets", "rules.request"),
    ("watching", "console.watch_sets", "rules.request"),
    ("reports", "console.reports", "reports.make"),
)
"""The pages of compliance: name, endpoint, and the permission it takes."""


@console.get("/compliance", endpoint="compliance")
@guard(READ)
def landing() -> Response:
    """Send on to the first page of compliance that whoever asks may open."""
    return tabs.land(TABS, read=READ)


def show(
    page: str,
    framed: Mapping[str, object],
    *,
    tab: str,
    refused: Refusal | None = None,
    **facts: object,
) -> Response:
    """Answer with a page of compliance; a refusal is said on it, and keeps its status."""
    return tabs.show(tabs.open_to_me(TABS), page, framed, tab=tab, refused=refused, **facts)
