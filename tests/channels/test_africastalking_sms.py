"""SMS by Africa's Talking: messages and reports in, messages out over the real wire."""
# ruff: noqa: RUF001 - typographic marks are what customers and templates write

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import africastalking_api
from channels.africastalking_sms import AfricasTalkingSms, sent_at
from channels.message import (
    Fate,
    Hook,
    Inbound,
    Notice,
    OptOut,
    Outgoing,
    Receipt,
    Reply,
    SendFailed,
    Status,
)

URL = "https://bank.example/webhooks/africastalking/s/sms"


def made(api_base: str = "", **rest: Any) -> AfricasTalkingSms:
    return AfricasTalkingSms(
        username="wekeza",
        api_key="atsk_0000",
        api_base=api_base,
        **{"sender": "WEKEZA", "shortcode": "21000", "secret": "s"} | rest,
    )


DOOR = made()


@pytest.fixture
def sms(provider: Any) -> AfricasTalkingSms:
    return made(provider.base + "/")


def read(**fields: str) -> list[Any]:
    names = {name.rstrip("_"): (value,) for name, value in fields.items()}
    return list(DOOR.read(Hook(URL, names, secret="s")))


MESSAGE = {
    "linkId": "SampleLinkId123",
    "text": "SALIO",
    "to": "21000",
    "id": "1f3870be-274f-4a9c-8d3e-52ba5f9c1b7a",
    "date": "2026-11-21T06:04:45Z",
    "from_": "+254712000001",
    "cost": "None",
    "networkCode": "63902",
}


def test_a_message() -> None:
    assert read(**MESSAGE) == [
        Inbound(
            channel="sms",
            provider="africastalking",
            id="1f3870be-274f-4a9c-8d3e-52ba5f9c1b7a",
            address="+254712000001",
            to="21000",
            text="SALIO",
            sent_at=datetime(2026, 11, 21, 6, 4, 45, tzinfo=UTC),
        )
    ]


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2026-11-21T06:04:45Z", datetime(2026, 11, 21, 6, 4, 45, tzinfo=UTC)),
        ("2026-11-21 06:04:45", datetime(2026, 11, 21, 6, 4, 45, tzinfo=UTC)),
        ("2026-11-21T09:04:45.250+03:00", datetime(2026, 11, 21, 6, 4, 45, 250000, tzinfo=UTC)),
        ("2026-13-21 06:04:45", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        ("", None),
        ("2026-11-21", None),
    ],
)
def test_dates(text: str, when: datetime | None) -> None:
    assert sent_at(text) == when


@pytest.mark.parametrize("lacking", [{"id": ""}, {"from_": ""}, {"from_": "SAFARICOM"}])
def test_a_message_nobody_sent(lacking: dict[str, str]) -> None:
    assert read(**MESSAGE | lacking) == []


@pytest.mark.parametrize(
    ("word", "rung"),
    [
        ("Sent", Status.SENT),
        ("Submitted", Status.SENT),
        ("Buffered", Status.SENT),
        ("Success", Status.DELIVERED),
    ],
)
def test_reports_climb_the_ladder(word: str, rung: Status) -> None:
    assert read(id="ATXid_1", status=word, phoneNumber="+254712000001", retryCount="0") == [
        Receipt("africastalking", "ATXid_1", rung)
    ]


@pytest.mark.parametrize(
    ("word", "reason", "code", "fate"),
    [
        ("Failed", "DeliveryFailure", "DeliveryFailure", Fate.PERMANENT),
        ("Failed", "UserDoesNotExist", "UserDoesNotExist", Fate.PERMANENT),
        ("Failed", "InsufficientCredit", "InsufficientCredit", Fate.ALARM),
        ("Rejected", "", "Rejected", Fate.PERMANENT),
        ("AbsentSubscriber", "", "AbsentSubscriber", Fate.RETRY),
        ("Expired", "", "Expired", Fate.RETRY),
    ],
)
def test_failures(word: str, reason: str, code: str, fate: Fate) -> None:
    assert read(id="A", status=word, failureReason=reason, phoneNumber="+254712000001") == [
        Receipt("africastalking", "A", Status.FAILED, code, fate)
    ]


