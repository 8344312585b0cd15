"""Positions: what the bank has open in each currency, what covers it, and who sells it money."""

from flask import Response

from bot.console import operations, shell
from bot.console.shell import console
from bot.guard import actor, guard
from core.errors import Refusal
from core.fx import hedge_log, position_view, positions, provider_switch, provider_view

HEDGES = 20


@console.get("/operations", endpoint="positions")
@guard(operations.READ)
def positions_page() -> Response:
    """Show positions, covers, what was dealt today, and the providers."""
    return _page()


@console.post("/operations/providers/<provider>/switch")
@guard(provider_switch.PERMISSION)
def switch_provider(provider: str) -> Response:
    """Take a provider's prices, or take them no more; for a reason."""
    active = shell.field("active", most=3) == "yes"
    try:
        with shell.house().unit() as unit:
            provider_switch.switch(
                unit, actor(), provider, active=active, reason=shell.field("reason")
            )
    except Refusal as refusal:
        return _page(refusal)
    shell.house().tell("positions")
    return shell.go("console.positions", done="provider_on" if active else "provider_off")


def _page(refused: Refusal | None = None) -> Response:
    who = actor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "operations")
        dealt = position_view.today(unit, who)
        book = positions.summary(unit)
        hedges = hedge_log.listed(unit, limit=HEDGES)
        providers = provider_view.providers(unit, who, since=dealt.since)
    return operations.show(
        "positions",
        framed,
        tab="positions",
        refused=refused,
        book=book,
        dealt=dealt,
        hedges=hedges,
        providers=providers,
    )
