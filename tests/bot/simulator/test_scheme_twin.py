"""The card scheme: our client against its twin, over HTTP."""

import json
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

import httpx
import pytest
from flask import Flask
from stdnum import luhn

from bot.simulator.twin import scheme as served
from bot.simulator.twin.partners import _troubled
from bot.simulator.twin.stand import Stand
from channels.message import Hook
from core.partners.answers import Done, NotKnown, NotSent, Refused, Unclear
from core.partners.mishaps import Mishaps, Plan
from core.partners.orders import Order
from core.partners.partner import NotGenuine, Told, Unreadable
from core.partners.questions import Answered, Declined, Unavailable
from core.partners.scheme import SIGNATURE, CardSecrets, Scheme, signature
from core.partners.scheme_twin import TwinScheme, cvv_of, pan_of
from tests.support.town import Clock

SETTINGS = SimpleNamespace(
    scheme_key="key", scheme_webhook_key="hush", public_base_url="http://bank.test"
)
ADDRESS = {"line": "12 Moi Avenue", "town": "Nairobi", "postcode": "00100", "country": "KE"}


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
def stand(clock, post) -> Stand:
    return Stand("scheme", SETTINGS, Mishaps("7"), post, clock, lambda: "0" * 32)


@pytest.fixture
def transport(stand) -> httpx.WSGITransport:
    app = Flask("twin")
    app.register_blueprint(_troubled(served.make(stand), stand.mishaps))
    return httpx.WSGITransport(app=app)


@pytest.fixture
def scheme(transport) -> Scheme:
    return Scheme("http://twin/scheme", key="key", webhook_key="hush", transport=transport)


def order(now, action: str = "issue", **body: str) -> Order:
    facts = {"type": "virtual", "bin": "424242", "months": "24", "name": "AMINA OTIENO", **body}
    return Order(
        uuid4(), "scheme", action, "card", UUID(int=1), facts, "", 1, now, now
    )  # fmt: skip


def physical(now, **address: str) -> Order:
    return order(
        now, type="physical", bin="555555", months="48", address=json.dumps(ADDRESS | address)
    )


def test_a_card_is_made_once_with_a_number_of_its_issuer(scheme, now):
    wanted = order(now)
    made = scheme.send(wanted, seconds=5)
    assert isinstance(made, Done)
    pan = made.facts["pan"]
    assert pan.startswith("424242") and luhn.is_valid(pan) and len(pan) == 16
    assert made.facts["expiry"] == "2028-03"
    assert made.facts["card"] == made.reference
    assert scheme.send(wanted, seconds=5) == made == scheme.query(wanted, seconds=5)
    assert scheme.send(order(now), seconds=5).facts["pan"] != pan


def test_a_number_shows_nowhere_by_accident(scheme, now):
    made = scheme.send(order(now), seconds=5)
    assert made.facts["pan"] not in repr(made)


def test_a_lost_answer_is_found_again_and_a_lost_call_is_not_known(scheme, now, stand):
    wanted = order(now)
    stand.mishaps.plan = Plan(lost_calls=1.0)
    assert isinstance(scheme.send(wanted, seconds=5), Unclear)
    stand.mishaps.plan = Plan()
    assert scheme.query(wanted, seconds=5) == NotKnown()
    stand.mishaps.plan = Plan(lost_answers=1.0)
    assert isinstance(scheme.send(wanted, seconds=5), Unclear)
    stand.mishaps.plan = Plan()
    assert isinstance(scheme.query(wanted, seconds=5), Done)


