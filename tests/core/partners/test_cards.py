"""Cards on the acquirer's page: made, paid, declined, over; signed calls; refunds."""

import base64
import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from bot.simulator.twin import cards as twin
from channels.message import Hook
from core.partners.answers import Accepted, Done, NotKnown, NotSent, Refused
from core.partners.cards import Cards, CardsAccount
from core.partners.partner import NotGenuine, Unreadable
from tests.core.partners.serving import order, served


@pytest.fixture(scope="module")
def world():
    with served("cards", twin.make, cards_key="key", cards_webhook_key="signs") as found:
        yield found


def make(world, **given):
    account = CardsAccount(
        **{
            "base": world.base,
            "key": "key",
            "webhook_key": "signs",
            "back": "http://bank.test",
            "mail": "bank.test",
            **given,
        }
    )
    return Cards(account, clock=world.clock)


@pytest.fixture
def cards(world):
    world.box.take()
    return make(world)


def page(world):
    made = order("collect", partner="cards", amount="KES 900.00", created_at=world.clock.now)
    return replace(made, body={**made.body, "reference": "WK9Q8P7R6T5W"})


def pay(link, pays="yes"):
    return httpx.post(link, data={"pays": pays}).status_code


def test_a_page_is_made_and_paid(world, cards):
    asked = page(world)
    assert cards.query(asked, seconds=5) == NotKnown()
    taken = cards.send(asked, seconds=5)
    assert isinstance(taken, Accepted)
    asked = replace(asked, reference=taken.reference)
    assert cards.query(asked, seconds=5) == Accepted(taken.reference)
    assert "KES 900.00" in httpx.get(taken.reference).text
    assert pay(taken.reference) == 200
    found = cards.query(asked, seconds=5)
    assert isinstance(found, Done)
    assert (found.facts["amount"], found.facts["card"]) == ("KES 900.00", "4246")
    told = cards.hear(world.box.take()[0])
    assert [one.order for one in told] == [asked.id, None]
    verified = cards.send(order("verify", **told[1].verify), seconds=5)
    assert verified == found


def test_a_declined_card_may_be_tried_again(world, cards):
    asked = page(world)
    asked = replace(asked, reference=cards.send(asked, seconds=5).reference)
    pay(asked.reference, "no")
    assert isinstance(cards.query(asked, seconds=5), Accepted)
    pay(asked.reference)
    assert isinstance(cards.query(asked, seconds=5), Done)


@pytest.mark.parametrize(("tried", "code"), [(False, "expired"), (True, "declined")])
def test_a_page_that_is_over_is_refused(world, cards, tried, code):
    asked = page(world)
    asked = replace(asked, reference=cards.send(asked, seconds=5).reference)
    if tried:
        pay(asked.reference, "no")
    world.clock.now += timedelta(minutes=31)
    assert cards.query(asked, seconds=5).code == code
    assert pay(asked.reference) == 410


def test_a_payment_is_given_back_once(world, cards):
    asked = page(world)
    link = cards.send(asked, seconds=5).reference
    pay(link)
    paid = cards.query(asked, seconds=5)
    back = order("refund", transaction=paid.facts["transaction"], amount="KES 900.00")
    assert cards.query(back, seconds=5) == NotKnown()
    assert isinstance(cards.send(back, seconds=5), Done)
    assert isinstance(cards.query(back, seconds=5), Done)
    never = order("refund", transaction="1", amount="KES 1.00")
    assert isinstance(cards.send(never, seconds=5), Refused)


def test_a_call_is_known_by_its_signature(world, cards):
    asked = page(world)
    pay(cards.send(asked, seconds=5).reference)
    (call,) = world.box.take()
    assert cards.hear(call)
    for forged in (
        replace(call, body=call.body.replace(b"successful", b"successfuI")),
        replace(call, headers={}),
        replace(call, headers={"flutterwave-signature": "AAAA"}),
    ):
        with pytest.raises(NotGenuine):
            cards.hear(forged)
    with pytest.raises(NotGenuine):
        make(world, webhook_key="").hear(call)


def test_a_genuine_call_that_cannot_be_read_is_told_so(world, cards):
    for body in (b"", b"[]", b'{"data": {"tx_ref": "x"}}'):
        signed = base64.b64encode(hmac.digest(b"signs", body, hashlib.sha256)).decode()
        with pytest.raises(Unreadable):
            cards.hear(Hook(url="", body=body, headers={"flutterwave-signature": signed}))


def test_nobody_there_is_not_sent(world):
    nobody = make(world, base="http://127.0.0.1:9")
    assert isinstance(nobody.send(page(world), seconds=2), NotSent)
