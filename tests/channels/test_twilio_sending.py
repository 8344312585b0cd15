"""Messages out through Twilio's wire."""
# ruff: noqa: RUF001 - typographic marks are what customers and templates write

import base64
import json
from typing import Any

import pytest

from channels import twilio_api
from channels.message import Fate, Notice, Option, Outgoing, Reply
from channels.twilio_api import FATES, connect, fate_of
from channels.twilio_content import notice_content
from channels.twilio_sms import TwilioSms
from channels.twilio_whatsapp import TwilioWhatsApp
from tests.support.twilio_out import (
    CALLBACK,
    MESSAGES,
    NOTICE,
    SID,
    TOKEN,
    Book,
    caught,
    refused,
    taken,
    to,
)


def test_names(whatsapp: TwilioWhatsApp, sms: TwilioSms) -> None:
    assert whatsapp.key == "twilio:whatsapp:+254700000100"
    assert sms.key == "twilio:sms:+254700000200"


def test_plain_words(provider: Any, whatsapp: TwilioWhatsApp) -> None:
    provider.will(201, taken())
    sent = whatsapp.send(to(Reply("Karibu — Wekeza")))
    assert sent.provider_id == taken()["sid"]
    (call,) = provider.calls
    assert call.path == MESSAGES
    assert call.form == {
        "To": "whatsapp:+254712000001",
        "From": "whatsapp:+254700000100",
        "Body": "Karibu — Wekeza",
        "StatusCallback": CALLBACK,
    }
    user, _, password = base64.b64decode(call.headers["Authorization"][6:]).decode().partition(":")
    assert (user, password) == (SID, TOKEN)


def test_a_file_goes_along_by_its_address(provider: Any, whatsapp: TwilioWhatsApp) -> None:
    provider.will(201, taken())
    whatsapp.send(
        Outgoing("m1", "+254712000001", Reply("Here it is"), media="https://b.example/d/1")
    )
    form = provider.calls[0].form
    assert (form["Body"], form["MediaUrl"]) == ("Here it is", "https://b.example/d/1")


def test_a_business_scoped_id_is_written_to_as_it_stands(
    provider: Any, whatsapp: TwilioWhatsApp
) -> None:
    provider.will(201, taken())
    whatsapp.send(Outgoing("m1", "KE.13490001", Reply("Hi")))
    assert provider.calls[0].form["To"] == "whatsapp:KE.13490001"


def test_connections_are_kept(provider: Any, sms: TwilioSms) -> None:
    for n in range(5):
        provider.will(201, taken(n))
        sms.send(to(Reply("Hello")))
    assert len(provider.connections) == 1


def test_outside_the_window_a_template_is_made_approved_and_sent(
    provider: Any, whatsapp: TwilioWhatsApp, book: Book
) -> None:
    sid = "HX" + "3" * 32
    provider.will(201, {"sid": sid})
    provider.will(201, {"name": "x", "status": "received"})
    provider.will(201, taken(1))
    provider.will(201, taken(2))
    message = to(Reply("Umepokea KES 500.00 kutoka Amina."), notice=NOTICE, in_window=False)
    whatsapp.send(message)
    whatsapp.send(message)
    create, approve, first, second = provider.calls
    assert create.json["language"] == "sw"
    assert create.json["types"] == {"twilio/text": {"body": NOTICE.body}}
    assert approve.path == f"/v1/Content/{sid}/ApprovalRequests/whatsapp"
    assert approve.json["category"] == "UTILITY"
    assert approve.json["name"].startswith("money_received_sw_")
    assert json.loads(first.form["ContentVariables"]) == {"1": "KES 500.00", "2": "Amina"}
    assert second.form["ContentSid"] == sid
    assert "KES 500.00" not in create.body.decode()  # no customer's facts go to the reviewers


def test_new_words_make_a_new_template() -> None:
    other = Notice("money_received", "sw", "Umepata {{1}}.", ("KES 500.00",))
    assert notice_content(NOTICE).key != notice_content(other).key
    assert json.loads(notice_content(Notice("n", "en", "{{1}}", ("",))).variables) == {"1": "-"}


def test_without_a_notice_the_window_is_closed(provider: Any, whatsapp: TwilioWhatsApp) -> None:
    failed = caught(lambda: whatsapp.send(to(Reply("Hi"), in_window=False)))
    assert failed.fate is Fate.OTHER_CHANNEL
    assert provider.calls == []


@pytest.mark.parametrize(
    ("answers", "fate"),
    [
        ([(400, refused(63040))], Fate.OTHER_CHANNEL),
        ([(400, refused(63016))], Fate.OTHER_CHANNEL),
        ([(400, refused(21610))], Fate.OPTED_OUT),
        ([(503, {})], Fate.RETRY),
    ],
)
def test_a_template_that_is_not_taken(
    provider: Any, whatsapp: TwilioWhatsApp, book: Book, answers: list[Any], fate: Fate
) -> None:
    sid = "HX" + "4" * 32
    book.keep(notice_content(NOTICE).key, sid)
    book.keep(f"approval-{sid}", "asked")
    for status, body in answers:
        provider.will(status, body)
    message = to(Reply("x"), notice=NOTICE, in_window=False)
    assert caught(lambda: whatsapp.send(message)).fate is fate


