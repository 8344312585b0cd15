"""The verification firm: the client against its twin, over HTTP, with its faults."""

import json
from dataclasses import replace
from types import SimpleNamespace
from uuid import UUID, uuid4

import httpx
import pytest
from flask import Flask

from bot.simulator.twin import verification
from bot.simulator.twin.partners import _troubled
from bot.simulator.twin.stand import Stand
from channels.message import Hook
from core.partners.answers import Accepted, Done, NotKnown, NotSent, Refused, Unclear
from core.partners.mishaps import Mishaps, Plan
from core.partners.orders import Order
from core.partners.partner import NotGenuine, Unreadable
from core.partners.verification import SIGNATURE, Verification, signature
from core.store.keyring import UnknownKey
from tests.support.town import Clock

KEY = "shared"
SETTINGS = SimpleNamespace(
    verification_key=KEY, payments_webhook_secret="hush", public_base_url="http://bank.test"
)
FRONT, FACE = UUID(int=1), UUID(int=2)
PICTURES = {FRONT: b"\xff\xd8\xff front", FACE: b"\x89PNG face"}
BODY = {
    "name": "Amina Otieno", "number": "23456789", "born": "1991-05-17", "country": "KE",
    "type": "national_id", "customer": "c",
    "pages": f"national_id.front={FRONT},selfie.front={FACE}",
}  # fmt: skip


class Post:
    """What the twin has called the bank with."""

    def __init__(self):
        self.sent = []

    def send(self, errand, *, after):
        self.sent.append((errand.letter, after))


@pytest.fixture
def clock(now):
    return Clock(now)


@pytest.fixture
def post():
    return Post()


@pytest.fixture
def stand(clock, post):
    return Stand("verification", SETTINGS, Mishaps("7"), post, clock, lambda: "0" * 32)


@pytest.fixture
def transport(stand):
    app = Flask("twin")
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.register_blueprint(_troubled(verification.make(stand), stand.mishaps))
    return httpx.WSGITransport(app=app)


def client(transport, *, key=KEY, open_page=PICTURES.__getitem__):
    return Verification(
        "http://twin/verification", key=key, open_page=open_page, transport=transport
    )


@pytest.fixture
def firm(transport):
    return client(transport)


def order(now, **body):
    return Order(
        id=uuid4(), partner="verification", action="identity", subject="kyc_document",
        subject_id=uuid4(), body={**BODY, **body}, reference="", attempts=1, created_at=now,
        asked_at=now,
    )  # fmt: skip


def test_it_takes_a_check_once_and_tells_later_what_it_read(firm, clock):
    one = order(clock())
    assert isinstance(firm.query(one, seconds=5), NotKnown)
    first = firm.send(one, seconds=5)
    assert isinstance(first, Accepted) and first == firm.send(one, seconds=5)
    assert firm.query(one, seconds=5) == first
    clock.pass_(seconds=3)
    done = firm.query(one, seconds=5)
    assert isinstance(done, Done)
    assert done.facts == {
        "name": "Amina Otieno", "number": "23456789", "born": "1991-05-17", "country": "KE",
        "expires": "2031-03-03", "authenticity": "0.97", "face_match": "0.94", "reasons": "",
    }  # fmt: skip
    assert firm.send(one, seconds=5) == done


@pytest.mark.parametrize(
    ("ends", "fact", "value"),
    [
        ("406", "name", "Somebody Else"), ("407", "born", "1970-01-01"),
        ("408", "number", "99999999"), ("403", "face_match", "0.42"),
        ("401", "authenticity", "0.31"), ("401", "reasons", "altered"),
        ("404", "reasons", "number_unknown"), ("410", "expires", "2025-03-04"),
    ],
)  # fmt: skip
def test_some_numbers_ask_for_doubts(firm, clock, ends, fact, value):
    one = order(clock(), number=f"23456{ends}")
    firm.send(one, seconds=5)
    clock.pass_(seconds=3)
    assert firm.query(one, seconds=5).facts[fact] == value


@pytest.mark.parametrize(
    ("ends", "answer"),
    [
        ("422", Refused("unreadable", "unreadable")),
        ("503", Unclear("HTTP 503")),
        ("504", Accepted),
    ],
)
def test_some_numbers_ask_for_trouble_at_once(firm, clock, ends, answer):
    said = firm.send(order(clock(), number=f"23456{ends}"), seconds=5)
    assert said == answer if not isinstance(answer, type) else isinstance(said, answer)


