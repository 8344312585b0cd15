"""What a switch tells us: signed, read, and never believed without being asked about."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue

import httpx
import pytest

from core.iso.returned import returned
from core.partners.answers import Done, NotKnown, Refused
from core.partners.partner import NotGenuine, Told, Unreadable
from core.partners.rails.signing import SIGNATURE_HEADER, TIME_HEADER, is_genuine, signed
from tests.core.iso.samples import OUR_STATUS, PAYMENT, sample
from tests.core.partners.rails.desk import SECONDS, SECRET, TUESDAY, Desk, an_order, over_http

PATH = "/webhooks/payments/pesalink"


@dataclass(frozen=True)
class Call:
    """A webhook call as the bank's door hands it on."""

    body: bytes
    headers: dict[str, str]
    url: str = f"http://bank.test{PATH}"
    form: dict[str, tuple[str, ...]] = field(default_factory=dict)
    secret: str = ""
    remote: str = ""


@contextmanager
def listening() -> Iterator[tuple[str, "SimpleQueue[Call]"]]:
    """Hear what is posted to a bank's door, on a port of its own."""
    heard: SimpleQueue[Call] = SimpleQueue()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(200)
            self.end_headers()
            heard.put(Call(body, headers, url=f"http://bank.test{self.path}"))

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def told_by(desk: Desk, heard: "SimpleQueue[Call]", times: int = 1) -> list[Told]:
    return [one for _ in range(times) for one in desk.rail.hear(heard.get(timeout=20))]


@contextmanager
def told_soon() -> Iterator[tuple[Desk, "SimpleQueue[Call]"]]:
    """A switch that settles in no time, but never in the call itself, and what it tells."""
    with listening() as (bank, heard), over_http(bank=bank) as desk:
        desk.switch.rules = replace(desk.switch.rules, at_once=0, fastest=0.01, slowest=0.01)
        yield desk, heard


def test_what_is_told_twice_is_the_same_news():
    with told_soon() as (desk, heard):
        desk.pay("0110000000410")  # refused in the call, so nothing more is told of it
        order, _ = desk.pay("0110000000508")
        desk.clock.pass_by(seconds=1)
        (news,) = told_by(desk, heard)
        assert news.order == order.id and news.verify is None
        assert isinstance(desk.ask(order), Done)
        (again,) = told_by(desk, heard)
        assert again == news, "told twice, it is the same news"


def test_a_false_alarm_only_makes_us_ask():
    with told_soon() as (desk, heard):
        order, _ = desk.pay("0110000000510")
        desk.clock.pass_by(seconds=1)
        (news,) = told_by(desk, heard)
        assert news.order == order.id
        assert isinstance(desk.ask(order), Done)


def test_money_for_a_customer_is_told_verified_and_given_back_once():
    with listening() as (bank, heard), over_http(bank=bank) as desk:
        answer = httpx.Client(transport=desk.rail.reach._wire._client._transport).post(
            "http://switch.test/pesalink/twin/transfers",
            json={"amount": "KES 2500.00", "account": "010000000125", "words": "Rent"},
        )
        assert answer.status_code == 201
        (news,) = told_by(desk, heard)
        assert news.verify == {"number": answer.json()["number"]} and news.subject == "receipt"
        asked = an_order("verify", dict(news.verify), subject="receipt")
        came = desk.ask(asked)
        assert isinstance(came, Done)
        assert came.facts["amount"] == "KES 2500.00" and came.facts["account"] == "010000000125"
        assert came.facts["name"] == "Njeri Wanjala" and came.facts["number"] == came.reference
        body = {**came.facts, "reason": "unknown_payee", "reference": "R1"}
        back = an_order("return", body, subject="receipt")
        assert isinstance(desk.ask(back), NotKnown)
        assert isinstance(desk.rail.send(back, seconds=SECONDS), Done)
        assert isinstance(desk.rail.send(back, seconds=SECONDS), Done)
        assert isinstance(desk.ask(back), Done)
        other = desk.rail.send(an_order("return", body, subject="receipt"), seconds=SECONDS)
        assert isinstance(other, Refused) and other.code == "AM05"