def test_an_approval_that_is_refused_goes_another_way_and_is_asked_again(
    provider: Any, whatsapp: TwilioWhatsApp
) -> None:
    message = to(Reply("x"), notice=NOTICE, in_window=False)
    provider.will(201, {"sid": "HX" + "5" * 32})
    provider.will(400, refused(99999))
    assert caught(lambda: whatsapp.send(message)).fate is Fate.OTHER_CHANNEL
    provider.will(201, {"name": "x"})
    provider.will(201, taken())
    assert whatsapp.send(message).provider_id == taken()["sid"]


def test_sms_is_sent_in_gsm7_and_counted(provider: Any, sms: TwilioSms) -> None:
    provider.will(201, taken())
    sent = sms.send(to(Reply("Reçu — l’argent", (Option("a", "Oui"),))))
    assert provider.calls[0].form["Body"] == "Recu - l'argent\n1. Oui"
    assert provider.calls[0].form["To"] == "+254712000001"
    assert "StatusCallback" not in provider.calls[0].form
    assert sent.segments == 1
    provider.will(201, taken())
    assert sms.send(to(Reply("ሰላም" * 30))).segments == 2


def test_a_body_is_never_too_long(provider: Any, sms: TwilioSms) -> None:
    provider.will(201, taken())
    sms.send(to(Reply("x" * 5000)))
    body = provider.calls[0].form["Body"]
    assert len(body) == 1600
    assert body.endswith("...")


@pytest.mark.parametrize(("code", "fate"), FATES.items())
def test_each_code_has_its_fate_on_the_wire(
    provider: Any, sms: TwilioSms, code: int, fate: Fate
) -> None:
    provider.will(400, refused(code))
    failed = caught(lambda: sms.send(to(Reply("Hi"))))
    assert (failed.code, failed.fate) == (str(code), fate)
    assert "254712" not in repr(failed)
    assert failed.__context__ is None


@pytest.mark.parametrize(
    ("status", "body", "fate"),
    [
        (400, refused(12345), Fate.PERMANENT),
        (401, refused(20003, 401), Fate.ALARM),
        (403, {}, Fate.ALARM),
        (404, refused(20404, 404), Fate.ALARM),
        (500, refused(20500, 500), Fate.RETRY),
        (503, b"<html>busy</html>", Fate.RETRY),
        (302, {}, Fate.PERMANENT),
        (400, {"type": "t", "title": "x", "status": "?", "code": "21610"}, Fate.OPTED_OUT),
        (201, b"<html>welcome to the hotel</html>", Fate.RETRY),
        (201, [], Fate.RETRY),
        (201, {}, Fate.RETRY),
    ],
)
def test_other_answers(provider: Any, sms: TwilioSms, status: int, body: Any, fate: Fate) -> None:
    provider.will(status, body)
    assert caught(lambda: sms.send(to(Reply("Hi")))).fate is fate


@pytest.mark.parametrize(
    ("header", "after"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "99999999"}, 3600.0),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({}, None),
    ],
)
def test_too_many_calls(
    provider: Any, sms: TwilioSms, header: dict[str, str], after: float | None
) -> None:
    provider.will(429, refused(20429, 429), headers=header)
    failed = caught(lambda: sms.send(to(Reply("Hi"))))
    assert (failed.code, failed.fate, failed.after) == ("20429", Fate.THROTTLE, after)


def test_a_slow_provider_is_not_waited_for(provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twilio_api, "TIMEOUT", 0.2)
    hasty = TwilioSms(account_sid=SID, auth_token=TOKEN, number="+1", api_base=provider.base)
    provider.will(201, taken(), after=0.6)
    assert caught(lambda: hasty.send(to(Reply("Hi")))).fate is Fate.RETRY


def test_nobody_there(provider: Any) -> None:
    alone = TwilioSms(account_sid=SID, auth_token=TOKEN, number="+1", api_base="http://127.0.0.1:9")
    assert caught(lambda: alone.send(to(Reply("Hi")))).fate is Fate.RETRY


def test_an_endless_answer_is_cut_off(provider: Any, sms: TwilioSms) -> None:
    provider.will(201, taken() | {"body": "x" * 2_000_000})
    failed = caught(lambda: sms.send(to(Reply("Hi"))))
    assert (failed.code, failed.fate) == ("answer_too_long", Fate.RETRY)
    provider.will(201, taken())
    assert sms.send(to(Reply("Hi"))).provider_id == taken()["sid"]


def test_no_other_host_is_called(provider: Any) -> None:
    client = connect(account_sid=SID, auth_token=TOKEN, api_base=provider.base)
    with pytest.raises(LookupError):
        client.messaging.v1.services.list(limit=1)
    assert provider.calls == []


@pytest.mark.parametrize("code", [None, "", "x", "²", "9" * 30, 0, -5, 3.5])
def test_a_strange_code_has_a_fate_too(code: object) -> None:
    assert fate_of(code) is Fate.PERMANENT
    assert fate_of(code, 503) is Fate.RETRY
