"""Money in and cash at a till, as work that may die in a process of its own."""

from collections.abc import Callable
from uuid import UUID

from bot.house import House
from core.access import codes
from core.deposits import asking, cash_codes, incoming, tills
from core.deposits.incoming import Incoming
from core.money import Money


def _ask(house: House, customer: UUID, wallet: UUID, phone: str, effect: UUID) -> object:
    with house.unit() as unit:
        return asking.ask(
            unit,
            id=effect,
            customer=customer,
            wallet=wallet,
            country="KE",
            amount=Money(50_000, "KES"),
            channel="ussd",
            phone=phone,
        )


def _take_in(house: House, came: Incoming) -> object:
    with house.unit() as unit:
        return incoming.take_in(unit, came)


def _make_code(house: House, customer: UUID, wallet: UUID, effect: UUID) -> object:
    with house.unit() as unit:
        return cash_codes.make(
            unit,
            id=effect,
            customer=customer,
            wallet=wallet,
            country="KE",
            amount=Money(50_000, "KES"),
            channel="sms",
        )


def _show_code(house: House, customer: UUID, code: UUID, address: str) -> object:
    with house.unit() as unit:
        here = {"channel": "ussd", "address": address}
        cash_codes.present(unit, customer=customer, **here)
        return codes.use(unit, code_id=code, right=True, **here)


def _cash_in(house: House, agent: UUID, customer: UUID, wallet: UUID, effect: UUID) -> object:
    with house.unit() as unit:
        return tills.cash_in(
            unit,
            id=effect,
            agent=agent,
            customer=customer,
            wallet=wallet,
            amount=Money(50_000, "KES"),
            channel="ussd",
        )


def _cash_out(house: House, agent: UUID, code: UUID, address: str, effect: UUID) -> object:
    with house.unit() as unit:
        return tills.cash_out(
            unit, id=effect, agent=agent, code=code, channel="ussd", address=address
        )


WORK: dict[str, Callable[..., object]] = {
    "ask deposit": _ask,
    "take in money": _take_in,
    "make cash code": _make_code,
    "show cash code": _show_code,
    "cash in": _cash_in,
    "cash out": _cash_out,
}
