"""The wholesaler of airtime and the billers' switch: clients against their twins, over HTTP."""

import json
from dataclasses import replace
from types import SimpleNamespace
from uuid import UUID, uuid4

import httpx
import pytest
from flask import Flask

from bot.simulator.twin import airtime, billers
from bot.simulator.twin.partners import _troubled, partners_control
from bot.simulator.twin.stand import Stand
from channels.message import Hook
from core.partners.airtime import AirtimeWholesaler
from core.partners.answers import Accepted, Done, NotKnown, NotSent, Refused, Unclear
from core.partners.billers import BillEnquiry, BillerSwitch
from core.partners.mishaps import Mishaps, Plan
from core.partners.orders import Order
from core.partners.partner import NotGenuine, Unreadable
from core.partners.questions import Answered, Declined, Unavailable
from tests.support.town import Clock

SETTINGS = SimpleNamespace(
    at_api_key="key", billers_secret="shared", payments_webhook_secret="hush",
    public_base_url="http://bank.test",
)  # fmt: skip


class Post:
    """What the twin has called the bank with."""

    def __init__(self) -> None:
        self.sent = []

    def send(self, errand, *, after):
        self.sent.append((errand.letter, after))


@pytest.fixture
def clock(now) -> Clock:
    return Clock(now)


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def stands(clock, post) -> dict[str, Stand]:
    return {
        name: Stand(name, SETTINGS, Mishaps("7"), post, clock, lambda: "0" * 32)
        for name in ("airtime", "billers")
    }


@pytest.fixture
def transport(stands) -> httpx.WSGITransport:
    app = Flask("twin")
    app.register_blueprint(_troubled(airtime.make(stands["airtime"]), stands["airtime"].mishaps))
    app.register_blueprint(_troubled(billers.make(stands["billers"]), stands["billers"].mishaps))
    app.extensions["partners"] = stands
    app.register_blueprint(partners_control)
    return httpx.WSGITransport(app=app)


@pytest.fixture
def wholesaler(transport) -> AirtimeWholesaler:
    return AirtimeWholesaler(
        "http://twin/airtime", username="sandbox", api_key="key", secret="hush",
        transport=transport,
    )  # fmt: skip


@pytest.fixture
def switch(transport) -> BillerSwitch:
    return BillerSwitch("http://twin/billers", secret="shared", transport=transport)


def order(now, partner: str, action: str, reference: str = "", **body: str) -> Order:
    return Order(
        uuid4(), partner, action, "trial", UUID(int=1), {"reference": "WK1", **body}, reference, 1,
        now, now,
    )  # fmt: skip


@pytest.fixture
def top_up(now) -> Order:
    return order(now, "airtime", "airtime", phone="+254712000009", amount="KES 100.00")


@pytest.fixture
def bill(now) -> Order:
    return order(now, "billers", "pay", biller="888880", account="37123456789", amount="KES 500.00")


def known(one: Order, answer) -> Order:
    return replace(one, reference=answer.reference)


def test_airtime_is_taken_then_done(wholesaler, top_up, clock):
    taken = wholesaler.send(top_up, seconds=5)
    assert isinstance(taken, Accepted) and taken.reference.startswith("ATQid_")
    top_up = known(top_up, taken)
    assert wholesaler.query(top_up, seconds=5) == taken
    clock.pass_(seconds=1)
    done = wholesaler.query(top_up, seconds=5)
    assert isinstance(done, Done)
    assert done.facts == {
        "receipt": taken.reference, "amount": "KES 100.00", "discount": "KES 4.00",
    }  # fmt: skip


@pytest.mark.parametrize("amount", ["UGX 1000", "XOF 500", "KES 0.05"])
def test_amounts_of_every_currency_survive_the_wire(wholesaler, now, clock, amount):
    wanted = order(now, "airtime", "airtime", phone="+256772000005", amount=amount)
    taken = wholesaler.send(wanted, seconds=5)
    clock.pass_(seconds=1)
    assert wholesaler.query(known(wanted, taken), seconds=5).facts["amount"] == amount


