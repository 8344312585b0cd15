"""How the rails stand now, read from the tables, and the choice of a route put to that."""

from collections.abc import Collection
from datetime import datetime

from core.money import Money
from core.partners import health
from core.settlement import banks, liquidity, rails, routing
from core.settlement.banks import Bank
from core.settlement.routing import Choice, Market, Payment
from core.store.unit import Unit


def market(unit: Unit, currency: str) -> Market:
    """Return how the rails that carry a currency stand now."""
    found = [one for one in rails.all_rails(unit) if one.currency == currency]
    return Market(
        rails=found,
        calendars=rails.calendars(unit, found),
        free=liquidity.free(unit),
        away=_away(unit),
        hour_price=rails.hour_price(unit, currency),
        now=unit.now,
    )


def choose(
    unit: Unit, *, amount: Money, payer_country: str, bank: Bank, tried: Collection[str] = ()
) -> Choice:
    """Return the route that a payment takes now, and why."""
    payment = Payment(
        amount=amount,
        payer_country=payer_country,
        bank_country=bank.country,
        on=banks.rails_of(unit, bank.id),
        tried=frozenset(tried),
    )
    return routing.choose(payment, market(unit, amount.currency))


def _away(unit: Unit) -> dict[str, datetime]:
    """Return the partners that do not answer, and until when nobody asks them."""
    return {
        name: one.open_until
        for name, one in health.all_of(unit).items()
        if one.open_until is not None and one.is_open(unit.now)
    }
