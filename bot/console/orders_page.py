"""Orders to partners: what has no final word, and whose circuit is open."""

from uuid import UUID

from flask import Response

from bot.console import given, operations, shell, tabs
from bot.console.shell import console
from bot.guard import actor, guard
from core.partners import order_view
from core.partners.order_view import TABS


@console.get("/operations/orders", endpoint="partner_orders")
@guard(operations.READ)
def listed() -> Response:
    """Show a page of orders, first those that no partner has said a final word about."""
    who, after = actor(), given.cursor()
    tab = shell.chosen("tab", TABS) or "stuck"
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "operations")
        found = order_view.page(unit, who, tab=tab, after=after, limit=tabs.PAGE + 1)
        depths = order_view.depths(unit, who)
        circuits = order_view.circuits(unit, who)
        answers = order_view.answers(unit, found[: tabs.PAGE])
    return operations.show(
        "partner_orders",
        framed,
        tab="orders",
        **tabs.paged(found, after),
        chosen=tab,
        tabs=TABS,
        depths=depths,
        circuits=circuits,
        answers=answers,
    )


@console.post("/operations/orders/<uuid:order_id>/ask")
@guard(order_view.ACT)
def ask_after_order(order_id: UUID) -> Response:
    """Have an order asked after now."""
    with shell.house().unit() as unit:
        order_view.ask_after(unit, actor(), order_id)
    shell.house().tell("orders")
    return shell.go("console.partner_orders", done="asked_after")
