"""What breaks again and again is laid aside: seen, never for ever, never in the way of the rest."""

from dataclasses import replace

import pytest

from bot import app as apps
from bot import callbacks, hub, parking, webhooks
from bot.turn import Turn
from channels.africastalking_ussd import AfricasTalkingUssd
from channels.message import Receipt
from channels.twilio_sms import TwilioSms
from core.crm import messages, parked
from flows.send_money import SendMoney
from tests.support.keys import KEYS
from tests.support.town import AMINA, BRIAN, PIN

AT = KEYS.token(AMINA, kind="address")


def breaks(*_, **__):
    raise ZeroDivisionError("+254712000001 said 4321")


def items(house, kind=None):
    with house.unit() as unit:
        return parked.listed(unit, kind=kind)


def value(house, sql, **facts):
    with house.unit() as unit:
        return unit.value(sql, **facts)


@pytest.fixture
def post(house, settings):
    """Post a form of Twilio's, signed."""
    from twilio.request_validator import RequestValidator

    client = apps.build(house=house).test_client()

    def knock(path, form):
        url = f"{settings.public_base_url}{path}"
        signed = RequestValidator(settings.twilio_auth_token).compute_signature(url, form)
        return client.post(path, data=form, headers={"X-Twilio-Signature": signed})

    knock.client = client
    return knock


SMS = {
    "MessageSid": "SM" + "7" * 32, "AccountSid": "AC1", "From": AMINA, "To": "21000",
    "Body": "BAL", "NumMedia": "0",
}  # fmt: skip
RECEIPT = {"MessageSid": "SM" + "5" * 32, "MessageStatus": "delivered", "To": AMINA}


def test_a_turn_that_breaks_is_parked_once_told_once_and_nothing_of_it_is_personal(
    house, phone, monkeypatch
):
    amina = phone("sms", AMINA)
    for word in ("SEND 10 0712000002", "yes"):
        amina.say(word)
    monkeypatch.setattr(SendMoney, "send", breaks)
    assert "nothing was done" in amina.say(PIN)
    for _ in range(4):
        assert amina.again() == ""
    (one,) = items(house)
    assert (one.kind, one.reason, one.attempts, one.facts["told"]) == (
        "message", "ZeroDivisionError", 1, "yes",
    )  # fmt: skip
    assert "tests/bot/test_parked.py" in one.trace and "breaks" in one.trace
    kept = f"{one.reason} {one.trace} {one.facts}"
    assert not any(secret in kept for secret in ("712000001", "4321", "Amina"))
    assert value(house, "select state from inbox where correlation = %(c)s", c=one.correlation) == (
        "failed"
    )


def test_a_conversation_that_breaks_every_message_starts_afresh(house, phone, monkeypatch):
    amina = phone("sms", AMINA)
    amina.say("SEND 10 0712000002")
    with monkeypatch.context() as broken:
        broken.setattr(Turn, "_told", breaks)
        amina.say("what")
        assert value(house, "select flow from conversations where address = %(a)s and"
                     " channel = 'sms'", a=AT) == "send_money"  # fmt: skip
        amina.say("why")
    assert "12,400" in amina.say("BAL")
    assert value(house, "select flow from conversations where address = %(a)s and channel = 'sms'",
                 a=AT) != "send_money"  # fmt: skip


def test_what_cannot_even_be_apologised_for_is_delivered_again_a_few_times_and_no_more(
    house, post, monkeypatch
):
    monkeypatch.setattr(Turn, "take", breaks)
    monkeypatch.setattr(Turn, "apologise", breaks)
    assert [post("/webhooks/twilio/sms", SMS).status_code for _ in range(4)] == [503, 503, 200, 200]
    (one,) = items(house)
    assert (one.kind, one.attempts, one.facts) == ("message", 3, {"channel": "sms", "told": "no"})
    assert value(house, "select state from inbox") == "failed"
    monkeypatch.undo()
    assert post("/webhooks/twilio/sms", {**SMS, "MessageSid": "SM" + "8" * 32}).status_code == 200
    assert value(house, "select count(*) from outbox where language is null") == 1


def test_a_receipt_that_breaks_is_parked_and_can_be_noted_later(house, post, phone, monkeypatch):
    phone("sms", BRIAN).say("BAL")
    with house.unit() as unit:
        unit.run("update messages set provider_message_id = %(sid)s, status = 'sent'"
                 " where not is_inbound", sid=RECEIPT["MessageSid"])  # fmt: skip
    with monkeypatch.context() as broken:
        broken.setattr(messages, "receive", breaks)
        for _ in range(2):
            assert post("/webhooks/twilio/status", RECEIPT).status_code == 200
    (one,) = items(house, "receipt")
    assert (one.attempts, one.facts["status"]) == (2, "delivered")
    from core.crm import mending

    with house.unit() as unit:
        assert mending.retry(unit, one, by="wanjiru") == "noted"
    assert items(house) == []
    assert value(house, "select status from messages where not is_inbound") == "delivered"


