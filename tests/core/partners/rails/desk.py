"""A rail to try: the real client on the switch of the twin, directly or over HTTP, on our clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from uuid import UUID

import httpx
from flask import Flask

from bot.simulator.twin import rails as twin_rails
from bot.simulator.twin.partners import _troubled
from bot.simulator.twin.post import Postman
from bot.simulator.twin.stand import Stand
from core.iso.messages import Party
from core.partners.mishaps import Mishaps
from core.partners.orders import Order
from core.partners.rails.direct import DirectReach
from core.partners.rails.eft import Eft
from core.partners.rails.http import HttpReach
from core.partners.rails.papss import Papss
from core.partners.rails.pesalink import PesaLink
from core.partners.rails.rail import Rail
from core.partners.rails.rtgs import Rtgs
from core.partners.rails.twin import Switch
from core.partners.rails.twin_rules import RULES
from core.partners.wire import Wire

US = Party("Wekeza Bank", "1000200300", "WEKZKENA", "99")
SECRET = "a secret of two"
CLIENTS = {one.name: one for one in (PesaLink, Rtgs, Eft, Papss)}
TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # noon in Nairobi
SECONDS = 5.0
_ids = count(1)


@dataclass
class Clock:
    now: datetime = TUESDAY

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Desk:
    """A rail's client, the clock that it and the switch share, and the faults between them."""

    rail: Rail
    clock: Clock
    mishaps: Mishaps
    switch: Switch
    sent: int = field(default=0)

    def pay(self, account: str = "0110000000123", *, amount: str = "KES 1500.50", **more):
        order = order_to_pay(account, amount=amount, at=self.clock.now, **more)
        return order, self.rail.send(order, seconds=SECONDS)

    def ask(self, order: Order):
        return self.rail.query(order, seconds=SECONDS)


def order_to_pay(
    account: str,
    *,
    amount: str = "KES 1500.50",
    at: datetime = TUESDAY,
    end_to_end: str = "",
    attempts: int = 1,
) -> Order:
    number = next(_ids)
    body = {
        "amount": amount,
        "currency": amount[:3],
        "creditor_name": "Brian Kamau",
        "creditor_account": account,
        "creditor_bic": "EQBLKENA",
        "creditor_code": "68",
        "debtor_name": "Amina Otieno",
        "debtor_account": "010000000125",
        "end_to_end": end_to_end or f"WEK{number:08}",
        "purpose": "Rent",
    }
    return an_order("pay", body, at=at, number=number, attempts=attempts)


def an_order(
    action: str,
    body: dict[str, str],
    *,
    at: datetime = TUESDAY,
    number: int = 0,
    attempts: int = 1,
    subject: str = "settlement",
) -> Order:
    id_ = UUID(int=(number or next(_ids)) + (7 << 100))
    return Order(id_, "pesalink", action, subject, id_, body, "", attempts, at, at)


def direct(name: str = "pesalink", *, seed: str = "1") -> Desk:
    clock, mishaps = Clock(), Mishaps(seed)
    switch = Switch(RULES[name], seed=seed)
    reach = DirectReach(switch, clock=clock, mishaps=mishaps)
    return Desk(CLIENTS[name](reach, us=US, secret=SECRET, clock=clock), clock, mishaps, switch)


@contextmanager
def over_http(name: str = "pesalink", *, bank: str = "http://bank.test") -> Iterator[Desk]:
    clock, mishaps, postman = Clock(), Mishaps("1"), Postman()
    settings = SimpleNamespace(rail_secrets={name: SECRET}, public_base_url=bank)
    numbers = count(1)
    stand = Stand(name, settings, mishaps, postman, clock, lambda: f"{next(numbers):032x}")
    app = Flask("twin")
    window = twin_rails.Window(stand, Switch(RULES[name], seed="1"))
    app.register_blueprint(_troubled(twin_rails.blueprint(window), mishaps))
    wire = Wire(f"http://switch.test/{name}", transport=httpx.WSGITransport(app))
    rail = CLIENTS[name](
        HttpReach(wire, secret=SECRET, clock=clock), us=US, secret=SECRET, clock=clock
    )
    try:
        yield Desk(rail, clock, mishaps, window.switch)
    finally:
        wire.close()
        postman.close()
