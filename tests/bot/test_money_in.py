"""Money in through the whole house: the conversation, the partner's wire, the door, the wallet."""

import json
from dataclasses import replace

import httpx
import pytest
import redis

from bot import app as apps
from bot.mailbox import RedisMailbox
from bot.simulator.twin import mpesa as twin
from core.crm import customers
from core.ledger import book
from core.money import Money
from core.partners.daraja import Daraja
from core.partners.mpesa import Mpesa
from core.partners.wire import NoAnswer
from tests.core.partners.serving import MPESA_KEYS, SECRET, mpesa_account, served
from tests.support import unsealed
from worker import partner_orders
from worker.deposits import sweep

AMINA = "+254712000001"


@pytest.fixture(scope="module")
def world():
    with served("mpesa", twin.make, **MPESA_KEYS) as found:
        yield found


@pytest.fixture
def town(house, world):
    world.clock.now = house.now()
    world.box.take()
    mailbox = RedisMailbox(house.redis, house.keys, pause=lambda _: None)
    mpesa = Mpesa(mpesa_account(world.base), mailbox=mailbox, clock=house.now)
    return replace(house, partners={"mpesa": mpesa})


@pytest.fixture
def client(town, world):
    """The front door. What M-Pesa answers by calling us arrives while the worker waits for it."""
    door = apps.build(house=town).test_client()
    town.partners["mpesa"]._mailbox._pause = lambda _: arrive(world, door)
    return door


def arrive(world, client):
    """Have every call of M-Pesa's knock at the door; return what it was answered."""
    answers = []
    for call in world.box.take():
        path = call.url.removeprefix("http://bank.test")
        answers.append(client.post(path, data=call.body, content_type="application/json"))
    return answers


def settle(town, world, client, clock):
    """Let the two sides talk until nothing is left to say."""
    for _ in range(4):
        partner_orders.work(town, "mpesa")
        clock.pass_(seconds=6)
        world.clock.now = clock.now
        assert {one.status_code for one in arrive(world, client)} <= {200}


def told(town):
    with town.unit() as unit:
        rows = unsealed.outbox(unit)
        return [row.payload["alert"] for row in rows if "alert" in row.payload]


def spendable(town, number):
    with town.unit() as unit:
        owner = customers.find_by_phone(unit, number)
        (home, *_) = [one for one in book.balances(unit, owner) if one.kind == "wallet"]
        return home.balance.available


def test_from_the_keypad_to_the_wallet(town, world, client, clock, phone):
    before = spendable(town, AMINA)
    keypad = phone("ussd", AMINA)
    screens = [keypad.dial(), *(keypad.say(said) for said in ("deposit", "1", "500", "1"))]
    assert "M-Pesa" in screens[-1], screens
    settle(town, world, client, clock)
    assert spendable(town, AMINA) == before + Money.load("KES 500.00")
    assert told(town) == ["deposit_booked"]
    settle(town, world, client, clock)  # and the paybill's notice of the same payment adds nothing
    assert spendable(town, AMINA) == before + Money.load("KES 500.00")


def test_a_payment_to_the_paybill_finds_its_owner(town, world, client, clock):
    before = spendable(town, AMINA)
    said = {"phone": "+254799000111", "shillings": 250, "account": "0712 000 001"}
    httpx.post(f"{world.base}/twin/paybill", json=said)
    (answer,) = arrive(world, client)
    assert json.loads(answer.text)["ResultCode"] == 0
    world.clock.now = clock.now
    partner_orders.work(town, "mpesa")
    assert spendable(town, AMINA) == before + Money.load("KES 250.00")
    assert told(town) == ["deposit_came"]


def test_a_prompt_that_nobody_names_is_ended_and_what_was_paid_is_booked(
    town, world, client, clock, phone
):
    before = spendable(town, AMINA)
    keypad = phone("ussd", AMINA)
    for said in ("", "deposit", "1", "500", "1"):
        keypad.say(said) if said else keypad.dial()
    with pytest.MonkeyPatch.context() as lost:
        lost.setattr(Daraja, "post", silent)
        partner_orders.work(town, "mpesa")
    clock.pass_(hours=6, seconds=6)
    partner_orders.work(town, "mpesa")
    assert told(town) == ["deposit_expired"]
    with town.unit() as unit:
        reference = unit.value("select reference from deposits where status = 'failed'")
    world.clock.now = clock.now
    said = {"phone": AMINA, "shillings": 500, "account": reference}
    httpx.post(f"{world.base}/twin/paybill", json=said)
    settle(town, world, client, clock)
    assert spendable(town, AMINA) == before + Money.load("KES 500.00")
    assert told(town) == ["deposit_expired", "deposit_booked"]
    with town.unit() as unit:
        assert unit.value("select status from deposits") == "paid"


def silent(*_, **__):
    raise NoAnswer("the call was lost")


@pytest.mark.parametrize("secret", ["", "/wrong", f"/{SECRET}x"])
def test_who_does_not_know_the_secret_is_turned_away(town, client, secret):
    body = json.dumps({"TransID": "QK1", "BillRefNumber": "0712000001"})
    answer = client.post(f"/webhooks/payments/mpesa{secret}", data=body)
    assert answer.status_code == 403
    with town.unit() as unit:
        assert unit.value("select count(*) from partner_orders") == 0


def test_news_that_is_not_true_books_nothing(town, world, client, clock):
    before = spendable(town, AMINA)
    body = json.dumps({"TransID": "QKLIE", "TransAmount": "9000", "BillRefNumber": "0712000001"})
    assert client.post(f"/webhooks/payments/mpesa/{SECRET}", data=body).status_code == 200
    settle(town, world, client, clock)
    assert spendable(town, AMINA) == before
    assert told(town) == []


def test_the_sweep_has_nothing_to_do_in_a_quiet_house(house):
    assert sweep(house) == 0


def test_a_mailbox_without_redis_is_empty(house):
    gone = redis.Redis.from_url("redis://127.0.0.1:9/0", socket_connect_timeout=0.1)
    mailbox = RedisMailbox(gone, house.keys)
    mailbox.leave("asked", "answer")
    assert mailbox.wait("asked", seconds=0) == ""


def test_what_waits_in_the_mailbox_can_be_read_by_the_house_alone(house):
    mailbox = RedisMailbox(house.redis, house.keys, pause=lambda _: None)
    mailbox.leave("asked", "AMINA OTIENO 254712000001")
    kept = house.redis.get("partner-answer:asked")
    assert kept and b"AMINA" not in kept and b"254712" not in kept
    assert mailbox.wait("asked", seconds=0) == "AMINA OTIENO 254712000001"
    house.redis.set("partner-answer:moved", kept)
    assert mailbox.wait("moved", seconds=0) == ""
