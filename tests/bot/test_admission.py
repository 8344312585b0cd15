"""Who is heard, who waits and who is turned away: one contact never takes what others need."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, Event, Lock

import pytest
from twilio.request_validator import RequestValidator

from bot import app as apps
from bot import hub
from bot.admission import Admission, TurnedAway
from tests.support.town import AMINA, BRIAN, PROVIDERS, Phone
from tests.support.until import until


def line(**given: object) -> Admission:
    facts = {"running": 2, "waiting": 3, "contact_waiting": 2, "wait_seconds": 20.0} | given
    return Admission(**facts)


class Busy:
    """Turns that last until they are told to end."""

    def __init__(self, admission: Admission) -> None:
        self.admission, self.done, self.heard = admission, Event(), list[str]()
        self._lock = Lock()
        self.pool = ThreadPoolExecutor(32)

    def begin(self, contact: str, message: str, *, again: bool = True):
        def take() -> str:
            try:
                with self.admission.turn(contact, message, again=again):
                    with self._lock:
                        self.heard.append(message)
                    assert self.done.wait(20)
            except TurnedAway as away:
                return f"{away.why} in hand" if away.in_hand else away.why
            return "heard"

        return self.pool.submit(take)

    def end(self) -> None:
        self.done.set()
        self.pool.shutdown()


@pytest.fixture
def busy():
    made: list[Busy] = []

    def make(**given: object) -> Busy:
        made.append(Busy(line(**given)))
        return made[-1]

    yield make
    for one in made:
        one.end()


def test_so_many_run_so_many_wait_and_the_next_is_told_at_once(busy):
    turns = busy()
    begun = [turns.begin(f"contact {n}", f"m{n}") for n in range(5)]
    until(lambda: len(turns.heard) == 2 and turns.admission.waiting == 3)
    assert turns.admission.is_full
    assert turns.begin("one more", "m6").result(20) == "full"
    turns.done.set()
    assert [one.result(20) for one in begun] == ["heard"] * 5
    assert turns.begin("one more", "m6").result(20) == "heard"
    assert turns.admission.waiting == 0


def test_one_contact_runs_one_turn_and_leaves_the_rest_to_others(busy):
    turns = busy()
    flood = [turns.begin("flood", f"f{n}") for n in range(2)]
    until(lambda: turns.admission.waiting == 1)
    other = turns.begin("somebody", "m1")
    until(lambda: len(turns.heard) == 2)
    assert set(turns.heard) == {"f0", "m1"} or set(turns.heard) == {"f1", "m1"}
    turns.done.set()
    assert [one.result(20) for one in (*flood, other)] == ["heard"] * 3


def test_messages_of_one_contact_are_heard_in_the_order_they_came(busy):
    turns = busy(waiting=20, contact_waiting=10)
    for n in range(8):
        turns.begin("one", f"m{n}")
        until(lambda n=n: turns.admission.waiting == n and turns.heard)
    turns.done.set()
    until(lambda: len(turns.heard) == 8)
    assert turns.heard == [f"m{n}" for n in range(8)]


def test_what_was_turned_away_is_heard_first_when_it_is_delivered_again(busy):
    turns = busy(contact_waiting=1)
    for n in range(2):
        turns.begin("flood", f"m{n}")
        until(lambda n=n: turns.admission.waiting == n and turns.heard)
    assert turns.begin("flood", "m2").result(20) == "flood"
    assert turns.begin("flood", "m3").result(20) == "order"
    turns.done.set()
    until(lambda: len(turns.heard) == 2)
    assert turns.begin("flood", "m4").result(20) == "order"
    assert turns.begin("flood", "m3").result(20) == "order"
    assert [turns.begin("flood", f"m{n}").result(20) for n in (2, 3, 4, 5)] == ["heard"] * 4
    assert turns.heard == [f"m{n}" for n in range(6)]


def test_nobody_waits_for_ever_for_what_is_never_delivered_again(busy):
    turns = busy(contact_waiting=1, hold_seconds=0.0)
    for n in range(2):
        turns.begin("flood", f"m{n}")
        until(lambda n=n: turns.admission.waiting == n and turns.heard)
    assert turns.begin("flood", "m2").result(20) == "flood"
    turns.done.set()
    until(lambda: len(turns.heard) == 2)
    assert turns.begin("flood", "m3").result(20) == "heard"


def test_a_press_that_was_turned_away_keeps_no_later_one_out(busy):
    turns = busy(contact_waiting=1)
    for n in range(2):
        turns.begin("ussd", f"m{n}", again=False)
        until(lambda n=n: turns.admission.waiting == n and turns.heard)
    assert turns.begin("ussd", "m2", again=False).result(20) == "flood"
    turns.done.set()
    until(lambda: len(turns.heard) == 2)
    assert turns.begin("ussd", "m3", again=False).result(20) == "heard"


def test_whoever_waits_too_long_leaves_the_line_and_nothing_is_stuck(busy):
    turns = busy(wait_seconds=0.05, running=1)
    turns.begin("first", "m0")
    until(lambda: turns.heard)
    assert turns.begin("second", "m1").result(20) == "late"
    assert turns.begin("first", "m2").result(20) == "late"
    assert turns.admission.waiting == 0
    turns.done.set()
    assert turns.begin("second", "m1").result(20) == "heard"


def test_a_second_delivery_that_is_turned_away_is_known_to_be_one(busy):
    turns = busy(wait_seconds=0.05)
    turns.begin("one", "m0", again=False)
    until(lambda: turns.heard)
    assert turns.begin("one", "m0", again=False).result(20) == "late in hand"
    assert turns.begin("one", "m1", again=False).result(20) == "late"


def test_many_at_once_never_run_more_than_allowed():
    admission, running, most = line(running=3, waiting=100, contact_waiting=50), 0, 0
    lock, together = Lock(), Barrier(24)

    def take(number: int) -> None:
        nonlocal running, most
        together.wait()
        for turn in range(20):
            with admission.turn(f"contact {number % 5}", f"{number}-{turn}"):
                with lock:
                    running += 1
                    most = max(most, running)
                with lock:
                    running -= 1

    with ThreadPoolExecutor(24) as pool:
        list(pool.map(take, range(24)))
    assert 1 <= most <= 3
    assert admission.waiting == 0 and not admission._lines and not admission._next


# --- Over HTTP ------------------------------------------------------------------------------------


@pytest.fixture
def post(house, settings):
    """Knock at the door as Twilio does; returns the status."""
    app = apps.build(house=house)

    def knock(inbound) -> int:
        form = {
            "MessageSid": inbound.id, "AccountSid": "AC1", "From": inbound.address,
            "To": "21000", "Body": inbound.text, "NumMedia": "0",
        }  # fmt: skip
        url = f"{settings.public_base_url}/webhooks/twilio/sms"
        signed = RequestValidator(settings.twilio_auth_token).compute_signature(url, form)
        answer = app.test_client().post(
            "/webhooks/twilio/sms", data=form, headers={"X-Twilio-Signature": signed}
        )
        if answer.status_code == 503:
            assert answer.headers["Retry-After"] == "2"
        return answer.status_code

    knock.app = app
    return knock


def test_a_contact_that_floods_is_heard_in_the_end_and_others_meanwhile(post, house):
    amina, brian = Phone(house, "sms", AMINA), Phone(house, "sms", BRIAN)
    flood = [replace(amina._inbound("BAL"), id=f"SM{n:032d}") for n in range(200)]
    with ThreadPoolExecutor(40) as pool:
        first = list(pool.map(post, flood))
        assert post(replace(brian._inbound("BAL"), id="SM" + "9" * 32)) == 200
    assert set(first) == {200, 503}
    assert first.count(503) > 100
    assert len(brian.inbox()) == 1
    lost = [one for one, status in zip(flood, first, strict=True) if status == 503]
    for inbound in lost[:5]:  # the sweep of missed messages hears them as the door does
        hub.hear(house, inbound)
    assert len(amina.inbox()) == first.count(200) + 5


def test_when_the_house_is_full_ussd_is_told_so_and_it_shows(post, house, settings, monkeypatch):
    from bot.likely import first_language

    admission: Admission = post.app.extensions["admission"]
    monkeypatch.setattr(admission, "_most_running", 0)
    monkeypatch.setattr(admission, "_most_waiting", 0)
    assert first_language(AMINA) == "en" and PROVIDERS["ussd"] == "africastalking"
    path = f"/webhooks/africastalking/{settings.at_webhook_secret}/ussd"
    form = {"sessionId": "s", "serviceCode": "*384*100#", "phoneNumber": AMINA, "text": ""}
    client = post.app.test_client()
    told = client.post(path, data=form)
    assert told.text.startswith("END ") and "nothing was done" in told.text
    assert client.get("/api/health/turns").json["status"] == "degraded"
    assert (
        'wekeza_turns_turned_away_total{channel="ussd",why="full"}' in client.get("/metrics").text
    )
    monkeypatch.undo()
    assert client.post(path, data=form).text.startswith("CON ")
