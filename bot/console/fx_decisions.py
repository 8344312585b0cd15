"""Decisions: which way was chosen for a quote or a cover, of which candidates, and why."""

from typing import Any
from uuid import UUID

from flask import Response

from bot.console import given, operations, shell, tabs
from bot.console.shell import console
from bot.guard import actor, guard
from core.fx import decision_view


@console.get("/operations/decisions", endpoint="fx_decisions")
@guard(operations.READ)
def listed() -> Response:
    """Show a page of the log, the newest first."""
    kind = shell.chosen("kind", decision_view.KINDS)
    outcome = shell.chosen("outcome", decision_view.OUTCOMES)
    after = given.cursor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "operations")
        found = decision_view.page(
            unit, actor(), kind=kind, outcome=outcome, after=after, limit=tabs.PAGE + 1
        )
    chosen: dict[str, Any] = {"kind": kind, "outcome": outcome}
    return operations.show(
        "fx_decisions",
        framed,
        tab="decisions",
        **tabs.paged(found, after),
        chosen=chosen,
        kinds=decision_view.KINDS,
        outcomes=decision_view.OUTCOMES,
    )


@console.get("/operations/decisions/<uuid:decision_id>")
@guard(operations.READ)
def fx_decision(decision_id: UUID) -> Response:
    """Show one decision with every candidate, and the quote that came of it."""
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "operations")
        found = decision_view.find(unit, actor(), decision_id)
        quoted = decision_view.quoted(unit, found)
    return operations.show("fx_decision", framed, tab="decisions", one=found, quoted=quoted)