def test_a_physical_card_is_produced_and_shipped_and_both_are_told(scheme, now, clock, post):
    made = scheme.send(physical(now), seconds=5)
    card = made.facts["card"]
    verify = order(now, "verify", card=card)
    assert scheme.send(verify, seconds=5).facts["state"] == "ordered"
    clock.pass_(seconds=10)
    assert scheme.send(verify, seconds=5).facts["state"] == "produced"
    clock.pass_(seconds=10)
    shipped = scheme.query(verify, seconds=5)
    assert shipped.facts["state"] == "shipped" and shipped.facts["carrier"] == "Posta"
    assert shipped.facts["tracking"].endswith("KE")
    for letter, _ in post.sent:
        assert letter.url == "http://bank.test/webhooks/payments/scheme"
        assert made.facts["pan"] not in letter.body
        headers = {name.lower(): value for name, value in letter.headers.items()}
        (told,) = scheme.hear(Hook(letter.url, headers=headers, body=letter.body.encode()))
        assert told.subject == "card" and told.verify == {"card": card}
        with pytest.raises(NotGenuine):
            scheme.hear(Hook(letter.url, headers=headers, body=letter.body.encode() + b" "))
    assert [after for _, after in post.sent] == [10.0, 20.0]


def test_a_notice_delivered_twice_is_the_same_news(scheme, now, stand, post):
    stand.mishaps.plan = Plan(doubled_callbacks=1.0, lying_callbacks=1.0)
    scheme.send(physical(now), seconds=5)
    told: set[str] = set()
    for letter, _ in post.sent:
        headers = {name.lower(): value for name, value in letter.headers.items()}
        hook = Hook(letter.url, headers=headers, body=letter.body.encode())
        told |= {one.notice for one in scheme.hear(hook)}
    assert len(post.sent) == 4 and len(told) == 2


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"name": "A"}, "name"), ({"bin": "12"}, "product")],
)
def test_what_the_scheme_refuses(scheme, now, changed, code):
    said = scheme.send(order(now, **changed), seconds=5)
    assert isinstance(said, Refused) and said.code == code


def test_an_address_may_be_refused_or_never_served(scheme, now, clock):
    said = scheme.send(physical(now, postcode="00404"), seconds=5)
    assert isinstance(said, Refused) and said.code == "address"
    made = scheme.send(physical(now, postcode="00504"), seconds=5)
    clock.pass_(days=30)
    looked = scheme.send(order(now, "verify", card=made.reference), seconds=5)
    assert looked.facts["state"] == "ordered"


def test_a_closed_card_is_closed_once_and_tells_nothing(scheme, now):
    card = scheme.send(order(now), seconds=5).facts["card"]
    close = order(now, "close", card=card, reason="lost")
    assert scheme.query(close, seconds=5) == NotKnown()
    closed = scheme.send(close, seconds=5)
    assert closed.facts == {"card": card, "state": "closed"}
    assert scheme.send(close, seconds=5) == closed == scheme.query(close, seconds=5)
    assert scheme.ask(CardSecrets(card, "s1"), seconds=5) == Declined("shown")


def test_secrets_are_told_once_for_each_showing(scheme, now):
    made = scheme.send(order(now), seconds=5)
    card = made.facts["card"]
    told = scheme.ask(CardSecrets(card, "s1"), seconds=5)
    assert told == Answered({"pan": pan_of(card), "expiry": "2028-03", "cvv": cvv_of(card)})
    assert told.facts["pan"] == made.facts["pan"]
    assert scheme.ask(CardSecrets(card, "s1"), seconds=5) == Declined("shown")
    assert isinstance(scheme.ask(CardSecrets(card, "s2"), seconds=5), Answered)
    assert scheme.ask(CardSecrets("crd_none", "s3"), seconds=5) == Declined("unknown_card")


def test_a_twin_that_was_started_anew_knows_its_cards(now):
    first, again = TwinScheme(), TwinScheme()
    body = {"id": "ab" * 16, "type": "physical", "bin": "555555", "months": 48, "name": "AMINA"}
    _, made = first.make(body | {"address": ADDRESS}, now)
    assert again.look(made["card"], now)[1]["state"] == "shipped"
    assert again.secrets(made["card"], "s1")[1]["pan"] == made["pan"]
    assert again.look("crd_none", now)[0] == again.close("crd_none", now)[0] == 404


