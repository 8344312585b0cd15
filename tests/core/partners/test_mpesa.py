"""M-Pesa over its real wire: prompts, payouts, notices; what is certain and what is not."""

import json
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from bot.simulator.twin import mpesa as twin
from channels.message import Hook
from core.partners.answers import Accepted, Done, NotKnown, NotSent, Refused, Unclear
from core.partners.mpesa import Mpesa
from core.partners.partner import NotGenuine, Unreadable
from tests.core.partners.serving import (
    MPESA_KEYS,
    SECRET,
    Mail,
    mpesa_account,
    order,
    served,
)

PHONE = "+254712000001"


@pytest.fixture(scope="module")
def world():
    with served("mpesa", twin.make, **MPESA_KEYS) as found:
        yield found


@pytest.fixture
def mail():
    return Mail()


@pytest.fixture
def mpesa(world, mail):
    client = make(world, mail)
    mail.feed = lambda: [client.hear(call) for call in world.box.take()]
    world.box.take()
    return client


def make(world, mail, **given):
    account = mpesa_account(given.pop("base", world.base), **given)
    return Mpesa(account, mailbox=mail, clock=world.clock)


def prompt(**other):
    made = order(
        "collect", amount=other.pop("amount", "KES 500.00"), phone=other.pop("phone", PHONE)
    )
    return replace(made, body={**made.body, "reference": "WK9Q8P7R6T5W"}, **other)


def later(world, seconds=5):
    world.clock.now += timedelta(seconds=seconds)


def test_a_prompt_is_taken_then_paid(world, mpesa):
    asked = prompt()
    taken = mpesa.send(asked, seconds=5)
    assert isinstance(taken, Accepted)
    assert taken.reference.startswith("ws_CO_")
    asked = replace(asked, reference=taken.reference)
    assert mpesa.query(asked, seconds=5) == Accepted(taken.reference)  # nobody has answered yet
    later(world)
    assert mpesa.query(asked, seconds=5) == Done(
        taken.reference, {"amount": "KES 500.00", "phone": PHONE}
    )
    told = [news for call in world.box.take() for news in mpesa.hear(call)]
    assert [(one.order, bool(one.verify)) for one in told] == [(asked.id, False), (None, True)]
    assert told[1].verify["account"] == "WK9Q8P7R6T5W"


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("KES 1032.00", "cancelled"),
        ("KES 1037.00", "no_answer"),
        ("KES 2001.00", "wrong_pin"),
        ("KES 1001.00", "insufficient"),
        ("KES 1019.00", "expired"),
    ],
)
def test_what_the_phone_says_is_worded(world, mpesa, amount, code):
    asked = prompt(amount=amount)
    taken = mpesa.send(asked, seconds=5)
    later(world)
    found = mpesa.query(replace(asked, reference=taken.reference), seconds=5)
    assert isinstance(found, Refused)
    assert found.code == code


def test_a_prompt_whose_answer_was_lost_is_named_by_its_call(world, mpesa):
    asked = prompt()
    mpesa.send(asked, seconds=5)  # and the answer to it is lost
    found = mpesa.query(asked, seconds=5)
    assert isinstance(found, Unclear)
    assert not found.failure, "which says nothing of Safaricom"
    for call in world.box.take():
        mpesa.hear(call)
    later(world)
    assert isinstance(mpesa.query(asked, seconds=5), Done)


def test_a_prompt_that_nobody_names_ends_after_some_hours(world, mpesa):
    asked = prompt(asked_at=world.clock.now)
    later(world, 6 * 3600)
    assert isinstance(mpesa.query(asked, seconds=5), Unclear)
    later(world)
    assert mpesa.query(asked, seconds=5) == Refused("expired", "nobody said which prompt this is")


@pytest.mark.parametrize("amount", ["KES 10.50", "USD 10.00"])
def test_only_whole_shillings_leave(mpesa, amount):
    assert mpesa.send(prompt(amount=amount), seconds=5) == Refused("whole_shillings", amount)


def test_a_payout_is_asked_after_by_our_own_id(world, mpesa):
    paid = order("pay", amount="KES 700.00", phone=PHONE)
    assert isinstance(mpesa.send(paid, seconds=5), Accepted)
    again = mpesa.send(paid, seconds=5)
    assert again == Unclear("they have an order of this id already", failure=False)
    assert isinstance(mpesa.query(paid, seconds=5), Accepted)
    later(world)
    found = mpesa.query(paid, seconds=5)
    assert isinstance(found, Done)
    assert (found.facts["amount"], found.facts["phone"]) == ("KES 700.00", PHONE)
    assert found.facts["number"] == found.reference


