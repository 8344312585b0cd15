"""What the twin's phones keep, show and hide."""

import time

import pytest

from bot import sim_notices
from bot.commands.handset import Handset
from bot.simulator.driver import NotAnswered, Phone
from bot.simulator.twin.exchange import masked, may_be_secret
from bot.simulator.twin.faults import Faults, Plan
from bot.simulator.wire import Accounts, Wire

AMINA = "+254712000001"


def say(twin, text, channel="whatsapp", **more):
    order = {"channel": channel, "text": text, **more}
    return twin.http.post(f"/twin/phones/{AMINA}/say", json=order)


def thread(twin, channel="whatsapp"):
    return twin.http.get(f"/twin/phones/{AMINA}").json()["threads"][channel]


def test_messages_of_one_phone_arrive_in_order(twin, ear):
    for n in range(30):
        say(twin, f"m{n}")
    assert [c.form["Body"] for c in ear.wait(30)] == [f"m{n}" for n in range(30)]
    assert all(call.genuine for call in ear.calls)


def test_sent_twice_is_the_very_same_call(twin, ear):
    say(twin, "Hi", twice=True)
    first, second = ear.wait(2)
    assert (first.form, first.headers) == (second.form, second.headers)
    twin.http.post(f"/twin/phones/{AMINA}/again", json={"channel": "whatsapp", "wait": True})
    assert ear.calls[2].form == first.form


def test_a_forged_call_fails_the_check_and_ticks_the_tour(twin, ear):
    ear.answer = lambda call: ("", 200 if call.genuine else 403)
    say(twin, "Hi", wait=True)
    order = {"channel": "whatsapp", "forged": True, "wait": True}
    answer = twin.http.post(f"/twin/phones/{AMINA}/again", json=order).json()
    assert answer["status"] == 403
    assert twin.http.get("/twin/state").json()["tried"] == ["forged"]


def test_a_secret_is_hidden_until_the_bank_says_what_it_was(twin, ear):
    say(twin, "4321")
    say(twin, "SEND 500 0712000002")
    say(twin, "hello")
    assert [b["text"] for b in thread(twin)] == ["****", "****", "hello"]
    phones = twin.desk.exchange.phones
    phones.reveal(AMINA, "whatsapp", "****")
    phones.reveal(AMINA, "whatsapp", "SEND 500 0712000002")
    assert [b["text"] for b in thread(twin)] == ["****", "SEND 500 0712000002", "hello"]
    assert "4321" not in repr(list(phones._phones.values()))


@pytest.mark.parametrize("text", ["4321", "PIN 4321", "4 3 2 1", "43-21"])
def test_what_may_be_a_secret(text):
    assert may_be_secret(text)
    assert "****" in masked(text)


def test_phone_numbers_and_choices_are_no_secret():
    assert not may_be_secret("1")
    assert not may_be_secret("SEND 500 to Brian")
    assert masked("1*2*0712000002*500*4321") == "1*2*0712000002*500*****"


def test_curl_shows_no_secret(twin_settings):
    wire = Wire(Accounts.of(twin_settings))
    letter = wire.ussd(AMINA, session="s", code="*384*100#", text="1*4321")
    shown = letter.curl({"text": masked("1*4321")})
    assert "4321" not in shown
    assert twin_settings.at_webhook_secret not in shown
    assert twin_settings.at_webhook_secret not in repr(letter)
    assert "4321" not in repr(letter)


def test_only_watched_phones_are_told_of(twin):
    told = []
    phones = twin.desk.exchange.phones
    phones._tell = lambda kind, **facts: told.append((kind, facts["phone"]))
    twin.http.get("/twin/state", params={"phones": AMINA})
    phones.tell(AMINA, "bubble")
    phones.tell("+254799999999", "bubble")
    assert told == [("bubble", AMINA)]


def test_orders_come_as_json_only(twin):
    assert twin.http.post(f"/twin/phones/{AMINA}/say", data={"text": "x"}).status_code == 415
    assert twin.http.post(f"/twin/phones/{AMINA}/say", json={"text": "x"}).status_code == 400
    assert twin.http.post(f"/twin/phones/{AMINA}/fly", json={}).status_code == 404


def test_one_seed_one_sequence_of_accidents():
    def run(seed):
        faults = Faults(seed)
        faults.plan = Plan().changed({"duplicate": 0.5, "delay": 2})
        return [(faults.twice(), faults.hold()) for _ in range(20)]

    assert run(7) == run(7) != run(8)


def test_accidents_happen_to_messages(twin, ear):
    twin.http.post("/twin/faults", json={"duplicate": 1})
    say(twin, "Hi")
    first, second = ear.wait(2)
    assert first.form == second.form
    twin.http.post("/twin/faults", json={"reset": True})
    twin.http.post("/twin/faults", json={"reorder": 1})
    say(twin, "first")
    twin.http.post("/twin/faults", json={"reorder": 0})
    say(twin, "second")
    assert [c.form["Body"] for c in ear.wait(4)][2:] == ["second", "first"]


def test_the_driver_hears_what_the_bank_says(twin, ear):
    with Phone("sms", AMINA, ear.url, twin.settings) as phone:
        assert phone.say("BAL") == 200
        assert ear.calls[0].genuine
        assert phone.again().status_code == 200
        assert ear.calls[0].form == ear.calls[1].form
        assert phone.heard() == []


def test_a_phone_in_the_terminal_is_answered_freely(twin, ear, monkeypatch):
    """WhatsApp lets a bank write freely only to whom it knows to have written."""
    monkeypatch.setattr("bot.commands.handset.FIRST_ANSWER", 0)
    with Phone("whatsapp", AMINA, ear.url, twin.settings) as phone:
        assert not twin.desk.downlink.in_window(AMINA)
        assert Handset(phone).say("Hi") == ""
        assert [call.genuine for call in ear.calls] == [True]
        assert twin.desk.downlink.in_window(AMINA)
        ear.answer = lambda _: ("", 403)
        with pytest.raises(NotAnswered, match="403"):
            Handset(phone).say("Hi")


def test_three_hundred_callbacks_a_second(twin, ear):
    count = 900
    orders = [
        {"address": f"+2547120{n:05}", "channel": "whatsapp", "text": "Hi"} for n in range(count)
    ]
    began = time.monotonic()
    twin.http.post("/twin/say", json={"messages": orders})
    ear.wait(count, seconds=30)
    rate = count / (time.monotonic() - began)
    # The ear runs in this very process, so the twin alone is faster than this shows.
    print(f"{rate:.0f} callbacks/s")
    assert rate > 100


def test_another_sim_is_told_to_the_bank_as_networks_tell_it(twin, ear):
    """The bank reads what the twin posts, by the path that only the network knows."""
    twin.http.post(f"/twin/phones/{AMINA}/swap-sim", json={}).raise_for_status()
    twin.http.post(f"/twin/phones/{AMINA}/swap-sim", json={}).raise_for_status()
    told = ear.wait(2, "/webhooks/sim/")
    assert {call.path for call in told} == {f"/webhooks/sim/{twin.settings.sim_webhook_secret}"}
    first, second = (sim_notices.read(call.json) for call in told)
    assert first is not None and second is not None
    assert first.phone == AMINA
    assert first.id != second.id