def test_cards_that_nobody_knows(scheme, now):
    for action in ("verify", "close"):
        said = scheme.send(order(now, action, card="crd_none", reason="lost"), seconds=5)
        assert said == Refused("unknown_card")


def test_a_scheme_that_is_down_or_away(scheme, now, stand):
    stand.mishaps.plan = Plan(down=True)
    for action in ("issue", "close", "verify"):
        wanted = order(now, action, card="crd_1", reason="lost")
        assert isinstance(scheme.send(wanted, seconds=5), Unclear)
        assert isinstance(scheme.query(wanted, seconds=5), Unclear)
    assert isinstance(scheme.ask(CardSecrets("crd_1", "s1"), seconds=5), Unavailable)
    gone = Scheme("http://127.0.0.1:9", key="k", webhook_key="h")
    assert isinstance(gone.send(order(now), seconds=2), NotSent)
    assert isinstance(gone.ask(CardSecrets("crd_1", "s1"), seconds=2), Unavailable)


def test_a_wrong_key_is_no_refusal(transport, now):
    stranger = Scheme("http://twin/scheme", key="wrong", webhook_key="hush", transport=transport)
    assert isinstance(stranger.send(order(now), seconds=5), Unclear)


GOOD = {"id": "", "card": "crd_1", "pan": "4242424242424242", "expiry": "2028-03"}


@pytest.mark.parametrize(
    "said",
    [
        {"id": "another"}, {"pan": "4242424242424241"}, {"pan": "5555555555554444"}, {"pan": ""},
        {"expiry": "03/28"}, {"card": ""}, {"card": "c" * 200},
    ],
)  # fmt: skip
def test_a_card_that_cannot_be_ours_is_not_believed(now, said):
    wanted = order(now)

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(201, json=GOOD | {"id": wanted.key} | said)

    odd = Scheme("http://odd", key="k", webhook_key="h", transport=httpx.MockTransport(answer))
    assert isinstance(odd.send(wanted, seconds=5), Unclear)
    assert isinstance(odd.query(wanted, seconds=5), Unclear)


def test_secrets_that_make_no_sense_are_none(now):
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=GOOD | {"cvv": "x"})

    odd = Scheme("http://odd", key="k", webhook_key="h", transport=httpx.MockTransport(answer))
    assert isinstance(odd.ask(CardSecrets("crd_1", "s"), seconds=5), Unavailable)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"event": "e"}', b"\xff"])
def test_a_notice_that_cannot_be_read(scheme, body):
    headers = {SIGNATURE.lower(): signature("hush", body)}
    with pytest.raises(Unreadable):
        scheme.hear(Hook("", headers=headers, body=body))
    with pytest.raises(NotGenuine):
        scheme.hear(Hook("", body=body))


def test_without_a_secret_nobody_is_believed(transport):
    body = b'{"event": "e", "card": "crd_1"}'
    bare = Scheme("http://twin/scheme", key="key", webhook_key="", transport=transport)
    with pytest.raises(NotGenuine):
        bare.hear(Hook("", headers={SIGNATURE.lower(): signature("", body)}, body=body))
    right = Scheme("http://twin/scheme", key="key", webhook_key="hush", transport=transport)
    headers = {SIGNATURE.lower(): signature("hush", body)}
    assert right.hear(Hook("", headers=headers, body=body)) == [
        Told("e", verify={"card": "crd_1"}, subject="card")
    ]


def test_the_shelf_life_of_a_card_is_counted_in_months(now):
    twin = TwinScheme()
    for n, (at, expiry) in enumerate(
        [
            (now, "2028-03"),
            (now.replace(month=12), "2028-12"),
            (now + timedelta(days=365), "2029-03"),
        ]
    ):
        body = {"id": f"{n:032x}", "type": "virtual", "bin": "424242", "months": 24, "name": "AB"}
        assert twin.make(body, at)[1]["expiry"] == expiry
    assert twin.cards == 3
