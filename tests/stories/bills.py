"""What happens to airtime and bills, in a story: whose an account is, and what came of an order."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

import httpx
from flask import Flask

from bot.simulator.twin import billers
from bot.simulator.twin.post import Postman
from bot.simulator.twin.stand import Stand
from core import outcomes
from core.partners import order_queue
from core.partners.answers import Answer, Done, Refused
from core.partners.billers import BillEnquiry, BillerSwitch
from core.partners.mishaps import Mishaps
from core.partners.questions import Answerer
from core.store.unit import Unit

if TYPE_CHECKING:
    from tests.stories.stage import Telling

SECRET = "a secret of stories"


def answerers(clock: Callable[[], datetime]) -> Mapping[type, Answerer]:
    """Return who says whose an account is: the switch's real client, on its twin."""
    settings = SimpleNamespace(billers_secret=SECRET)
    stand = Stand("billers", settings, Mishaps(), Postman(lanes=0), clock, lambda: "0" * 32)
    app = Flask("billers")
    app.register_blueprint(billers.make(stand))
    transport = httpx.WSGITransport(app=app)
    return {BillEnquiry: BillerSwitch("http://t/billers", secret=SECRET, transport=transport)}


def _answer(partner: str, said: Answer) -> Callable[["Telling", Unit], None]:
    """Have a partner answer what the customer ordered of it."""

    def answer(telling: "Telling", unit: Unit) -> None:
        ours = unit.all(
            "select id from bill_payments where customer_id = %(customer)s",
            customer=telling.customers["customer"],
        )
        known = {row.id for row in ours}
        for taken in order_queue.take(unit, partner, most=200):
            if taken.order.subject_id in known:
                noted = order_queue.note(unit, taken, said)
                assert noted is not None
                outcomes.tell(unit, taken.order, noted, said)

    return answer


HAPPENINGS: dict[str, Callable[["Telling", Unit], None]] = {
    "the customer's airtime arrives": _answer("airtime", Done("ATQid_1")),
    "the customer's airtime is refused": _answer("airtime", Refused("out_of_stock")),
    "the customer's bill is paid": _answer("billers", Done("BP1")),
    "the customer's token comes": _answer(
        "billers", Done("BP1", {"token": "1234-5678-9012-3456-7890"})
    ),
    "the customer's bill is refused": _answer("billers", Refused("biller_closed")),
}