def test_a_blacklisted_customer_has_opted_out() -> None:
    heard = read(
        id="A", status="Rejected", failureReason="UserInBlackList", phoneNumber="+254712000001"
    )
    assert heard == [
        Receipt("africastalking", "A", Status.FAILED, "UserInBlackList", Fate.OPTED_OUT),
        OptOut("africastalking", "sms", "+254712000001"),
    ]


def test_an_opt_out() -> None:
    assert read(senderId="WEKEZA", phoneNumber=" 254712000001") == [
        OptOut("africastalking", "sms", "+254712000001")
    ]
    assert read(senderId="WEKEZA", phoneNumber="x") == []
    assert read(phoneNumber="+254712000001") == []
    assert read(id="A", status="Dreaming") == []
    assert read(status="Sent") == []
    assert read() == []


def test_the_secret_and_the_list_of_callers() -> None:
    assert DOOR.is_genuine(Hook(URL, secret="s"))
    assert not DOOR.is_genuine(Hook(URL, secret="t"))
    assert not made(secret="").is_genuine(Hook(URL))
    listed = made(allowed=("196.201.1.0/24",))
    assert listed.is_genuine(Hook(URL, secret="s", remote="196.201.1.9"))
    assert not listed.is_genuine(Hook(URL, secret="s", remote="196.201.2.9"))


def test_the_acknowledgement_is_empty() -> None:
    assert DOOR.answer(Reply("Hello")).body == ""


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["from", "to", "id", "date", "text", "status", "phoneNumber", "senderId"]),
        st.lists(st.text(st.characters(), max_size=30), max_size=2).map(tuple),
    )
)
def test_hostile_calls_never_raise(fields: dict[str, Any]) -> None:
    for heard in DOOR.read(Hook(URL, fields)):
        assert not isinstance(heard, Inbound) or heard.address.startswith("+")


def recipient(code: int, status: str = "Success", message_id: str = "ATXid_9") -> dict[str, Any]:
    each = {
        "statusCode": code,
        "number": "+254712000001",
        "status": status,
        "cost": "KES 0.8000",
        "messageId": message_id,
    }
    return {"SMSMessageData": {"Message": "Sent to 1/1", "Recipients": [each]}}


def out(reply: Reply | None = None, **rest: Any) -> Outgoing:
    return Outgoing("m1", "+254712000001", reply or Reply("Salio lako"), **rest)


def caught(send: Callable[[], object]) -> SendFailed:
    with pytest.raises(SendFailed) as failed:
        send()
    return failed.value


@pytest.mark.parametrize("code", [100, 101, 102])
def test_a_message_is_taken(provider: Any, sms: AfricasTalkingSms, code: int) -> None:
    provider.will(201, recipient(code), kind="application/json; charset=utf-8")
    sent = sms.send(out(Reply("Reçu — l’argent")))
    assert (sent.provider_id, sent.segments) == ("ATXid_9", 1)
    (call,) = provider.calls
    assert call.path == "/version1/messaging"
    assert {k.lower(): v for k, v in call.headers.items()}["apikey"] == "atsk_0000"
    assert call.form == {
        "username": "wekeza",
        "to": "+254712000001",
        "message": "Recu - l'argent",
        "bulkSMSMode": "1",
        "from": "21000",
    }


def test_a_notice_comes_from_the_sender_name(provider: Any, sms: AfricasTalkingSms) -> None:
    provider.will(201, recipient(101))
    sms.send(out(notice=Notice("n", "sw", "x", ())))
    assert provider.calls[0].form["from"] == "WEKEZA"


def test_one_name_stands_in_for_the_other(provider: Any) -> None:
    only = made(provider.base, shortcode="")
    assert only.key == "africastalking:sms:WEKEZA"
    provider.will(201, recipient(101))
    only.send(out())
    assert provider.calls[0].form["from"] == "WEKEZA"
    neither = made(provider.base, shortcode="", sender="")
    provider.will(201, recipient(101))
    neither.send(out())
    assert "from" not in provider.calls[1].form


def test_taken_without_a_name_is_not_sent_again(provider: Any, sms: AfricasTalkingSms) -> None:
    provider.will(201, recipient(102, message_id="None"))
    assert sms.send(out()).provider_id == "none:m1"


