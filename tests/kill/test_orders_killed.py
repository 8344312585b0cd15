"""A process dies while a partner is asked: the partner acts once, the money moves once.

The order is real, for airtime, and so is the wholesaler's wire: its twin answers over HTTP. After
the crash the scheduler does what it always does; whatever was unclear is asked after.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from bot.house import House
from core.bills import paying
from core.ledger import book, verify
from core.money import Money
from core.partners import orders
from core.partners.airtime_twin import TwinWholesaler
from core.store.outbox import register_senders
from tests.core.people import Someone, someone
from tests.support import crashes, unsealed, without_redis
from tests.support.crashes import KILLED
from tests.support.outbox_rows import ALL
from tests.support.servers import Servers
from tests.support.town import Clock

PHONE = "+254712000009"
AMOUNT = Money(10_000, "KES")
HELD = Money(200_000, "KES")


@dataclass
class Firm:
    """The wholesaler's server, and what it was asked."""

    clock: Clock
    twin: TwinWholesaler = field(default_factory=TwinWholesaler)
    sends: int = 0
    url: str = ""


@pytest.fixture
def firm(clock: Clock) -> Iterator[Firm]:
    """The wholesaler, on a port of its own."""
    shop = Firm(clock)

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            (wanted,) = json.loads(body["recipients"][0])
            shop.sends += 1
            key = self.headers["Idempotency-Key"]
            self._say(shop.twin.sell(key, wanted["phoneNumber"], wanted["amount"], clock.now))

        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            reference, key = (asked.get(n, [""])[0] for n in ("transactionId", "idempotencyKey"))
            self._say(shop.twin.find(reference=reference, key=key, now=clock.now))

        def _say(self, answer) -> None:
            status, body = answer
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    shop.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield shop
    server.shutdown()
    server.server_close()


@pytest.fixture
def house(
    servers: Servers, clean_database: str, clock: Clock, pepper: bytes, tmp_path, firm: Firm
) -> Iterator[House]:
    """A house whose airtime comes from the firm."""
    with without_redis.opened(
        servers, clean_database, clock, data_dir=tmp_path, pepper=pepper, airtime_base=firm.url
    ) as house:
        yield house


@pytest.fixture
def amina(house: House) -> Someone:
    with house.unit() as unit:
        register_senders(unit, ALL)
        return someone(unit, holds=str(HELD))


def buy(house: House, amina: Someone) -> UUID:
    effect = house.new_id()
    with house.unit() as unit:
        paying.buy_airtime(
            unit, id=effect, customer=amina.id, wallet=amina.wallet, phone=PHONE, amount=AMOUNT,
            channel="sms",
        )  # fmt: skip
        unit.wakes.clear()
        (order,) = orders.listed(unit, subject_id=effect)
    return order.id


@pytest.mark.parametrize(
    ("at", "sends"),
    [
        ("order.before_asking", 1),  # never left: asked after, not known twice, and only then sent
        ("order.answered", 1),
        ("order.noted", 1),
        ("order.after_commit", 1),
    ],
)
def test_whenever_it_dies_the_partner_acts_once(house, amina, firm, clock, at, sends):
    order = buy(house, amina)
    work = (house.settings, "ask partners", "airtime")
    assert crashes.exit_code(*work, now=clock.now, at=at) == KILLED
    crashes.come_to_rest(house, clock, "airtime")
    with house.unit() as unit:
        assert orders.find(unit, order).status == "done"
        assert book.balance(unit, amina.wallet).available == HELD - AMOUNT
        told = [one.payload.get("alert") for one in unsealed.outbox(unit)]
        assert told == ["airtime_done"]
        assert verify.verify(unit) == []
    assert (firm.sends, firm.twin.sold) == (sends, 1)


@pytest.mark.parametrize("at", ["bill.taken", "bill.ordered"])
def test_money_and_its_order_are_written_together_or_not_at_all(house, amina, clock, at):
    facts = (amina.id, amina.wallet, PHONE, house.new_id())
    assert crashes.exit_code(house.settings, "buy airtime", *facts, now=clock.now, at=at) == KILLED
    with house.unit() as unit:
        assert orders.listed(unit) == []
        assert book.balance(unit, amina.wallet).available == HELD
        assert verify.verify(unit) == []
