"""The official Africa's Talking SDK against the twin, and its USSD gateway."""

import africastalking
import httpx
import pytest
from africastalking.Service import AfricasTalkingException

from bot.simulator.driver import NotAnswered, Phone

NEEMA = "+255712000003"
USSD = "/webhooks/africastalking/path-secret-of-the-tests/ussd"


@pytest.fixture
def sms(twin):
    africastalking.initialize(twin.settings.at_username, twin.settings.at_api_key)
    service = africastalking.SMS
    service._baseUrl = f"{twin.url}/version1"
    return service


def test_a_text_message_is_taken_and_reported(sms, twin, ear):
    answer = sms.send("Habari", [NEEMA], "WEKEZA")["SMSMessageData"]
    [taken] = answer["Recipients"]
    assert (taken["statusCode"], taken["status"], taken["number"]) == (101, "Sent", NEEMA)
    reports = ear.wait(2, "/path-secret-of-the-tests/delivery")
    assert [r.form["status"] for r in reports] == ["Sent", "Success"]
    assert {r.form["id"] for r in reports} == {taken["messageId"]}
    assert reports[0].form["networkCode"] == "64004"


def test_a_wrong_key_is_plain_text(sms, twin):
    twin.settings.at_api_key = "wrong"
    africastalking.initialize("sandbox", "wrong")
    africastalking.SMS._baseUrl = f"{twin.url}/version1"
    with pytest.raises(AfricasTalkingException, match="authentication is invalid"):
        africastalking.SMS.send("Habari", [NEEMA])


def test_refusals_have_their_codes(sms, twin, ear):
    def code():
        return sms.send("x", [NEEMA])["SMSMessageData"]["Recipients"][0]["statusCode"]

    twin.http.post("/twin/faults", json={"fail": "405"})
    assert code() == 405
    twin.http.post("/twin/faults", json={"fail": ""})
    twin.http.post(f"/twin/phones/{NEEMA}/opt-out", json={})
    assert code() == 406
    assert ear.wait(1, "/optout")[0].form["phoneNumber"] == NEEMA
    assert sms.send("x", [NEEMA], "NOBODY")["SMSMessageData"]["Recipients"] == []


def test_a_failed_delivery_is_reported(sms, twin, ear):
    twin.http.post("/twin/faults", json={"fail": "AbsentSubscriber"})
    sms.send("x", [NEEMA])
    report = ear.wait(1, "/delivery")[0].form
    assert (report["status"], report["failureReason"]) == ("AbsentSubscriber", "UserNotReachable")


def test_a_message_is_repeated_until_it_is_taken(twin, ear):
    ear.answer = lambda call: ("", 500 if len(ear.at("/sms")) < 2 else 200)
    twin.http.post(f"/twin/phones/{NEEMA}/say", json={"channel": "sms", "text": "SALIO"})
    first, second = ear.wait(2, "/path-secret-of-the-tests/sms")
    assert first.form == second.form
    assert (first.form["text"], first.form["to"]) == ("SALIO", "21000")


def ussd(ear, *screens):
    shown = iter(screens)
    ear.answer = lambda call: (next(shown), 200) if call.path == USSD else ("", 200)


def session(twin):
    return twin.http.get(f"/twin/phones/{NEEMA}").json()["session"]


def hand(twin, act, **order):
    return twin.http.post(f"/twin/phones/{NEEMA}/{act}", json={**order, "wait": True})


def test_a_session_repeats_every_earlier_answer(twin, ear):
    ussd(ear, "CON Menu", "CON Amount?", "END Done")
    hand(twin, "dial")
    hand(twin, "press", keys="1")
    hand(twin, "press", keys="500")
    assert [c.form["text"] for c in ear.at(USSD)[:3]] == ["", "1", "1*500"]
    assert len({c.form["sessionId"] for c in ear.at(USSD)[:3]}) == 1
    end = ear.wait(1, "/ussd-end")[0].form
    assert (end["status"], end["hopsCount"]) == ("Success", "3")
    shown = session(twin)
    assert (shown["text"], shown["open"]) == ("Done", False)
    assert hand(twin, "press", keys="1").status_code == 409


@pytest.mark.parametrize("body", ["", "Hello", " CON Menu", "con Menu"])
def test_an_answer_that_is_none_breaks_the_session(twin, ear, body):
    ussd(ear, body)
    hand(twin, "dial")
    assert session(twin)["note"] == "Connection problem or invalid MMI code."
    assert ear.wait(1, "/ussd-end")[0].form["status"] == "Failed"


def test_a_dropped_line_ends_the_session(twin, ear):
    ussd(ear, "CON Menu")
    hand(twin, "dial")
    twin.http.post(f"/twin/phones/{NEEMA}/drop", json={})
    assert session(twin)["open"] is False
    assert ear.wait(1, "/ussd-end")[0].form["status"] == "Failed"


def test_the_line_drops_while_the_bank_works(twin, ear):
    ussd(ear, "CON PIN?", "END Sent")
    hand(twin, "dial")
    twin.http.post(f"/twin/phones/{NEEMA}/lose-next", json={})
    answer = hand(twin, "press", keys="4321").json()
    assert answer["body"] == "END Sent"
    assert session(twin)["text"] == ""
    assert "dropped" in session(twin)["note"]


def test_a_session_ends_after_thirty_idle_seconds(twin, ear, twin_clock):
    ussd(ear, "CON Menu", "CON never")
    hand(twin, "dial")
    twin_clock.ahead = 31
    assert hand(twin, "press", keys="1").status_code == 409
    assert "timed out" in session(twin)["note"]


def test_nothing_typed_is_shown(twin, ear):
    ussd(ear, "CON PIN?", "END Sent")
    hand(twin, "dial")
    hand(twin, "press", keys="4321")
    assert "4321" not in twin.http.get(f"/twin/phones/{NEEMA}").text


def test_the_driver_walks_a_session_by_itself(twin, ear):
    ussd(ear, "CON Menu", "END Bye", "oops")
    with Phone("ussd", NEEMA, ear.url, twin.settings) as phone:
        assert phone.dial().text == "Menu"
        assert phone.press("1").ends
        with pytest.raises(NotAnswered):
            phone.dial()
        phone.hang_up()
    assert ear.wait(1, "/ussd-end")[0].form["status"] == "Incomplete"


def test_another_banks_register_answers(twin):
    url = f"{twin.url}/gsma/accounts/msisdn/+254733000009/accountname"
    assert httpx.get(url).json()["name"]["fullName"] == "Jane 009"
    twin.http.post("/twin/faults", json={"down": ["bank"]})
    assert httpx.get(url).status_code == 503
