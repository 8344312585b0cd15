"""Servers made from the providers' own descriptions take every call of ours."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from channels.message import Notice, Option, Outgoing, Reply, SendFailed
from channels.meta_api import MetaApi
from channels.meta_whatsapp import MetaWhatsApp
from channels.twilio_list import TwilioList
from channels.twilio_sms import TwilioSms
from channels.twilio_whatsapp import TwilioWhatsApp
from tests.support.openapi_mock import Mock, mocked
from tests.support.twilio_out import CALLBACK, SID, TOKEN, Book

AMINA = "+254712000001"
MENU = tuple(Option(f"o{n}", f"Option {n}", f"Hint {n}") for n in range(10))
NOTICE = Notice("paid", "sw", "Umepokea {{1}} kutoka {{2}} leo.", ("KES 5.00", "Brian\nO."))
BARE = Notice("welcome", "fr", "Bienvenue chez Wekeza.", ())


def to(reply: Reply, address: str = AMINA, **rest: Any) -> Outgoing:
    return Outgoing("0192f000-0000-7000-8000-000000000001", address, reply, **rest)


MESSAGES = [
    to(Reply("Karibu")),
    to(Reply("x" * 5000)),
    to(Reply("Send?", MENU[:2], turn=7)),
    to(Reply("Which?", (Option("a", "KES 500"), Option("b", "KES 500")))),
    to(Reply("Pick", MENU, turn=12, button="Open")),
    to(Reply("Pick", (*MENU[:3], Option("last", "No hint")), button="Open")),
    to(Reply("Pick", MENU + MENU, button="Open")),
    to(Reply("y" * 1500, MENU[:3])),
    to(Reply("Line one\n\nLine two", MENU[:3])),
    to(Reply("Karibu"), "KE.13490987654321"),
    to(Reply("Your statement"), media="https://bank.example/documents/1/signed"),
    to(Reply("x"), notice=NOTICE, in_window=False),
    to(Reply("x"), notice=BARE, in_window=False),
]


@pytest.fixture
def meta() -> Iterator[tuple[Mock, MetaWhatsApp]]:
    with mocked("meta") as mock:
        api = MetaApi(access_token="token", api_base=mock.url)
        yield mock, MetaWhatsApp(number="1", api=api, templates=Book(), account="9")


@pytest.fixture
def twilio() -> Iterator[tuple[Mock, TwilioWhatsApp, TwilioSms]]:
    with mocked("twilio") as mock:
        account = {"account_sid": SID, "auth_token": TOKEN, "api_base": mock.url}
        numbers = {"number": "+254700000100", "status_callback": CALLBACK}
        yield (
            mock,
            TwilioWhatsApp(contents=Book(), **account, **numbers),
            TwilioSms(**account, **numbers),
        )


@pytest.mark.parametrize("message", MESSAGES, ids=range(len(MESSAGES)))
def test_meta_takes_every_message(meta, message: Outgoing) -> None:
    mock, number = meta
    assert number.send(message).provider_id == "wamid.MOCK"
    assert mock.refused == [] and mock.taken


@pytest.mark.parametrize("message", MESSAGES, ids=range(len(MESSAGES)))
def test_twilio_takes_every_message(twilio, message: Outgoing) -> None:
    mock, number, _ = twilio
    assert number.send(message).provider_id.startswith("SM")
    assert mock.refused == [] and mock.taken


def test_twilio_takes_an_sms_and_tells_what_came(twilio) -> None:
    mock, _, sms = twilio
    sms.send(to(Reply("Karibu", MENU[:2])))
    account = TwilioList(account_sid=SID, auth_token=TOKEN, api_base=mock.url)
    since = datetime(2026, 3, 4, tzinfo=UTC)
    assert account.received(channel="sms", number="21000", since=since) == []
    assert mock.refused == [] and len(mock.taken) == 2


def test_marks_are_taken_by_both(meta, twilio) -> None:
    for (mock, number, *_), message in ((meta, "wamid.1"), (twilio, "SM1")):
        number.mark(message)
        assert mock.refused == [] and len(mock.taken) == 1


# --- The servers themselves -----------------------------------------------------------------------


def wrong(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    button = {"type": "reply", "reply": {"id": "a", "title": "A"}}
    said: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "to": "254712000001",
        "type": "interactive",
        "interactive": {
            "type": "button", "body": {"text": "x"}, "action": {"buttons": [button]},
        },
    }  # fmt: skip
    change(said)
    return said


@pytest.mark.parametrize(
    "said",
    [
        wrong(lambda said: said.pop("to")),
        wrong(lambda said: said.update(to="+254712000001")),
        wrong(lambda said: said.update(recipient="KE.1")),
        wrong(lambda said: said.update(unheard_of=1)),
        wrong(lambda said: said["interactive"]["body"].update(text="x" * 1025)),
        wrong(lambda said: said["interactive"]["action"]["buttons"].extend([1, 2, 3])),
        wrong(lambda said: said["interactive"]["action"]["buttons"][0]["reply"].update(title="")),
    ],
)
def test_what_differs_is_refused(meta, said: dict[str, Any]) -> None:
    mock, _ = meta
    headers = {"Authorization": "Bearer token", "User-Agent": "some/1.0.0"}
    answer = httpx.post(f"{mock.url}/v23.0/1/messages", json=said, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 131009)
    assert len(mock.refused) == 1


def test_what_is_not_described_is_refused(meta, twilio) -> None:
    assert httpx.post(f"{meta[0].url}/v23.0/1/messages", json=wrong(len)).status_code == 401
    login = {"Authorization": "Bearer token"}
    assert httpx.post(f"{meta[0].url}/v22.0/1/messages", headers=login).status_code == 404
    with pytest.raises(SendFailed):
        twilio[1].mark("not-an-id")