def test_connections_are_kept(provider: Any, sms: AfricasTalkingSms) -> None:
    for _ in range(5):
        provider.will(201, recipient(101))
        sms.send(out())
    assert len(provider.connections) == 1


@pytest.mark.parametrize(
    ("code", "fate"),
    [
        (401, Fate.PERMANENT),
        (402, Fate.ALARM),
        (403, Fate.PERMANENT),
        (404, Fate.PERMANENT),
        (405, Fate.ALARM),
        (406, Fate.OPTED_OUT),
        (407, Fate.PERMANENT),
        (409, Fate.PERMANENT),
        (500, Fate.RETRY),
        (501, Fate.RETRY),
        (502, Fate.PERMANENT),
        (999, Fate.PERMANENT),
    ],
)
def test_a_recipient_is_refused(
    provider: Any, sms: AfricasTalkingSms, code: int, fate: Fate
) -> None:
    provider.will(201, recipient(code, "Whatever", "None"))
    failed = caught(lambda: sms.send(out()))
    assert (failed.code, failed.fate) == (str(code), fate)


@pytest.mark.parametrize(
    ("status", "body", "kind", "fate"),
    [
        (401, b"The supplied authentication is invalid", "text/plain", Fate.ALARM),
        (400, b"Request is missing required form field 'to'", "text/plain", Fate.PERMANENT),
        (302, b"", "text/html", Fate.ALARM),
        (500, b"<html/>", "text/html", Fate.RETRY),
        (503, {}, "application/json", Fate.RETRY),
        (201, b"<html>welcome</html>", "text/html", Fate.RETRY),
        (201, [], "application/json", Fate.RETRY),
        (201, {"SMSMessageData": {}}, "application/json", Fate.RETRY),
        (201, {"SMSMessageData": {"Recipients": [{}]}}, "application/json", Fate.RETRY),
        (201, b"[" * 50_000, "application/json", Fate.RETRY),
        (201, recipient(101) | {"more": "x" * 1_000_000}, "application/json", Fate.RETRY),
        (200, b"\xff\xfe\xff", "application/json", Fate.RETRY),
    ],
)
def test_other_answers(
    provider: Any, sms: AfricasTalkingSms, status: int, body: Any, kind: str, fate: Fate
) -> None:
    provider.will(status, body, kind=kind)
    assert caught(lambda: sms.send(out())).fate is fate


@pytest.mark.parametrize(
    ("words", "fate"),
    [
        ("InvalidSenderId", Fate.ALARM),
        ("Insufficient Balance", Fate.ALARM),
        ("", Fate.PERMANENT),
        ("Something else entirely", Fate.PERMANENT),
    ],
)
def test_a_whole_batch_is_refused(
    provider: Any, sms: AfricasTalkingSms, words: str, fate: Fate
) -> None:
    provider.will(201, {"SMSMessageData": {"Message": words, "Recipients": []}})
    failed = caught(lambda: sms.send(out()))
    assert (failed.fate, failed.code) == (fate, words or "no_recipients")


def test_too_many_calls(provider: Any, sms: AfricasTalkingSms) -> None:
    provider.will(429, {"error": "failed"}, headers={"Retry-After": "3"})
    failed = caught(lambda: sms.send(out()))
    assert (failed.fate, failed.after) == (Fate.THROTTLE, 3.0)


def test_a_slow_provider_is_not_waited_for(provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(africastalking_api, "TIMEOUT", httpx.Timeout(0.2))
    hasty = made(provider.base)
    provider.will(201, recipient(101), after=0.6)
    assert caught(lambda: hasty.send(out())).fate is Fate.RETRY
    assert caught(lambda: made("http://127.0.0.1:9").send(out())).fate is Fate.RETRY


def test_the_sandbox_has_its_own_host() -> None:
    api = africastalking_api.MessagingApi(username="sandbox", api_key="k")
    assert api._url == "https://api.sandbox.africastalking.com/version1/messaging"
    live = africastalking_api.MessagingApi(username="wekeza", api_key="k")
    assert live._url == "https://api.africastalking.com/version1/messaging"