def test_some_numbers_are_refused_later(firm, clock):
    for ends, code in (("423", "unreadable"), ("424", "no_face")):
        one = order(clock(), number=f"23456{ends}")
        firm.send(one, seconds=5)
        clock.pass_(seconds=3)
        assert firm.query(one, seconds=5).code == code


def test_a_proof_of_address_is_read_by_its_home(firm, clock):
    body = {"home": "House 7, Atlantis", "pages": f"proof_of_address.front={FRONT}"}
    one = replace(order(clock(), **body), action="document")
    firm.send(one, seconds=5)
    clock.pass_(seconds=3)
    facts = firm.query(one, seconds=5).facts
    assert (facts["address"], facts["authenticity"]) == ("House 7, Atlantis", "0.31")
    assert "face_match" not in facts


def test_what_is_no_picture_is_taken_by_nobody(transport, clock):
    broken = client(transport, open_page=lambda _: b"MZ a program")
    assert broken.send(order(clock()), seconds=5) == Unclear("HTTP 400")


def test_a_picture_that_cannot_be_opened_never_leaves(transport, clock):
    def fails(error):
        def open_page(_):
            raise error

        return client(transport, open_page=open_page).send(order(clock()), seconds=5)

    assert fails(FileNotFoundError()) == Refused("picture_gone")
    assert isinstance(fails(UnknownKey("7")), NotSent)


def test_a_wrong_key_is_found_out_on_either_side(transport, clock, firm):
    assert client(transport, key="other").send(order(clock()), seconds=5) == Unclear("HTTP 401")
    body = json.dumps({"event": "x over", "job": "0" * 32}).encode()
    with pytest.raises(NotGenuine):
        firm.hear(hook(body, "another"))
    with pytest.raises(NotGenuine):
        client(transport, key="").hear(hook(body, ""))


def hook(body, key=KEY):
    headers = {SIGNATURE.lower(): signature(key, body)}
    return Hook(url="", form={}, headers=headers, body=body, secret="", remote="")


def test_a_call_names_its_check_and_is_believed_nothing_else(firm, clock, post, stand):
    stand.mishaps.plan = Plan(lying_callbacks=1.0, doubled_callbacks=1.0, late_callbacks=9.0)
    one = order(clock())
    firm.send(one, seconds=5)
    assert len(post.sent) == 2
    for letter, after in post.sent:
        assert after >= 2.0 and "forged" in letter.body
        (told,) = firm.hear(hook(letter.body.encode()))
        assert told.order == one.id and told.verify is None
    for wrong in (b"nothing", b"[]", b'{"job": "x", "event": ""}', b'{"job": "%s"}' % (b"0" * 32)):
        with pytest.raises(Unreadable):
            firm.hear(hook(wrong))


def test_lost_calls_and_answers_are_asked_after(firm, clock, stand):
    one = order(clock())
    stand.mishaps.plan = Plan(lost_calls=1.0)
    assert isinstance(firm.send(one, seconds=5), Unclear)
    stand.mishaps.plan = Plan()
    assert isinstance(firm.query(one, seconds=5), NotKnown)
    stand.mishaps.plan = Plan(lost_answers=1.0)
    assert isinstance(firm.send(one, seconds=5), Unclear)
    stand.mishaps.plan = Plan()
    assert isinstance(firm.query(one, seconds=5), Accepted)


def test_an_answer_about_another_check_or_of_no_known_kind_is_unclear(clock):
    def answers(told):
        app = httpx.MockTransport(lambda _: httpx.Response(200, json=told))
        return client(app).query(order(clock()), seconds=5)

    assert answers({"job": "other", "status": "completed"}) == Unclear(
        "it tells of another check", failure=False
    )
    assert isinstance(answers({}), Unclear)
    assert isinstance(answers({"status": "what"}), Unclear)


def test_large_pictures_go_out_whole(transport, clock):
    large = b"\xff\xd8\xff" + bytes(400 * 1024)
    sent = client(transport, open_page=lambda _: large).send(order(clock()), seconds=5)
    assert isinstance(sent, Accepted)