@pytest.mark.parametrize("code", ["unknown_status", ""])
def test_a_call_that_cannot_be_read_is_parked_by_where_it_breaks(house, post, monkeypatch, code):
    monkeypatch.setattr(TwilioSms, "read", breaks)
    for _ in range(3):
        assert post("/webhooks/twilio/sms", {**SMS, "Body": code}).status_code == 500
    (one,) = items(house)
    assert (one.kind, one.attempts) == ("webhook", 3)
    assert one.key.startswith("twilio/sms tests/bot/test_parked.py:")


def test_a_press_that_cannot_be_read_is_answered_all_the_same(house, post, settings, monkeypatch):
    monkeypatch.setattr(AfricasTalkingUssd, "read", breaks)
    answer = post.client.post(
        f"/webhooks/africastalking/{settings.at_webhook_secret}/ussd",
        data={"sessionId": "s", "phoneNumber": AMINA, "text": ""},
    )
    assert (answer.status_code, answer.text[:4]) == (200, "END ")
    assert len(items(house)) == 1


def test_one_answer_that_breaks_holds_up_no_other(house, phone, clock, monkeypatch):
    amina, brian = phone("sms", AMINA), phone("sms", BRIAN)
    for one in (amina, brian):
        one.say("SEND 10 0799123456")
    resume = Turn.resume

    def one_breaks(self, *given, **facts):
        if self.event.address == AMINA:
            raise ZeroDivisionError
        return resume(self, *given, **facts)

    monkeypatch.setattr(Turn, "resume", one_breaks)
    clock.pass_(seconds=10)
    assert hub.expire_calls(house) == 2
    assert hub.expire_calls(house) == 0
    assert "nothing was done" in amina.inbox()[-1]
    assert len(brian.inbox()) == 1
    (parked_call,) = items(house)
    assert parked_call.kind == "call"


def test_an_answer_that_cannot_be_apologised_for_is_given_up_in_the_end(
    house, phone, clock, monkeypatch
):
    phone("sms", AMINA).say("SEND 10 0799123456")
    monkeypatch.setattr(Turn, "resume", breaks)
    monkeypatch.setattr(Turn, "apologise", breaks)
    clock.pass_(seconds=10)
    for _ in range(4):
        assert hub.expire_calls(house) == 0
    assert value(house, "select count(*) from inbox where state = 'calling'") == 0
    assert items(house)[0].attempts == 3


def test_metrics_and_health_tell_what_is_parked(house, post):
    with pytest.raises(ZeroDivisionError) as broken:
        breaks()
    for times in (1, 2):
        assert parking.park(house, "chore", "purge", broken.value) == times
    health = post.client.get("/api/health")
    assert (health.status_code, health.json["status"]) == (200, "degraded")
    assert health.json["parts"]["parked"]["error"] == "1 chore"
    assert 'wekeza_parked_items{kind="chore"} 1.0' in post.client.get("/metrics").text


def test_what_is_parked_is_read_page_by_page(house, clock):
    error = ZeroDivisionError()
    for number in range(7):
        parking.park(house, "job", f"job {number}", error)
        clock.pass_(seconds=number % 2)
    with house.unit() as unit:
        pages, after = [], None
        while page := parked.listed(unit, after=after, limit=3):
            pages.append([one.key for one in page])
            after = page[-1].id
    assert [len(page) for page in pages] == [3, 3, 1]
    assert sorted(key for page in pages for key in page) == [f"job {n}" for n in range(7)]


def test_a_books_that_are_away_park_nothing_and_break_nothing(house, monkeypatch):
    from sqlalchemy import exc

    def away(*_):
        raise exc.TimeoutError

    monkeypatch.setattr(parked, "put", away)
    assert parking.park(house, "chore", "purge", ZeroDivisionError()) == 0


def test_a_receipt_that_breaks_its_batch_hurts_no_other(house, phone, monkeypatch):
    phone("sms", BRIAN).say("BAL")
    good = Receipt("twilio", "SM" + "1" * 32, "delivered")
    bad = replace(good, message_id="poison")
    receive = messages.receive

    def picky(unit, receipts):
        if any(one.message_id == "poison" for one in receipts):
            raise ZeroDivisionError
        return receive(unit, receipts)

    monkeypatch.setattr(messages, "receive", picky)
    app = apps.build(house=house)
    with app.app_context():
        for one in (bad, good):
            webhooks._note(house, one)
    assert value(house, "select count(*) from receipts") == 1
    assert [one.kind for one in items(house)] == ["receipt"]
    assert callbacks.NOTE_SECONDS < 10
