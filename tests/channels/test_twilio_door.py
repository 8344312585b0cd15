"""Twilio's calls: which are genuine, and what they say. Checked with the official validator."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from channels.message import Fate, Hook, Inbound, Media, Receipt, Reply, Status
from channels.twilio_api import FATES
from channels.twilio_hook import TwilioDoor
from channels.twilio_sms import TwilioSms
from channels.twilio_whatsapp import TwilioWhatsApp

SID = "AC" + "0a" * 16
TOKEN = "b7c1d9e3f5a70011b7c1d9e3f5a70011"
URL = "https://bank.example/webhooks/twilio/whatsapp"
TEXT = {
    "MessageSid": "SM" + "1" * 32,
    "AccountSid": SID,
    "From": "whatsapp:+254712000001",
    "To": "whatsapp:+254700000100",
    "Body": "Tuma 500",
    "NumMedia": "0",
    "ProfileName": "Amina",
    "WaId": "254712000001",
    "MessageType": "text",
    "SmsStatus": "received",
    "ApiVersion": "2010-04-01",
}


class NoBook:
    """Nothing is created here, so nothing is kept."""

    def find(self, key: str) -> str | None:
        raise AssertionError(key)

    def keep(self, key: str, sid: str) -> None:
        raise AssertionError(key)


def whatsapp() -> TwilioWhatsApp:
    return TwilioWhatsApp(
        account_sid=SID, auth_token=TOKEN, number="+254700000100", contents=NoBook()
    )


def sms() -> TwilioSms:
    return TwilioSms(account_sid=SID, auth_token=TOKEN, number="+254700000200")


def form(**fields: Any) -> dict[str, tuple[str, ...]]:
    return {k: v if isinstance(v, tuple) else (v,) for k, v in fields.items()}


class Multi(dict):  # type: ignore[type-arg]
    """The form as a web framework gives it to the official validator."""

    def getlist(self, name: str) -> Any:
        return self[name]


def sign(url: str, fields: dict[str, tuple[str, ...]]) -> str:
    return str(RequestValidator(TOKEN).compute_signature(url, Multi(fields)))


def signed(fields: dict[str, tuple[str, ...]], url: str = URL, **rest: Any) -> Hook:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return Hook(url, fields, {"x-twilio-signature": sign(url, fields), **kind}, **rest)


def json_hook(body: bytes, *, signed_body: bytes | None = None, **rest: Any) -> Hook:
    digest = hashlib.sha256(body if signed_body is None else signed_body).hexdigest()
    url = f"{URL}?bodySHA256={digest}"
    headers = {"x-twilio-signature": sign(url, {}), "content-type": "application/json"}
    return Hook(url, headers=headers, body=body, **rest)


def test_a_signed_form_is_genuine() -> None:
    assert whatsapp().is_genuine(signed(form(**TEXT)))


def test_fields_we_do_not_know_are_part_of_the_signature() -> None:
    hook = signed(form(**TEXT, ChannelMetadata='{"type":"whatsapp"}', NewOne="x", Empty=""))
    assert whatsapp().is_genuine(hook)
    stripped = {k: v for k, v in hook.form.items() if k != "NewOne"}
    assert not whatsapp().is_genuine(Hook(hook.url, stripped, hook.headers))


def test_repeated_values_are_signed_once_and_sorted() -> None:
    hook = signed(form(**TEXT, Tag=("b", "a", "b")))
    assert whatsapp().is_genuine(hook)
    again = Hook(hook.url, {**hook.form, "Tag": ("a", "b")}, hook.headers)
    assert whatsapp().is_genuine(again)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (URL, URL.replace("bank.example", "bank.example:443")),
        (URL.replace("bank.example", "bank.example:443"), URL),
        ("http://127.0.0.1:8000/in", "http://127.0.0.1:8000/in"),
        ("http://bank.example/in", "http://bank.example:80/in"),
    ],
)
def test_the_port_may_be_spelt_or_not(ours: str, theirs: str) -> None:
    fields = form(**TEXT)
    assert whatsapp().is_genuine(Hook(ours, fields, {"x-twilio-signature": sign(theirs, fields)}))


@pytest.mark.parametrize("signature", ["", "x", "=" * 28, "é" * 28, "\udcff" * 28])
def test_a_bad_or_missing_signature_is_not_genuine(signature: str) -> None:
    fields = form(**TEXT)
    assert not whatsapp().is_genuine(Hook(URL, fields, {"x-twilio-signature": signature}))
    assert not whatsapp().is_genuine(Hook(URL, fields))


def test_another_token_path_or_text_is_not_genuine() -> None:
    hook = signed(form(**TEXT))
    assert not TwilioDoor(auth_token=TOKEN[::-1]).is_genuine(hook)
    assert not whatsapp().is_genuine(Hook(URL + "/x", hook.form, hook.headers))
    changed = {**hook.form, "Body": ("Tuma 5000",)}
    assert not whatsapp().is_genuine(Hook(URL, changed, hook.headers))


def test_without_a_token_nobody_is_genuine() -> None:
    fields = form(**TEXT)
    empty = RequestValidator("").compute_signature(URL, Multi(fields))
    hook = Hook(URL, fields, {"x-twilio-signature": empty})
    assert not TwilioDoor(auth_token="").is_genuine(hook)


def test_json_counts_by_its_raw_body() -> None:
    body = json.dumps({"property": "värde"}).encode()
    assert whatsapp().is_genuine(json_hook(body))
    assert not whatsapp().is_genuine(json_hook(b'{"x": 1}', signed_body=body))
    assert not whatsapp().is_genuine(json_hook(b"\xff\xfe"))


def test_a_form_beside_a_json_body_does_not_pass_for_it() -> None:
    body = b'{"a": 1}'
    # A signed address with any form and a body that the hash does not cover.
    assert not whatsapp().is_genuine(json_hook(b"x=1", signed_body=body, form=form(x="1")))


def test_json_without_a_hash_is_refused_before_it_is_checked() -> None:
    headers = {"x-twilio-signature": sign(URL, {}), "content-type": "application/json; charset=u"}
    assert not whatsapp().is_genuine(Hook(URL, headers=headers, body=b"{}"))
    assert not whatsapp().is_genuine(Hook(URL, headers=headers))
    del headers["content-type"]
    assert not whatsapp().is_genuine(Hook(URL, headers=headers, body=b"anything"))
    blank = Hook(URL + "?bodySHA256=", headers=headers, body=b"{}")
    assert not whatsapp().is_genuine(blank)


TEXTS = st.text(max_size=30)
FORMS = st.dictionaries(
    st.one_of(st.sampled_from([*TEXT, "NumMedia", "MediaUrl0", "ErrorCode", "ListId"]), TEXTS),
    st.lists(TEXTS, min_size=1, max_size=3).map(tuple),
    max_size=12,
)
SURROGATES = st.text(st.characters(min_codepoint=0xD7FE, max_codepoint=0xE001), max_size=5)


@settings(deadline=None)
@given(
    st.one_of(TEXTS, SURROGATES, st.just("http://[::1"), st.just("http://a:b/?bodySHA256=1")),
    FORMS,
    st.one_of(TEXTS, SURROGATES),
    st.binary(max_size=20),
    st.sampled_from(["", "application/json", "text/plain", "é"]),
)
def test_hostile_calls_never_raise(
    url: str, fields: dict[str, tuple[str, ...]], signature: str, body: bytes, kind: str
) -> None:
    hook = Hook(url, fields, {"x-twilio-signature": signature, "content-type": kind}, body)
    for door in (whatsapp_door, sms_door):
        assert door.is_genuine(hook) is False
        for heard in door.read(hook):
            assert not isinstance(heard, Inbound) or heard.address.startswith("+")


whatsapp_door, sms_door = whatsapp(), sms()


@settings(deadline=None)
@given(FORMS)
def test_whatever_the_official_validator_signs_is_genuine(
    fields: dict[str, tuple[str, ...]],
) -> None:
    hook = signed(fields)
    assert whatsapp_door.is_genuine(hook)
    assert RequestValidator(TOKEN).validate(
        hook.url, Multi(fields), hook.headers["x-twilio-signature"]
    )


def test_a_whatsapp_text() -> None:
    assert whatsapp().read(Hook(URL, form(**TEXT))) == [
        Inbound(
            channel="whatsapp",
            provider="twilio",
            id=TEXT["MessageSid"],
            address="+254712000001",
            to="+254700000100",
            text="Tuma 500",
            profile_name="Amina",
        )
    ]


def test_what_is_said_is_not_shown_in_a_repr() -> None:
    (heard,) = whatsapp().read(Hook(URL, form(**TEXT | {"Body": "4321"})))
    assert "4321" not in repr(heard)
    assert "4321" not in repr(Hook(URL, form(Body="4321"), body=b"4321"))


def read_one(door: TwilioDoor = whatsapp_door, **fields: Any) -> Inbound:
    (heard,) = door.read(Hook(URL, form(**TEXT | fields)))
    assert isinstance(heard, Inbound)
    return heard


def test_a_tapped_button() -> None:
    heard = read_one(
        Body="Yes",
        ButtonText="Yes",
        ButtonPayload="confirm@7",
        OriginalRepliedMessageSid="SM" + "9" * 32,
        MessageType="button",
    )
    assert (heard.choice, heard.text, heard.reply_to) == ("confirm@7", "Yes", "SM" + "9" * 32)


def test_a_picked_row() -> None:
    heard = read_one(Body="US dollars", ListId="usd@3", ListTitle="US dollars")
    assert heard.choice == "usd@3"


def test_pictures_are_told_with_where_they_are() -> None:
    heard = read_one(
        Body="",
        NumMedia="2",
        MediaUrl0="https://api.twilio.com/m/0",
        MediaContentType0="image/jpeg",
        MediaUrl1="https://api.twilio.com/m/1",
        MediaContentType1="application/pdf",
        MediaUrl2="https://api.twilio.com/not-counted",
    )
    assert heard.media == (
        Media("https://api.twilio.com/m/0", "image/jpeg"),
        Media("https://api.twilio.com/m/1", "application/pdf"),
    )


@pytest.mark.parametrize("count", ["", "-1", "x", "2²", "9" * 50, "1e3"])
def test_a_count_of_pictures_that_is_none(count: str) -> None:
    assert read_one(NumMedia=count, MediaUrl0="ftp://x", MediaUrl1="file:///etc").media == ()


def test_there_is_a_limit_on_pictures_and_words() -> None:
    urls = {f"MediaUrl{n}": f"https://x.example/{n}" for n in range(50)}
    heard = read_one(NumMedia="50", Body="x" * 9000, ProfileName="n" * 900, **urls)
    assert len(heard.media) == 10
    assert len(heard.text) == 4096
    assert len(heard.profile_name) == 128


def test_a_body_may_be_absent_and_nul_is_dropped() -> None:
    fields = form(**TEXT)
    del fields["Body"]
    (heard,) = whatsapp().read(Hook(URL, fields))
    assert isinstance(heard, Inbound)
    assert heard.text == ""
    assert read_one(Body="a\x00b").text == "ab"


@pytest.mark.parametrize(
    ("sender", "extra", "address", "user_id"),
    [
        ("whatsapp:+254712000001", {}, "+254712000001", ""),
        ("+254712000001", {}, "+254712000001", ""),
        ("254712000001", {}, "+254712000001", ""),
        (" 254712000001", {}, "+254712000001", ""),
        ("whatsapp:KE.1349000000000001", {}, "KE.1349000000000001", ""),
        (
            "whatsapp:KE.1349000000000001",
            {"ExternalUserId": "whatsapp:KE.1349000000000001"},
            "KE.1349000000000001",
            "KE.1349000000000001",
        ),
        (
            "whatsapp:+254712000001",
            {"ExternalUserId": "KE.1349000000000001"},
            "+254712000001",
            "KE.1349000000000001",
        ),
        ("", {"ExternalUserId": "KE.13490"}, "KE.13490", "KE.13490"),
        ("", {}, "+254712000001", ""),
    ],
)
def test_who_writes_on_whatsapp(
    sender: str, extra: dict[str, str], address: str, user_id: str
) -> None:
    heard = read_one(From=sender, **extra)
    assert (heard.address, heard.user_id, heard.channel) == (address, user_id, "whatsapp")


def test_a_place_is_heard_as_words_without_any() -> None:
    heard = read_one(
        Body="", MessageType="location", Latitude="-1.28", Longitude="36.82", Label="Office"
    )
    assert (heard.text, heard.media, heard.choice) == ("", (), "")


@pytest.mark.parametrize("word", ["STOP", "START", "HELP"])
def test_the_provider_acted_on_a_word(word: str) -> None:
    assert read_one(sms_door, From="+254712000001", OptOutType=word).opt == word.lower()


def test_an_unknown_opt_is_a_message() -> None:
    assert read_one(OptOutType="MAYBE").opt == ""


def test_sms() -> None:
    heard = read_one(sms_door, From="+254712000001", To="+254700000200", FromCountry="KE")
    assert (heard.channel, heard.address, heard.to) == ("sms", "+254712000001", "+254700000200")


@pytest.mark.parametrize("sender", ["WEKEZA", "21000", "", "+12", "anonymous", "+2547x2000001"])
def test_a_sender_nobody_can_answer_is_not_heard(sender: str) -> None:
    assert sms().read(Hook(URL, form(**TEXT | {"From": sender}))) == []


def test_a_call_without_an_id_means_nothing() -> None:
    fields = form(**TEXT)
    del fields["MessageSid"]
    assert whatsapp().read(Hook(URL, fields)) == []
    assert whatsapp().read(Hook(URL)) == []


@pytest.mark.parametrize(
    ("word", "rung"),
    [
        ("accepted", Status.QUEUED),
        ("scheduled", Status.QUEUED),
        ("queued", Status.QUEUED),
        ("sending", Status.SENDING),
        ("sent", Status.SENT),
        ("partially_delivered", Status.SENT),
        ("delivered", Status.DELIVERED),
        ("read", Status.READ),
    ],
)
def test_receipts_climb_the_ladder(word: str, rung: Status) -> None:
    fields = form(
        MessageSid="SM7",
        MessageStatus=word,
        SmsStatus=word,
        To="whatsapp:+254712000001",
        ChannelPrefix="whatsapp",
        ChannelToAddress="+25471200XXXX",
        ChannelInstallSid="XE1",
        EventType="DELIVERED",
        ErrorCode="",
    )
    for door in (whatsapp(), sms()):
        assert door.read(Hook(URL, fields)) == [Receipt("twilio", "SM7", rung)]


@pytest.mark.parametrize("word", ["failed", "undelivered"])
def test_a_failure_says_what_it_calls_for(word: str) -> None:
    hook = Hook(URL, form(MessageSid="SM7", MessageStatus=word, ErrorCode="63016"))
    assert whatsapp().read(hook) == [
        Receipt("twilio", "SM7", Status.FAILED, "63016", Fate.TEMPLATE)
    ]


def test_a_failure_without_a_code_is_named_by_its_status() -> None:
    hook = Hook(URL, form(MessageSid="SM7", MessageStatus="canceled"))
    assert sms().read(hook) == [Receipt("twilio", "SM7", Status.FAILED, "canceled", Fate.PERMANENT)]


def test_a_status_we_do_not_know_means_nothing() -> None:
    assert sms().read(Hook(URL, form(MessageSid="SM7", MessageStatus="dreaming"))) == []


def test_the_acknowledgement_is_empty_twiml() -> None:
    for reply in (None, Reply("Hello")):
        answer = whatsapp().answer(reply)
        assert (answer.body, answer.mimetype) == ("<Response/>", "text/xml")


def test_the_client_ignores_an_edge_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    client: Client = sms()._client
    assert client.get_hostname("https://api.twilio.com/x") == "https://api.twilio.com/x"


def test_every_error_code_has_a_fate() -> None:
    listed = (
        "21211 21214 21614 21408 21610 21611 21656 30001 30002 30003 30004 30005 30006 30007"
        " 30008 63003 63024 63007 63015 63016 63018 63017 63038 63027 63028 63040 63041 63032"
        " 63033 63013 20003 20404 20429"
    )
    assert {int(code) for code in listed.split()} <= FATES.keys()
