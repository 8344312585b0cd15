"""Money in and cash at a till, as work that may die in a process of its own."""

from collections.abc import Callable
from uuid import UUID

from core.access import codes
from core.deposits import asking, cash_codes, incoming, tills
from core.money import Money
from core.store.unit import Unit
from tests.support.in_a_unit import in_a_unit

AMOUNT = Money(50_000, "KES")


def _show_code(unit: Unit, customer: UUID, code: UUID, address: str) -> object:
    here = {"channel": "ussd", "address": address}
    cash_codes.present(unit, customer=customer, **here)
    return codes.use(unit, code_id=code, right=True, **here)


WORK: dict[str, Callable[..., object]] = {
    "ask deposit": in_a_unit(
        asking.ask, "customer wallet phone id", country="KE", amount=AMOUNT, channel="ussd"
    ),
    "take in money": in_a_unit(incoming.take_in, "came"),
    "make cash code": in_a_unit(
        cash_codes.make, "customer wallet id", country="KE", amount=AMOUNT, channel="sms"
    ),
    "show cash code": in_a_unit(_show_code, "customer code address"),
    "cash in": in_a_unit(tills.cash_in, "agent customer wallet id", amount=AMOUNT, channel="ussd"),
    "cash out": in_a_unit(tills.cash_out, "agent code address id", channel="ussd"),
}