def test_data_is_sold_too(wholesaler, now, clock):
    wanted = order(
        now, "airtime", "bundle", phone="+254712000009", amount="KES 99.00",
        megabytes="1024", validity="Day",
    )  # fmt: skip
    taken = wholesaler.send(wanted, seconds=5)
    clock.pass_(seconds=1)
    done = wholesaler.query(known(wanted, taken), seconds=5)
    assert isinstance(done, Done) and "amount" not in done.facts


def test_sent_twice_it_is_sold_once_and_found_by_our_key(wholesaler, top_up, stands):
    stands["airtime"].mishaps.plan = Plan(lost_answers=1.0)
    assert isinstance(wholesaler.send(top_up, seconds=5), Unclear)
    stands["airtime"].mishaps.plan = Plan()
    found = wholesaler.query(top_up, seconds=5)
    assert wholesaler.send(top_up, seconds=5) == found


def test_what_never_arrived_is_not_known(wholesaler, switch, top_up, bill, stands):
    for stand in stands.values():
        stand.mishaps.plan = Plan(lost_calls=1.0)
    assert isinstance(wholesaler.send(top_up, seconds=5), Unclear)
    assert isinstance(switch.send(bill, seconds=5), Unclear)
    for stand in stands.values():
        stand.mishaps.plan = Plan()
    assert wholesaler.query(top_up, seconds=5) == NotKnown()
    assert switch.query(bill, seconds=5) == NotKnown()


def test_a_firm_that_is_down_leaves_everything_unclear(wholesaler, switch, top_up, bill, stands):
    for stand in stands.values():
        stand.mishaps.plan = Plan(down=True)
    for said in (
        wholesaler.send(top_up, seconds=5), wholesaler.query(top_up, seconds=5),
        switch.send(bill, seconds=5), switch.query(bill, seconds=5),
    ):  # fmt: skip
        assert isinstance(said, Unclear)
    assert isinstance(switch.ask(BillEnquiry("888888", "123456", "KES"), seconds=5), Unavailable)


def test_where_nobody_listens_nothing_has_left(top_up, bill):
    gone = "http://127.0.0.1:9"
    assert isinstance(
        AirtimeWholesaler(gone, username="", api_key="", secret="").send(top_up, seconds=2), NotSent
    )
    assert isinstance(BillerSwitch(gone, secret="x").send(bill, seconds=2), NotSent)


def test_a_number_that_is_none_is_refused(wholesaler, now):
    wanted = order(now, "airtime", "airtime", phone="+254712000404", amount="KES 100.00")
    said = wholesaler.send(wanted, seconds=5)
    assert isinstance(said, Refused) and said.code == "number_invalid"


def test_a_wrong_key_is_no_refusal_of_the_customers(transport, top_up):
    stranger = AirtimeWholesaler(
        "http://twin/airtime", username="", api_key="wrong", secret="", transport=transport
    )
    assert isinstance(stranger.send(top_up, seconds=5), Unclear)


def test_the_wholesaler_calls_and_may_lie(wholesaler, top_up, post, stands):
    stands["airtime"].mishaps.plan = Plan(doubled_callbacks=1.0, lying_callbacks=1.0)
    taken = wholesaler.send(top_up, seconds=5)
    assert len(post.sent) == 2
    letter, after = post.sent[0]
    assert after == 1.0 and letter.url == "http://bank.test/webhooks/payments/airtime/hush"
    assert json.loads(letter.body)["status"] == "Failed"
    (told,) = wholesaler.hear(Hook(letter.url, body=letter.body.encode(), secret="hush"))
    assert (told.reference, told.order) == (taken.reference, top_up.id)


