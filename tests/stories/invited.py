"""What happens to money that waits for the stranger meanwhile, in a story."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from core.joining import Joining, join
from core.kyc.countries import SERVED
from core.money import Money
from core.phone import country_of
from core.store.unit import Unit
from core.transfers import waiting, waiting_endings
from tests.stories.cast import own

if TYPE_CHECKING:
    from tests.stories.stage import Telling


def _stranger(telling: "Telling") -> str:
    return own(telling.address("stranger"), telling.number)


def _send(
    telling: "Telling", unit: Unit, amount: str, *, payer: str = "customer", times: int = 1
) -> None:
    money = Money.parse(amount, telling.cast.plenty.currency)
    for _ in range(times):
        waiting.send_waiting(
            unit,
            id=unit.new_id(),
            payer=telling.customers[payer],
            wallet=telling.wallets[payer],
            phone=_stranger(telling),
            amount=money,
            channel="sms",
        )


def _take_back(telling: "Telling", unit: Unit) -> None:
    payer = telling.customers["customer"]
    for one in waiting.waiting_of(unit, payer):
        waiting_endings.cancel(unit, one.id, payer=payer)


def _join(telling: "Telling", unit: Unit) -> None:
    phone = _stranger(telling)
    country = country_of(phone, "KE")
    join(
        unit,
        Joining(
            first_name="Zawadi",
            last_name="Njeri",
            id_number=f"ZAWADI{telling.number}",
            born=date(1990, 3, 14),
            pin_hash=telling.stage.pin_hash,
            phone=phone,
            country=country,
            language=SERVED[country].language,
            channel="ussd",
            consent=True,
        ),
    )


HAPPENINGS: dict[str, Callable[["Telling", Unit], None]] = {
    "money of the customer's waits for the stranger": lambda t, u: _send(t, u, "250"),
    "nine payments of the customer's wait": lambda t, u: _send(t, u, "10", times=9),
    "money of the newcomer's waits for the stranger": lambda t, u: _send(
        t, u, "250", payer="newcomer"
    ),
    "the stranger joins": _join,
    "what waits is taken back": _take_back,
}
