"""A partner of tests: orders are taken, and answered as a test says."""

from uuid import uuid4

from core import outcomes
from core.money import Money
from core.partners import order_queue
from core.partners.answers import Done


def answer(unit, partner, given, *, most=10):
    """Give every order of a partner that is due this answer; return the orders."""
    taken = order_queue.take(unit, partner, most=most)
    for one in taken:
        told = given(one.order) if callable(given) else given
        noted = order_queue.note(unit, one, told)
        outcomes.tell(unit, one.order, noted, told)
    return [one.order for one in taken]


def paid(order, number=None, amount=None, /, **facts):
    """Return the last word that an order was paid."""
    told = {"amount": amount or order.body["amount"], **facts}
    if number:
        told["number"] = number
    return Done(number or f"ref-{uuid4()}", told)


def due(unit):
    """Have every order be due now."""
    unit.run("update partner_orders set due_at = %(now)s where finished_at is null", now=unit.now)


def held(unit, kind, currency="KES"):
    """Return what the bank's own accounts of a kind hold."""
    minor = unit.value(
        "select coalesce(sum(posted), 0)::bigint from system_accounts"
        " where kind = %(kind)s and currency = %(currency)s",
        kind=kind,
        currency=currency,
    )
    return Money(minor, currency)