def test_a_return_is_told_and_asked_about():
    with told_soon() as (desk, heard):
        order, _ = desk.pay("0110000000431")
        (news,) = told_by(desk, heard)
        assert news.order == order.id
        (back,) = desk.switch.returns.values()
        headers = signed(SECRET, at=TUESDAY, method="POST", path=PATH, body=returned(back))
        (news,) = desk.rail.hear(
            Call(returned(back), {name.lower(): value for name, value in headers.items()})
        )
        assert (news.subject, news.verify) == ("return", {"return": back.id})


def test_a_notice_of_movements_is_the_same_news():
    with over_http() as desk:
        notice = sample("mock-bank.camt.054.001.08.returned.xml")
        left = notice.replace(b"<CdtDbtInd>CRDT", b"<CdtDbtInd>DBIT")
        told = []
        for body in (notice, left):
            headers = signed(SECRET, at=TUESDAY, method="POST", path=PATH, body=body)
            call = Call(body, {name.lower(): value for name, value in headers.items()})
            told.append(list(desk.rail.hear(call)))
        ((back,), gone) = told
        assert back.verify == {"return": "MB-RTR-2"} and back.subject == "return"
        assert gone == []


def test_a_call_is_known_by_its_signature_and_its_moment():
    with over_http() as desk:
        headers = signed(SECRET, at=TUESDAY, method="POST", path=PATH, body=OUR_STATUS)
        right = {name.lower(): value for name, value in headers.items()}
        (news,) = desk.rail.hear(Call(OUR_STATUS, right))
        assert news.order is not None and news.order.hex == PAYMENT.id
        wrong = (
            Call(OUR_STATUS + b" ", right),
            Call(OUR_STATUS, right, url="http://bank.test/webhooks/payments/rtgs"),
            Call(OUR_STATUS, {}),
            Call(OUR_STATUS, right | {SIGNATURE_HEADER.lower(): "0" * 64}),
            Call(OUR_STATUS, right | {TIME_HEADER.lower(): "2026-11-24T09:00:01+00:00"}),
            Call(OUR_STATUS, right | {TIME_HEADER.lower(): "yesterday"}),
            Call(OUR_STATUS, right | {TIME_HEADER.lower(): "2026-11-24T09:00:00"}),
        )
        for call in wrong:
            with pytest.raises(NotGenuine):
                desk.rail.hear(call)
        desk.clock.pass_by(minutes=6)
        with pytest.raises(NotGenuine):
            desk.rail.hear(Call(OUR_STATUS, right))


def test_nobody_is_genuine_without_a_secret():
    headers = signed("", at=TUESDAY, method="GET", path="/", body=b"")
    told = {name.lower(): value for name, value in headers.items()}
    assert not is_genuine("", told, now=TUESDAY, method="GET", path="/", body=b"")


@pytest.mark.parametrize("body", [b"", b"{}", b"<a/>", OUR_STATUS[:-20]])
def test_a_genuine_call_that_cannot_be_read_is_told_apart(body):
    with over_http() as desk:
        headers = signed(SECRET, at=TUESDAY, method="POST", path=PATH, body=body)
        with pytest.raises(Unreadable):
            desk.rail.hear(Call(body, {name.lower(): value for name, value in headers.items()}))


def test_a_switch_takes_no_call_of_a_strangers():
    with over_http() as desk:
        desk.rail.reach._secret = "another"
        _, told = desk.pay()
        assert isinstance(told, Refused) and told.code == "not_registered_here"
        desk.rail.reach._secret = SECRET
        desk.rail.reach._clock = lambda: TUESDAY - timedelta(minutes=6)
        assert isinstance(desk.pay()[1], Refused)
