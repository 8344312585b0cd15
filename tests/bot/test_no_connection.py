"""Every connection is in use: nobody waits for long, everybody is told, and nothing is lost."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine
from twilio.request_validator import RequestValidator

from bot import app as apps
from bot import hub
from tests.support.hurry import in_time
from tests.support.town import AMINA, FATOU, NEEMA, Phone


@contextmanager
def exhausted(engine: Engine) -> Iterator[None]:
    """Every connection is in use."""
    held = [engine.connect() for _ in range(engine.pool.size())]
    try:
        yield
    finally:
        for one in held:
            one.close()


@pytest.mark.parametrize(
    ("address", "words"), [(AMINA, "nothing was done"), (NEEMA, "hakuna"), (FATOU, "rien n'a")]
)
def test_without_a_connection_ussd_is_told_in_the_customers_likely_language(
    make_house, address, words
):
    house = make_house()
    with exhausted(house.engine), in_time():
        told = Phone(house, "ussd", address).dial()
    assert told.startswith("END ") and words in told
    assert Phone(house, "ussd", address, count=5).dial().startswith("CON "), "well again at once"


def test_the_language_somebody_spoke_last_is_remembered(make_house):
    house = make_house()
    amina = Phone(house, "sms", AMINA)
    amina.say("BAL")
    amina.say("kiswahili")
    hub.likely.note(AMINA, "sw")
    with exhausted(house.engine):
        assert "hakuna" in Phone(house, "ussd", AMINA).dial()
    hub.likely.note(AMINA, "en")


def test_without_a_connection_a_message_and_a_receipt_are_asked_for_again(make_house, settings):
    house = make_house()
    client = apps.build(house=house).test_client()

    def post(path, form):
        url = f"{settings.public_base_url}{path}"
        signed = RequestValidator(settings.twilio_auth_token).compute_signature(url, form)
        return client.post(path, data=form, headers={"X-Twilio-Signature": signed})

    sid = "SM" + "0" * 31
    said = {
        "MessageSid": f"{sid}1", "AccountSid": "AC1", "From": AMINA, "To": "21000", "Body": "BAL",
        "NumMedia": "0",
    }  # fmt: skip
    receipt = {"MessageSid": f"{sid}2", "MessageStatus": "delivered", "To": AMINA}
    with exhausted(house.engine):
        for path, form in (("/webhooks/twilio/sms", said), ("/webhooks/twilio/status", receipt)):
            answer = post(path, form)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
        health = client.get("/api/health/db")
        assert (health.status_code, health.json["status"]) == (200, "degraded")
    assert client.get("/api/health/db").json["status"] == "up"
    assert post("/webhooks/twilio/sms", said).status_code == 200
    assert len(Phone(house, "sms", AMINA).inbox()) == 1
    assert 'why="TimeoutError"' in client.get("/metrics").text
