"""USSD by Africa's Talking: presses in, screens out, and a trail that never leaves the adapter."""

import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.africastalking_ussd import AfricasTalkingUssd
from channels.gsm7 import encoding
from channels.message import Hook, Inbound, Option, Reply, SessionEnd

SESSION = "ATUid_0f1e2d3c4b5a69788796a5b4c3d2e1f0"
DOOR = AfricasTalkingUssd(secret="s3cret-path", signing_key="a key", sorry="Tafadhali piga tena.")
URL = "https://bank.example/webhooks/africastalking/s3cret-path/ussd"


def hook(**fields: str) -> Hook:
    whole = {
        "sessionId": SESSION,
        "serviceCode": "*384*100#",
        "phoneNumber": "+254712000001",
        "networkCode": "63902",
        "text": "",
    } | fields
    return Hook(URL, {k: (v,) for k, v in whole.items() if v != "-"}, secret="s3cret-path")


def press(**fields: str) -> Inbound:
    (heard,) = DOOR.read(hook(**fields))
    assert isinstance(heard, Inbound)
    return heard


def test_the_first_dial_opens() -> None:
    heard = press()
    assert heard.opens
    assert (heard.channel, heard.provider, heard.session) == ("ussd", "africastalking", SESSION)
    assert (heard.address, heard.to, heard.text) == ("+254712000001", "*384*100#", "")


@pytest.mark.parametrize(
    ("trail", "last"),
    [
        ("1", "1"),
        ("1*1", "1"),
        ("2*Neema Mushi", "Neema Mushi"),
        ("2*A+B & C=10%", "A+B & C=10%"),
        ("1*", ""),
        ("1**", ""),
        ("1*0", "0"),
        ("1*12#", "12#"),
        ("2*Zoë ☺", "Zoë ☺"),
        ("1*500*0712000002", "0712000002"),
        ("1*" + "9" * 400, "9" * 182),
    ],
)
def test_only_the_last_input_is_said(trail: str, last: str) -> None:
    heard = press(text=trail)
    assert heard.text == last
    assert not heard.opens


def test_the_id_is_a_keyed_hash_of_the_whole_trail() -> None:
    said = f"{SESSION}|+254712000001|1*2*4321".encode()
    assert press(text="1*2*4321").id == hmac.new(b"a key", said, hashlib.sha256).hexdigest()
    other = AfricasTalkingUssd(secret="s", signing_key=b"another")
    (heard,) = other.read(hook(text="1*2*4321"))
    assert isinstance(heard, Inbound)
    assert heard.id != press(text="1*2*4321").id


def test_a_repeat_has_the_same_id_and_a_second_press_another() -> None:
    assert press(text="1").id == press(text="1").id
    ids = {
        press().id,
        press(text="1").id,
        press(text="1*1").id,
        press(text="1", sessionId="other").id,
        press(text="1", phoneNumber="+254712000002").id,
    }
    assert len(ids) == 5


def test_earlier_answers_do_not_leave_the_adapter() -> None:
    heard = press(text="3*4321*4321*8765*9")
    seen = "".join(str(getattr(heard, name)) for name in Inbound.__slots__)
    assert "4321" not in seen.replace(heard.id, "")
    assert "8765" not in seen.replace(heard.id, "")
    assert "4321" not in repr(press(text="4321"))


@pytest.mark.parametrize("phone", ["+254712000001", " 254712000001", "254712000001"])
def test_a_plus_that_got_lost(phone: str) -> None:
    assert press(phoneNumber=phone).address == "+254712000001"


@pytest.mark.parametrize(
    "fields",
    [
        {"sessionId": "-"},
        {"sessionId": ""},
        {"sessionId": "a|b"},
        {"sessionId": "x" * 200},
        {"phoneNumber": "-"},
        {"phoneNumber": "0712000001"},
        {"phoneNumber": "anonymous"},
        {"text": "-"},
    ],
)
def test_a_call_that_lacks_something_means_nothing(fields: dict[str, str]) -> None:
    assert DOOR.read(hook(**fields)) == []


def test_a_missing_network_code_is_no_matter() -> None:
    assert press(networkCode="-").opens


def test_the_first_of_two_texts_counts() -> None:
    fields = dict(hook().form) | {"text": ("", "1")}
    (heard,) = DOOR.read(Hook(URL, fields))
    assert isinstance(heard, Inbound)
    assert heard.opens


@pytest.mark.parametrize(
    ("status", "completed"), [("Success", True), ("Incomplete", False), ("Failed", False)]
)
def test_the_end_of_a_session(status: str, completed: bool) -> None:
    end = hook(
        text="-",
        status=status,
        date="2026-11-21 09:00:00",
        input="1*2*4321",
        lastAppResponse="CON 4321",
        hopsCount="3",
    )
    (heard,) = DOOR.read(end)
    assert heard == SessionEnd("africastalking", SESSION, "+254712000001", completed)
    assert "4321" not in repr(heard)


def test_the_secret_in_the_path() -> None:
    assert DOOR.is_genuine(hook())
    for secret in ("", "s3cret-pat", "s3cret-path ", "S3CRET-PATH", "é", "\udcff"):
        assert not DOOR.is_genuine(Hook(URL, secret=secret))


def test_no_secret_lets_nobody_in() -> None:
    assert not AfricasTalkingUssd(secret="", signing_key="k").is_genuine(Hook(URL, secret=""))


@pytest.mark.parametrize(
    ("remote", "genuine"),
    [("196.201.1.7", True), ("10.0.0.1", True), ("8.8.8.8", False), ("", False), ("x", False)],
)
def test_the_list_of_callers(remote: str, genuine: bool) -> None:
    door = AfricasTalkingUssd(
        secret="s", signing_key="k", allowed=("196.201.1.0/24", "10.0.0.1", "2001:db8::/32")
    )
    assert door.is_genuine(Hook(URL, secret="s", remote=remote)) is genuine


def test_screens() -> None:
    menu = Reply("Wekeza", (Option("a", "Balance"),), (Option("menu", "Menu"),))
    answer = DOOR.answer(menu)
    assert (answer.body, answer.mimetype) == ("CON Wekeza\n1. Balance\n00. Menu", "text/plain")
    assert DOOR.answer(Reply("Kwaheri.", ends=True)).body == "END Kwaheri."
    assert DOOR.answer(Reply("word " * 100), 2).body.startswith("CON ")
    assert DOOR.answer(None).body == "END Tafadhali piga tena."


@settings(deadline=None)
@given(
    st.dictionaries(
        st.one_of(
            st.sampled_from(["sessionId", "phoneNumber", "text", "status", "serviceCode"]),
            st.text(max_size=10),
        ),
        st.lists(st.text(st.characters(), max_size=30), max_size=2).map(tuple),
    ),
    st.text(st.characters(), max_size=10),
)
def test_hostile_calls_never_raise(fields: dict[str, Any], secret: str) -> None:
    call = Hook(URL, fields, secret=secret, remote=secret)
    assert DOOR.is_genuine(call) is False
    for heard in DOOR.read(call):
        assert "\x00" not in repr(heard)


@settings(deadline=None)
@given(st.text(max_size=600), st.integers(-3, 40), st.booleans())
def test_whatever_is_said_is_a_screen(text: str, page: int, ends: bool) -> None:
    body = DOOR.answer(Reply(text, ends=ends), page).body
    assert body.startswith(("CON ", "END "))
    assert len(body) <= 160
    assert encoding(body) == "GSM-7"
