"""Clearing and nostros: what stands where, whether it is explained, and what is due when."""

from flask import Response

from bot.console import operations, shell
from bot.console.shell import console
from bot.guard import actor, guard
from core.settlement import clearing_view


@console.get("/operations/clearing", endpoint="clearing")
@guard(operations.READ)
def clearing_page() -> Response:
    """Show clearing accounts, nostros, netting windows and business days."""
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "operations")
        found = clearing_view.clearing(unit, actor())
    return operations.show("clearing", framed, tab="clearing", found=found)
