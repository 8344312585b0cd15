"""Complaints that took too long: what compliance has to look into, and what came of it."""

from uuid import UUID

from flask import Response

from bot.console import given, shell
from bot.console.people import People
from bot.console.shell import console
from bot.guard import actor, guard
from core.access.approvals import ReasonNeeded
from core.crm import complaints

PAGE = 50
TABS = ("open", "seen")


@console.get("/complaints")
@guard(complaints.PERMISSION)
def complaints_page() -> Response:
    """Show those that nobody has seen to, oldest first, or those that were, newest first."""
    tab = shell.chosen("tab", TABS) or TABS[0]
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "home")
        found = complaints.page(unit, actor(), seen=tab == "seen", after=given.cursor(), limit=PAGE)
        people = People()
        people.add(colleagues=[who for one in found for who in (one.assigned_to, one.seen_by)])
        people.load(unit)
    return shell.show(
        "complaints",
        framed,
        tab=tab,
        tabs=TABS,
        found=found,
        people=people,
        older=found[-1].id if len(found) == PAGE else None,
    )


@console.post("/complaints/<uuid:flag_id>/seen")
@guard(complaints.PERMISSION)
def complaint_seen(flag_id: UUID) -> Response:
    """Note that one was looked into, and what came of it."""
    reason = shell.field("reason")
    if not reason:
        raise ReasonNeeded
    with shell.house().unit() as unit:
        complaints.see_to(unit, actor(), flag_id, reason)
    return shell.go("console.complaints_page", done="seen_to")