def test_a_meter_is_paid_and_its_token_comes(switch, bill, clock):
    taken = switch.send(bill, seconds=5)
    assert isinstance(taken, Accepted)
    assert switch.send(bill, seconds=5) == taken, "sent again, it is the same payment"
    clock.pass_(seconds=1)
    done = switch.query(bill, seconds=5)
    assert isinstance(done, Done)
    assert len(done.facts["token"].replace("-", "")) == 20
    assert done.facts["amount"] == "KES 500.00"


@pytest.mark.parametrize(
    ("account", "code"), [("37123456422", "account_unknown"), ("37123456409", "meter_closed")]
)
def test_a_bill_that_is_refused(switch, now, clock, account, code):
    wanted = order(now, "billers", "pay", biller="888880", account=account, amount="KES 500.00")
    said = switch.send(wanted, seconds=5)
    if isinstance(said, Accepted):
        clock.pass_(seconds=1)
        said = switch.query(wanted, seconds=5)
    assert isinstance(said, Refused) and said.code == code


def test_whose_an_account_is(switch):
    told = switch.ask(BillEnquiry("888888", "123456", "KES"), seconds=5)
    assert isinstance(told, Answered)
    assert "*" in told.facts["name"] and told.facts["owes"].startswith("KES ")
    assert switch.ask(BillEnquiry("888880", "37123456789", "KES"), seconds=5).facts["owes"] == ""
    assert isinstance(switch.ask(BillEnquiry("888888", "123404", "KES"), seconds=5), Declined)
    assert isinstance(switch.ask(BillEnquiry("888888", "123503", "KES"), seconds=5), Unavailable)


def test_the_switch_signs_its_calls(switch, bill, post):
    switch.send(bill, seconds=5)
    ((letter, _),) = post.sent
    headers = {name.lower(): value for name, value in letter.headers.items()}
    call = Hook(letter.url, headers=headers, body=letter.body.encode())
    (told,) = switch.hear(call)
    assert told.order == bill.id
    with pytest.raises(NotGenuine):
        switch.hear(Hook(letter.url, headers=headers, body=letter.body.encode() + b" "))


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"requestId": 1, "status": "x"}', b"\xff"])
def test_a_call_that_cannot_be_read(wholesaler, body):
    with pytest.raises(Unreadable):
        wholesaler.hear(Hook("", body=body, secret="hush"))


def test_a_secret_is_asked_for(wholesaler):
    with pytest.raises(NotGenuine):
        wholesaler.hear(Hook("", body=b"{}", secret=""))


def test_faults_are_set_over_http(transport, stands):
    with httpx.Client(transport=transport, base_url="http://twin") as client:
        assert client.get("/twin/partners").json()["airtime"]["down"] is False
        changed = client.post("/twin/partners/airtime/faults", json={"down": True, "slow": 0.5})
        assert changed.json()["down"] is True
        assert stands["airtime"].mishaps.plan == Plan(down=True, slow=0.5)
        assert stands["billers"].mishaps.plan == Plan()
        for wrong in ({"slow": 900}, {"lost_calls": 2}, {"rain": 1}):
            assert client.post("/twin/partners/airtime/faults", json=wrong).status_code == 400
        client.post("/twin/partners/airtime/faults", json={"reset": True})
        assert stands["airtime"].mishaps.plan == Plan()
        assert client.post("/twin/partners/nobody/faults", json={}).status_code == 404
        assert client.post("/twin/partners/airtime/faults", data={"down": "1"}).status_code == 415


def test_one_seed_is_one_sequence_of_accidents():
    plan = Plan(lost_calls=0.3, lost_answers=0.3, doubled_callbacks=0.5, late_callbacks=9.0)
    first, second, other = Mishaps("7", plan), Mishaps("7", plan), Mishaps("8", plan)
    what = [[one.befalls() for _ in range(50)] + one.deliveries() for one in (first, second, other)]
    assert what[0] == what[1] != what[2]
