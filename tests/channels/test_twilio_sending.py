"""Messages out through Twilio's wire, with the official client."""
# ruff: noqa: RUF001 - typographic marks are what customers and templates write

import base64
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import twilio_api
from channels.message import Fate, Notice, Option, Outgoing, Reply, SendFailed
from channels.twilio_api import FATES, connect, fate_of
from channels.twilio_content import menu_content, notice_content
from channels.twilio_sms import TwilioSms
from channels.twilio_whatsapp import TwilioWhatsApp

SID = "AC" + "0b" * 16
TOKEN = "c0ffee00c0ffee00c0ffee00c0ffee00"
MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages.json"
CALLBACK = "https://bank.example/webhooks/twilio/status"
YES_NO = (Option("yes", "Yes"), Option("no", "No"))
NOTICE = Notice("money_received", "sw", "Umepokea {{1}} kutoka {{2}}.", ("KES 500.00", "Amina"))


class Book:
    """The kept ids, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def find(self, key: str) -> str | None:
        return self.kept.get(key)

    def keep(self, key: str, sid: str) -> None:
        self.kept[key] = sid


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def whatsapp(provider: Any, book: Book) -> TwilioWhatsApp:
    return TwilioWhatsApp(
        account_sid=SID,
        auth_token=TOKEN,
        number="whatsapp:+254700000100",
        contents=book,
        status_callback=CALLBACK,
        api_base=provider.base,
    )


@pytest.fixture
def sms(provider: Any) -> TwilioSms:
    return TwilioSms(
        account_sid=SID, auth_token=TOKEN, number="+254700000200", api_base=provider.base + "/"
    )


def taken(number: int = 1) -> dict[str, Any]:
    return {"sid": f"SM{number:032x}", "status": "queued", "num_segments": "1", "error_code": None}


def refused(code: int, status: int = 400) -> dict[str, Any]:
    return {"code": code, "message": "about +254712000001", "more_info": "x", "status": status}


def to(reply: Reply, **rest: Any) -> Outgoing:
    return Outgoing("m1", "+254712000001", reply, **rest)


def caught(send: Callable[[], object]) -> SendFailed:
    with pytest.raises(SendFailed) as failed:
        send()
    return failed.value


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


def test_buttons_are_created_once_and_then_filled(
    provider: Any, whatsapp: TwilioWhatsApp, book: Book
) -> None:
    provider.will(201, {"sid": "HX" + "1" * 32})
    provider.will(201, taken(1))
    provider.will(201, taken(2))
    whatsapp.send(to(Reply("Send KES 500.00 to B***n?", YES_NO, turn=7)))
    whatsapp.send(to(Reply("Tuma KES 900.00?", (Option("y", "Ndiyo"), Option("n", "Hapana")))))
    create, first, second = provider.calls
    assert create.path == "/v1/Content"
    assert create.json == {
        "friendly_name": "wekeza-quick-reply-2",
        "language": "en",
        "variables": {str(n): f"example {n}" for n in range(1, 6)},
        "types": {
            "twilio/quick-reply": {
                "body": "{{1}}",
                "actions": [
                    {"type": "QUICK_REPLY", "title": "{{2}}", "id": "{{3}}"},
                    {"type": "QUICK_REPLY", "title": "{{4}}", "id": "{{5}}"},
                ],
            }
        },
    }
    assert first.form["ContentSid"] == "HX" + "1" * 32
    assert "Body" not in first.form
    assert json.loads(first.form["ContentVariables"]) == {
        "1": "Send KES 500.00 to B***n?",
        "2": "Yes",
        "3": "yes@7",
        "4": "No",
        "5": "no@7",
    }
    assert json.loads(second.form["ContentVariables"])["3"] == "y@0"
    assert book.kept == {"quick-reply-2": "HX" + "1" * 32}


def test_two_threads_create_a_shape_once(provider: Any, whatsapp: TwilioWhatsApp) -> None:
    provider.will(201, {"sid": "HX" + "1" * 32}, after=0.1)
    for n in range(4):
        provider.will(201, taken(n))
    threads = [
        threading.Thread(target=whatsapp.send, args=(to(Reply("?", YES_NO)),)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [call.path for call in provider.calls].count("/v1/Content") == 1


def test_a_line_break_is_part_of_the_shape_since_no_variable_may_hold_one() -> None:
    content = menu_content(Reply("Dear Amina,\n\nSend\tKES 500?      Sure?", YES_NO))
    assert content is not None
    assert content.key == "quick-reply-2-101"
    assert content.definition["twilio/quick-reply"]["body"] == "{{1}}\n\n{{2}}"
    values = json.loads(content.variables)
    assert values["1"] == "Dear Amina,"
    assert values["2"] == "Send KES 500?    Sure?"


def test_a_list_with_and_without_hints() -> None:
    options = tuple(Option(f"w{n}", f"Wallet {n}", hint=f"KES {n}00.00") for n in range(1, 6))
    hinted = menu_content(Reply("Which one?", options, button="Choose", turn=2))
    assert hinted is not None
    assert hinted.key == "hinted-list-5"
    picker = hinted.definition["twilio/list-picker"]
    assert picker["button"] == "{{2}}"
    assert picker["items"][1] == {"item": "{{6}}", "id": "{{7}}", "description": "{{8}}"}
    values = json.loads(hinted.variables)
    assert (values["6"], values["7"], values["8"]) == ("Wallet 2", "w2@2", "KES 200.00")
    bare = menu_content(Reply("Which one?", (*options, Option("x", "Other")), button="Choose"))
    assert bare is not None
    assert bare.key == "list-picker-6"
    assert "description" not in bare.definition["twilio/list-picker"]["items"][0]


@pytest.mark.parametrize(
    "reply",
    [
        Reply("No options"),
        Reply("", YES_NO),
        Reply("Same", (Option("a", "Yes"), Option("b", "Yes"))),
        Reply("Empty", (Option("a", " "),)),
        Reply("x" * 1025, YES_NO),
        Reply("line\n" * 20, YES_NO),
        Reply("Four and no word for the button", tuple(Option(c, c) for c in "abcd")),
        Reply("Eleven", tuple(Option(c, c) for c in "abcdefghijk"), button="Choose"),
        Reply("Wide", (Option("a", "x" * 25),), button="Choose"),
        Reply("Wide button", tuple(Option(c, c) for c in "abcd"), button="x" * 21),
        Reply("Long key", (Option("k" * 200, "Yes"),)),
    ],
)
def test_what_fits_no_button_is_numbered_text(
    provider: Any, whatsapp: TwilioWhatsApp, reply: Reply
) -> None:
    assert menu_content(reply) is None
    provider.will(201, taken())
    whatsapp.send(to(reply))
    assert len(provider.calls[0].form["Body"]) <= 1600
    for n, option in enumerate(reply.options, 1):
        assert f"{n}. {option.label}".strip() in provider.calls[0].form["Body"]


def test_three_wide_labels_become_a_list() -> None:
    content = menu_content(Reply("Wide", (Option("a", "x" * 24),), button="Choose"))
    assert content is not None
    assert content.key == "list-picker-1"


@settings(deadline=None)
@given(
    st.text(max_size=200),
    st.lists(st.builds(Option, st.text(max_size=20), st.text(max_size=26), st.text(max_size=90))),
    st.text(max_size=22),
)
def test_content_keeps_every_limit(text: str, options: list[Option], button: str) -> None:
    content = menu_content(Reply(text, tuple(options), button=button))
    if content is None:
        return
    values = json.loads(content.variables)
    assert len(values) == len(content.values) <= 100
    for value in values.values():
        assert value.strip()
        assert not set("\n\t\r") & set(value)
        assert "     " not in value
        assert len(value) <= 1600
    used = json.dumps(content.definition)
    assert all(f"{{{{{n}}}}}" in used for n in values)


def test_a_content_that_is_gone_is_made_anew(
    provider: Any, whatsapp: TwilioWhatsApp, book: Book
) -> None:
    book.keep("quick-reply-2", "HX" + "0" * 32)
    provider.will(400, refused(21655))
    provider.will(201, {"sid": "HX" + "2" * 32})
    provider.will(201, taken())
    whatsapp.send(to(Reply("Sure?", YES_NO)))
    assert provider.calls[-1].form["ContentSid"] == "HX" + "2" * 32
    assert book.kept["quick-reply-2"] == "HX" + "2" * 32


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
    assert failed.__suppress_context__


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
    assert (failed.code, failed.fate) == ("ContentDecodingError", Fate.RETRY)
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
