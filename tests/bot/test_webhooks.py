"""The front doors over HTTP, knocked on with Twilio's own signature."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from twilio.request_validator import RequestValidator

from bot import app as apps
from tests.support import unsealed
from tests.support.town import AMINA, PIN

SID = "SM00000000000000000000000000000001"


@pytest.fixture
def client(house):
    return apps.build(house=house).test_client()


@pytest.fixture
def signed(client, settings):
    """Post a form as Twilio would, signed; ``token`` may be somebody else's."""

    def post(path, form, *, token=settings.twilio_auth_token, headers=None, changed=None):
        url = f"{settings.public_base_url}{path}"
        signature = RequestValidator(token).compute_signature(url, form)
        sent = {"X-Twilio-Signature": signature} if headers is None else headers
        return client.post(path, data=changed or form, headers=sent)

    return post


def whatsapp(text, sid=SID, **more):
    return {
        "MessageSid": sid, "AccountSid": "AC1", "From": f"whatsapp:{AMINA}",
        "To": "whatsapp:+254700000100", "Body": text, "NumMedia": "0", **more,
    }  # fmt: skip


def rows(house, table):
    with house.unit() as unit:
        return unit.value(f"select count(*) from {table}")


def test_a_signed_message_is_acknowledged_and_answered_through_the_outbox(house, signed):
    answer = signed("/webhooks/twilio/whatsapp", whatsapp("BAL"))
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert "<Message" not in answer.text
    with house.unit() as unit:
        [owed] = unsealed.outbox(unit)
    assert "12,400" in owed.payload["reply"]["text"]


def test_fields_nobody_announced_are_part_of_the_signature(signed):
    form = whatsapp("BAL", Brand="new", ChannelMetadata='{"type":"whatsapp"}')
    assert signed("/webhooks/twilio/whatsapp", form).status_code == 200


@pytest.mark.parametrize(
    "how",
    [
        {"token": "somebody-elses-token"},
        {"headers": {}},
        {"headers": {"X-Twilio-Signature": ""}},
        {"changed": whatsapp("SEND 5000 0712000002")},
    ],
)
def test_a_call_that_is_not_twilios_gets_403_and_changes_nothing(house, signed, how):
    assert signed("/webhooks/twilio/whatsapp", whatsapp("BAL"), **how).status_code == 403
    assert rows(house, "inbox") == rows(house, "conversations") == rows(house, "messages") == 0


def test_json_without_its_hash_in_the_address_gets_403(client):
    answer = client.post(
        "/webhooks/twilio/whatsapp", json={"From": AMINA}, headers={"X-Twilio-Signature": "x"}
    )
    assert answer.status_code == 403


def test_ten_deliveries_at_once_give_one_posting_and_one_reply(house, signed, settings):
    for number, text in enumerate(("SEND 500 0712000002", "yes")):
        signed("/webhooks/twilio/whatsapp", whatsapp(text, f"SM{number:032}"))
    replies, postings = rows(house, "outbox"), rows(house, "transactions")
    form = whatsapp(PIN, "SM" + "9" * 32)
    doors = [apps.build(house=house).test_client() for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda door: deliver(door, settings, form).status_code, doors))
    assert answers == [200] * 10
    assert rows(house, "transactions") == postings + 1
    assert rows(house, "outbox where language is null") == replies + 1


def deliver(door, settings, form):
    path = "/webhooks/twilio/whatsapp"
    signature = RequestValidator(settings.twilio_auth_token).compute_signature(
        settings.public_base_url + path, form
    )
    return door.post(path, data=form, headers={"X-Twilio-Signature": signature})


def test_a_receipt_moves_a_message_up_and_never_down(house, signed):
    signed("/webhooks/twilio/whatsapp", whatsapp("BAL"))
    with house.unit() as unit:
        unit.run(
            "update messages set status = 'sending', provider_message_id = %(sid)s"
            " where not is_inbound",
            sid="SM" + "5" * 32,
        )
    for status in ("delivered", "read", "sent", "delivered"):
        form = {"MessageSid": "SM" + "5" * 32, "MessageStatus": status, "To": f"whatsapp:{AMINA}"}
        assert signed("/webhooks/twilio/status", form).status_code == 200
    assert rows(house, "messages where status = 'read' and delivered_at is not null") == 1
    assert rows(house, "whatsapp_messages where is_inbound = false and read_at is not null") == 1


def test_a_photo_is_noted_to_be_fetched_and_kept(house, signed):
    form = whatsapp(
        "", NumMedia="1", MediaUrl0="https://api.twilio.com/photo", MediaContentType0="image/jpeg"
    )
    assert signed("/webhooks/twilio/whatsapp", form).status_code == 200
    assert rows(house, "media where state = 'waiting' and content_type = 'image/jpeg'") == 1


def test_stop_that_twilio_has_answered_is_noted_and_not_answered(house, signed):
    assert signed("/webhooks/twilio/sms", {
        "MessageSid": SID, "From": AMINA, "To": "21000", "Body": "STOP", "OptOutType": "STOP",
    }).status_code == 200  # fmt: skip
    assert rows(house, "addresses where channel = 'sms' and opted_out_at is not null") == 1
    assert rows(house, "outbox") == 0


def test_a_dial_is_answered_in_plain_text_from_byte_0(client, settings):
    form = {"sessionId": "s", "serviceCode": "*384*100#", "phoneNumber": AMINA, "text": ""}
    path = f"/webhooks/africastalking/{settings.at_webhook_secret}/ussd"
    answer = client.post(path, data=form)
    assert answer.mimetype == "text/plain"
    assert answer.data.startswith(b"CON ")
    assert len(answer.text) <= 160
    assert client.post(path, data=form).data == answer.data


def test_a_dial_without_the_secret_gets_403(client, house):
    form = {"sessionId": "s", "serviceCode": "*384*100#", "phoneNumber": AMINA, "text": ""}
    assert client.post("/webhooks/africastalking/guessed/ussd", data=form).status_code == 403
    assert rows(house, "inbox") == 0


@pytest.mark.parametrize("form", [{}, {"text": "1"}, {"phoneNumber": "x", "sessionId": "y"}])
def test_a_dial_that_makes_no_sense_ends_the_session(client, settings, form):
    path = f"/webhooks/africastalking/{settings.at_webhook_secret}/ussd"
    answer = client.post(path, data=form)
    assert (answer.status_code, answer.data[:4]) == (200, b"END ")


def test_pages_carry_the_headers_that_protect_them(client):
    headers = client.get("/api/health/db").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_errors_under_api_are_problem_details(client):
    answer = client.get("/api/nothing")
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == 404
