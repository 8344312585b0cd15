"""What Twilio's calls say: messages, taps, pictures, receipts."""

from typing import Any

import pytest

from channels.message import Fate, Hook, Inbound, Media, Receipt, Reply, Status
from channels.twilio_api import FATES, connect
from channels.twilio_hook import TwilioDoor
from tests.support.twilio_wire import (
    SID,
    TEXT,
    TOKEN,
    URL,
    form,
    sms,
    sms_door,
    whatsapp,
    whatsapp_door,
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
    client = connect(account_sid=SID, auth_token=TOKEN)
    assert client.get_hostname("https://api.twilio.com/x") == "https://api.twilio.com/x"


def test_every_error_code_has_a_fate() -> None:
    listed = (
        "21211 21214 21614 21408 21610 21611 21656 30001 30002 30003 30004 30005 30006 30007"
        " 30008 63003 63024 63007 63015 63016 63018 63017 63038 63027 63028 63040 63041 63032"
        " 63033 63013 20003 20404 20429"
    )
    assert {int(code) for code in listed.split()} <= FATES.keys()