def test_a_payout_nobody_saw_is_not_known(mpesa):
    assert mpesa.query(order("pay", amount="KES 700.00", phone=PHONE), seconds=5) == NotKnown()


def test_a_payout_that_failed_is_refused(world, mpesa):
    paid = order("pay", amount="KES 700.00", phone="+254712000940")
    mpesa.send(paid, seconds=5)
    later(world)
    assert mpesa.query(paid, seconds=5).code == "account_unknown"


def test_silence_to_a_question_is_unclear(world, mpesa, mail):
    paid = order("pay", amount="KES 700.00", phone=PHONE)
    mpesa.send(paid, seconds=5)
    mail.feed = None
    assert mpesa.query(paid, seconds=5) == Unclear("the answer has not come yet")


def test_a_notice_is_verified(world, mpesa):
    said = {"phone": PHONE, "shillings": 250, "account": "000000000101"}
    number = httpx.post(f"{world.base}/twin/paybill", json=said).json()["TransID"]
    calls = world.box.take()
    (news,) = mpesa.hear(calls[0])
    assert (news.reference, news.verify["number"]) == (number, number)
    found = mpesa.send(order("verify", **news.verify), seconds=5)
    assert isinstance(found, Done)
    assert found.facts["amount"] == "KES 250.00"
    assert (found.facts["phone"], found.facts["account"]) == (PHONE, "000000000101")


def test_a_notice_of_nothing_is_refused_in_the_end(world, mpesa):
    lie = order("verify", number="NOTHING", account="", created_at=world.clock.now)
    assert mpesa.send(lie, seconds=5) == Unclear("they do not know it yet", failure=False)
    assert mpesa.query(lie, seconds=5) == NotKnown()
    later(world, 16 * 60)
    assert mpesa.query(lie, seconds=5).code == "not_found"


def test_a_token_is_fetched_once_and_anew_when_refused(world, mpesa):
    mpesa.send(prompt(), seconds=5)
    mpesa._daraja._token = "stale"
    assert isinstance(mpesa.send(prompt(), seconds=5), Accepted)


def test_wrong_keys_leave_it_unclear(world, mail):
    assert isinstance(make(world, mail, consumer_secret="no").send(prompt(), seconds=5), Unclear)


def test_nobody_there_is_not_sent(world, mail):
    nobody = make(world, mail, base="http://127.0.0.1:9")
    assert isinstance(nobody.send(prompt(), seconds=2), NotSent)


def call(*, secret=SECRET, body=b"{}", remote="196.201.214.200", kind=""):
    url = f"http://bank.test/webhooks/payments/mpesa/{secret}{f'?is={kind}' if kind else ''}"
    return Hook(url=url, body=body, secret=secret, remote=remote)


@pytest.mark.parametrize("secret", ["", "wrong", SECRET[:-1]])
def test_who_has_not_the_secret_is_not_heard(mpesa, secret):
    with pytest.raises(NotGenuine):
        mpesa.hear(call(secret=secret))


def test_without_a_secret_of_ours_nobody_is_heard(world, mail):
    with pytest.raises(NotGenuine):
        make(world, mail, secret="").hear(call(secret=""))


def test_calls_come_from_networks_that_may(world, mail):
    careful = make(world, mail, allowed=("196.201.214.0/24",))
    body = json.dumps({"TransID": "QK1"}).encode()
    assert careful.hear(call(body=body))
    for remote in ("203.0.113.7", "", "nowhere"):
        with pytest.raises(NotGenuine):
            careful.hear(call(body=body, remote=remote))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("", b"[]"),
        ("", b"not json"),
        ("", b"{}"),
        ("stk:1", b"{}"),
        ("stk:1", b'{"Body": {"stkCallback": {}}}'),
        ("b2c:x", b'{"Result": {}}'),
        ("elsewhere", b"{}"),
    ],
)
def test_what_cannot_be_read_is_told_so(mpesa, kind, body):
    with pytest.raises(Unreadable):
        mpesa.hear(call(kind=kind, body=body))
