"""Mobile money over the GSMA's wire: collected, paid out, polled, heard."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from bot.simulator.twin import momo as twin
from channels.message import Hook
from core.partners.answers import Accepted, Done, NotKnown, NotSent, Refused
from core.partners.momo import Momo, MomoAccount
from core.partners.partner import NotGenuine, Unreadable
from tests.core.partners.serving import SECRET, order, served

PHONE = "+255712000003"


@pytest.fixture(scope="module")
def world():
    with served("momo", twin.make, momo_api_key="key") as found:
        yield found


def make(world, **given):
    account = MomoAccount(
        **{
            "base": world.base,
            "api_key": "key",
            "organisation": "wekeza",
            "callback": "http://bank.test/webhooks/payments/momo",
            "secret": SECRET,
            **given,
        }
    )
    return Momo(account)


@pytest.fixture
def momo(world):
    world.box.take()
    return make(world)


def collect(phone=PHONE, amount="TZS 500.00", action="collect"):
    made = order(action, partner="momo", amount=amount, phone=phone)
    return replace(made, body={**made.body, "reference": "WK9Q8P7R6T5W"})


@pytest.mark.parametrize("action", ["collect", "pay"])
@pytest.mark.parametrize("amount", ["TZS 500.00", "UGX 500", "GHS 10.50"])
def test_it_is_taken_then_done(world, momo, action, amount):
    asked = collect(amount=amount, action=action)
    taken = momo.send(asked, seconds=5)
    assert isinstance(taken, Accepted)
    known = replace(asked, reference=taken.reference)
    assert isinstance(momo.query(known, seconds=5), Accepted)
    world.clock.now += timedelta(seconds=5)
    found = momo.query(known, seconds=5)
    assert isinstance(found, Done)
    assert (found.facts["amount"], found.facts["phone"]) == (amount, PHONE)
    assert found.facts["account"] == "WK9Q8P7R6T5W"
    (news,) = momo.hear(world.box.take()[0])
    assert news.order == asked.id
    assert world.box.methods == {"PUT"}, "as the GSMA's specification has it"


def test_asked_twice_it_is_one(world, momo):
    asked = collect()
    assert momo.send(asked, seconds=5) == momo.send(asked, seconds=5)


def test_a_lost_answer_is_found_by_our_id(world, momo):
    asked = collect()
    assert momo.query(asked, seconds=5) == NotKnown()
    momo.send(asked, seconds=5)
    world.clock.now += timedelta(seconds=5)
    assert isinstance(momo.query(asked, seconds=5), Done)


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("932", "cancelled"),
        ("937", "no_answer"),
        ("901", "wrong_pin"),
        ("910", "insufficient"),
        ("940", "account_unknown"),
    ],
)
def test_what_the_phone_says_is_worded(world, momo, end, code):
    asked = collect(f"+255712000{end}")
    taken = momo.send(asked, seconds=5)
    world.clock.now += timedelta(seconds=5)
    found = momo.query(replace(asked, reference=taken.reference), seconds=5)
    assert isinstance(found, Refused)
    assert found.code == code


def test_money_nobody_asked_for_is_verified(world, momo):
    said = {"phone": PHONE, "amount": "900", "currency": "TZS", "account": "0001"}
    number = httpx.post(f"{world.base}/twin/pay_in", json=said).json()["transactionReference"]
    (news,) = momo.hear(world.box.take()[0])
    assert news.verify == {"number": number}
    found = momo.send(order("verify", **news.verify), seconds=5)
    assert isinstance(found, Done)
    assert (found.facts["amount"], found.facts["account"]) == ("TZS 900.00", "0001")
    assert momo.send(order("verify", number="MMNONE"), seconds=5).code == "not_found"


def test_a_wrong_key_is_no_word_on_the_payment(world):
    assert make(world, api_key="no").send(collect(), seconds=5).code == "declined"


def test_nobody_there_is_not_sent(world):
    assert isinstance(make(world, base="http://127.0.0.1:9").send(collect(), seconds=2), NotSent)


def test_who_has_not_the_secret_is_not_heard(momo):
    url = "http://bank.test/webhooks/payments/momo/wrong"
    with pytest.raises(NotGenuine):
        momo.hear(Hook(url=url, secret="wrong", body=b"{}"))


@pytest.mark.parametrize("body", [b"", b"[]", b"{}"])
def test_what_cannot_be_read_is_told_so(momo, body):
    url = f"http://bank.test/webhooks/payments/momo/{SECRET}"
    with pytest.raises(Unreadable):
        momo.hear(Hook(url=url, secret=SECRET, body=body))
    with pytest.raises(Unreadable):
        momo.hear(Hook(url=f"{url}?is={uuid4().hex[:5]}", secret=SECRET, body=body or b"x"))
