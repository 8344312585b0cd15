"""The official Twilio client against the twin."""

import base64
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from twilio.rest.content.v1.content import ContentList
from twilio.rest.content.v1.content.approval_create import ApprovalCreateList

from bot.simulator.twin.contents import Contents

AMINA = "+254712000001"
BANK = "whatsapp:+254700000100"


class Rebased(TwilioHttpClient):
    """Sends what was meant for Twilio's hosts to the twin, and nothing anywhere else."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = urlsplit(base)

    def request(self, method, url, *args, **kwargs):
        parts = urlsplit(url)
        assert parts.hostname in {"api.twilio.com", "content.twilio.com"}
        here = urlunsplit((self.base.scheme, self.base.netloc, parts.path, parts.query, ""))
        return super().request(method, here, *args, **kwargs)


@pytest.fixture
def client(twin: SimpleNamespace) -> Client:
    s = twin.settings
    return Client(s.twilio_account_sid, s.twilio_auth_token, http_client=Rebased(twin.url))


def opened(twin, ear, address=AMINA):
    """Let the phone write first, so that free words reach it."""
    twin.http.post(
        f"/twin/phones/{address}/say", json={"channel": "whatsapp", "text": "Hi", "wait": True}
    )
    ear.calls.clear()


def refusal(call) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as caught:
        call()
    return caught.value.status, caught.value.code


def test_a_text_message_is_taken_and_reported(client, twin, ear):
    sent = client.messages.create(
        to=AMINA, from_="21000", body="Hello", status_callback=f"{ear.url}/webhooks/twilio/status"
    )
    assert (sent.status, sent.num_segments, sent.direction) == ("queued", "1", "outbound-api")
    receipts = ear.wait(2, "/webhooks/twilio/status")
    assert [r.form["MessageStatus"] for r in receipts] == ["sent", "delivered"]
    assert all(r.genuine and r.form["MessageSid"] == sent.sid for r in receipts)
    [bubble] = twin.http.get(f"/twin/phones/{AMINA}").json()["threads"]["sms"]
    assert (bubble["text"], bubble["mine"]) == ("Hello", False)


def test_whatsapp_is_read_too(client, twin, ear):
    opened(twin, ear)
    client.messages.create(to=f"whatsapp:{AMINA}", from_=BANK, body="Hello")
    receipts = ear.wait(3, "/webhooks/twilio/status")
    assert [r.form["MessageStatus"] for r in receipts] == ["sent", "delivered", "read"]
    assert receipts[2].form["EventType"] == "READ"


def test_a_file_comes_as_a_link(client, twin, ear):
    opened(twin, ear)
    link = "https://bank.example/documents/1/x"
    client.messages.create(to=f"whatsapp:{AMINA}", from_=BANK, body="Here", media_url=[link])
    bubble = twin.http.get(f"/twin/phones/{AMINA}").json()["threads"]["whatsapp"][-1]
    assert (bubble["text"], bubble["document"]) == ("Here", link)


def test_receipts_that_change_places_are_all_delivered(client, twin, ear):
    opened(twin, ear)
    twin.http.post("/twin/faults", json={"swapped_receipts": 1.0}).raise_for_status()
    client.messages.create(to=f"whatsapp:{AMINA}", from_=BANK, body="Hello")
    receipts = ear.wait(3, "/webhooks/twilio/status")
    assert [r.form["MessageStatus"] for r in receipts] == ["delivered", "read", "sent"]


def test_a_stranger_is_not_let_in(twin):
    stranger = Client(twin.settings.twilio_account_sid, "wrong", http_client=Rebased(twin.url))
    assert refusal(lambda: stranger.messages.create(to=AMINA, from_="21000", body="Hello")) == (
        401,
        20003,
    )


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"to": "+1", "from_": "21000", "body": "x"}, (400, 21211)),
        ({"to": "whatsapp:12", "from_": BANK, "body": "x"}, (400, 21211)),
        ({"to": AMINA, "from_": "21000", "body": "x" * 1601}, (400, 21617)),
        ({"to": AMINA, "from_": "21000", "body": ""}, (400, 21602)),
        ({"to": AMINA, "from_": "+15550001111", "body": "x"}, (400, 63007)),
        ({"to": AMINA, "from_": "21000", "content_sid": "HX" + "0" * 32}, (400, 21655)),
    ],
)
def test_bad_messages_are_refused_with_twilios_codes(client, facts, expected):
    assert refusal(lambda: client.messages.create(**facts)) == expected


def test_who_unsubscribed_gets_nothing_until_start(client, twin, ear):
    say = f"/twin/phones/{AMINA}/say"
    twin.http.post(say, json={"channel": "sms", "text": " stop "})
    assert ear.wait(1, "/twilio/sms")[0].form["OptOutType"] == "STOP"
    send = lambda: client.messages.create(to=AMINA, from_="21000", body="Hello")  # noqa: E731
    assert refusal(send) == (400, 21610)
    twin.http.post(say, json={"channel": "sms", "text": "START"})
    assert send().sid


def test_outside_the_window_words_fail_later_and_templates_pass(client, twin, ear):
    late = client.messages.create(to=f"whatsapp:{AMINA}", from_=BANK, body="Hello")
    assert late.status == "queued"
    [receipt] = ear.wait(1, "/webhooks/twilio/status")
    assert (receipt.form["MessageStatus"], receipt.form["ErrorCode"]) == ("failed", "63016")
    ear.calls.clear()

    content = client.content.v1.contents.create(
        ContentList.ContentCreateRequest(
            {
                "friendly_name": "money_received",
                "language": "en",
                "variables": {"1": "KES 1.00"},
                "types": {"twilio/text": {"body": "You received {{1}}."}},
            }
        )
    )
    client.content.v1.contents(content.sid).approval_create.create(
        ApprovalCreateList.ContentApprovalRequest({"name": "money", "category": "UTILITY"})
    )
    assert (
        client.content.v1.contents(content.sid).approval_fetch().fetch().whatsapp["status"]
        == "approved"
    )
    client.messages.create(
        to=f"whatsapp:{AMINA}",
        from_=BANK,
        content_sid=content.sid,
        content_variables='{"1": "KES 500.00"}',
    )
    ear.wait(3, "/webhooks/twilio/status")
    thread = twin.http.get(f"/twin/phones/{AMINA}").json()["threads"]["whatsapp"]
    assert thread[-1]["text"] == "You received KES 500.00."
    assert refusal(
        lambda: client.messages.create(
            to=f"whatsapp:{AMINA}", from_=BANK, content_sid=content.sid, content_variables="[1]"
        )
    ) == (400, 21656)


def picker(client, kind, shape):
    made = client.content.v1.contents.create(
        ContentList.ContentCreateRequest(
            {"friendly_name": "menu", "language": "en", "variables": {}, "types": {kind: shape}}
        )
    )
    return made.sid


def test_a_button_is_tapped(client, twin, ear):
    opened(twin, ear)
    sid = picker(
        client,
        "twilio/quick-reply",
        {"body": "{{1}}", "actions": [{"title": "{{2}}", "id": "{{3}}"}]},
    )
    sent = client.messages.create(
        to=f"whatsapp:{AMINA}",
        from_=BANK,
        content_sid=sid,
        content_variables='{"1": "Sure?", "2": "Yes", "3": "yes@7"}',
    )
    order = {"message": sent.sid, "payload": "yes@7", "wait": True}
    assert twin.http.post(f"/twin/phones/{AMINA}/tap", json=order).json()["status"] == 200
    tap = ear.wait(1, "/twilio/whatsapp")[0]
    assert tap.genuine
    assert (tap.form["ButtonPayload"], tap.form["Body"]) == ("yes@7", "Yes")
    assert tap.form["OriginalRepliedMessageSid"] == sent.sid
    order["payload"] = "no@7"
    assert twin.http.post(f"/twin/phones/{AMINA}/tap", json=order).status_code == 409


def test_a_list_row_is_tapped_and_a_list_is_never_approved(client, twin, ear):
    opened(twin, ear)
    rows = [{"item": f"Row {n}", "id": f"row{n}@1", "description": ""} for n in range(4)]
    shape = {"body": "Pick", "button": "Menu", "items": rows}
    sid = picker(client, "twilio/list-picker", shape)
    sent = client.messages.create(to=f"whatsapp:{AMINA}", from_=BANK, content_sid=sid)
    twin.http.post(
        f"/twin/phones/{AMINA}/tap",
        json={"message": sent.sid, "payload": "row2@1", "wait": True},
    )
    tap = ear.wait(1, "/twilio/whatsapp")[0]
    assert (tap.form["ListId"], tap.form["Body"]) == ("row2@1", "Row 2")
    client.content.v1.contents(sid).approval_create.create(
        ApprovalCreateList.ContentApprovalRequest({"name": "menu", "category": "UTILITY"})
    )
    status = client.content.v1.contents(sid).approval_fetch().fetch().whatsapp["status"]
    assert status == "rejected"


def test_a_title_too_long_for_whatsapp_fails(client, twin, ear):
    opened(twin, ear)
    shape = {"body": "Sure?", "actions": [{"title": "x" * 21, "id": "a"}]}
    sid = picker(client, "twilio/quick-reply", shape)
    client.messages.create(to=f"whatsapp:{AMINA}", from_=BANK, content_sid=sid)
    assert ear.wait(1, "/webhooks/twilio/status")[0].form["ErrorCode"] == "63005"


def test_contents_outlive_the_process(client, twin, tmp_path):
    sid = picker(client, "twilio/text", {"body": "Hello"})
    assert Contents(tmp_path / "contents.json", lambda: "").find(sid) is not None


def test_the_list_of_messages_finds_what_never_arrived(client, twin, ear):
    twin.http.post("/twin/faults", json={"down": ["twilio"]})
    twin.http.post(
        f"/twin/phones/{AMINA}/say", json={"channel": "whatsapp", "text": "are you there"}
    )
    assert ear.calls == []
    twin.http.post("/twin/faults", json={"down": []})
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    [found] = client.messages.list(to=BANK, date_sent_after=hour_ago)
    assert (found.body, found.direction, found.status) == ("are you there", "inbound", "received")
    assert client.messages.list(date_sent_before=hour_ago) == []
    assert client.messages(found.sid).fetch().body == "are you there"


def test_pages_of_the_list(client, twin, ear):
    for n in range(5):
        client.messages.create(to=AMINA, from_="21000", body=f"m{n}")
    assert [m.body for m in client.messages.list(page_size=2)] == ["m4", "m3", "m2", "m1", "m0"]


def test_faults_have_real_codes(client, twin, ear):
    send = lambda: client.messages.create(to=AMINA, from_="21000", body="Hello")  # noqa: E731
    twin.http.post("/twin/faults", json={"fail": "20429"})
    assert refusal(send) == (429, 20429)
    twin.http.post("/twin/faults", json={"fail": "30003"})
    send()
    receipt = ear.wait(1, "/webhooks/twilio/status")[0]
    assert (receipt.form["MessageStatus"], receipt.form["ErrorCode"]) == ("undelivered", "30003")
    twin.http.post("/twin/faults", json={"fail": "", "down": ["twilio"]})
    assert refusal(send) == (503, 20503)
    assert twin.http.post("/twin/faults", json={"delay": 900}).status_code == 400
    assert twin.http.post("/twin/faults", json={"nonsense": 1}).status_code == 400


def test_a_picture_lies_behind_a_password_and_a_redirect(twin, ear):
    order = {"content_type": "image/png", "content": base64.b64encode(b"\x89PNG").decode()}
    twin.http.post(f"/twin/phones/{AMINA}/photo", json=order)
    form = ear.wait(1, "/twilio/whatsapp")[0].form
    assert (form["NumMedia"], form["MediaContentType0"]) == ("1", "image/png")
    url = form["MediaUrl0"]
    assert httpx.get(url).status_code == 401
    key = (twin.settings.twilio_account_sid, twin.settings.twilio_auth_token)
    moved = httpx.get(url, auth=key)
    assert moved.status_code == 302
    assert httpx.get(moved.headers["location"]).content == b"\x89PNG"
    assert httpx.get(url.replace("/ME", "/MEx"), auth=key).status_code == 404
