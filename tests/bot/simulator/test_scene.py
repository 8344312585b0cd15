"""What the page makes of events, and how the stream carries it."""

import json
import threading
from pathlib import Path

import pytest
import redis
from flask import Flask, render_template_string

from bot import streams
from bot.house import UI_EVENTS
from bot.simulator import stream
from bot.simulator.scene import Change, Scene

TEMPLATES = Path(__file__).parents[3] / "templates"
AMINA, BRIAN = "+254712000001", "+254712000002"


def turn(address=AMINA, channel="ussd", correlation="c1", **more):
    return {
        "kind": "turn", "address": address, "channel": channel, "correlation": correlation, **more
    }  # fmt: skip


def call(address=AMINA, channel="ussd", status=200, **more):
    return {"kind": "call", "phone": address, "channel": channel, "status": status, **more}


def test_only_phones_on_the_page_matter():
    scene = Scene([AMINA])
    assert scene.take([turn(BRIAN), call(BRIAN), {"kind": "bubble", "phone": BRIAN}]) == []
    assert scene.focus is None


def test_the_xray_is_drawn_once_for_many_events():
    scene = Scene([AMINA, BRIAN])
    events = [turn(), call(), {"kind": "bubble", "phone": AMINA, "id": "b"}, turn(BRIAN)]
    assert [change.kind for change in scene.take(events)] == ["bubble", "xray"]
    assert scene.focus.address == BRIAN


@pytest.mark.parametrize(
    ("events", "verdict"),
    [
        ([turn(), call()], "ok"),
        ([turn(), call(), {**turn(), "kind": "duplicate"}, call(note="second")], "duplicate"),
        ([turn(), call(), {**turn(), "kind": "duplicate"}, turn(), call()], "ok"),
        ([turn(), call(status=403, note="forged")], "refused"),
        ([call(status=0, note="provider down")], "unheard"),
        ([call(status=503)], "broken"),
    ],
)
def test_the_verdict_on_a_call(events, verdict):
    scene = Scene([AMINA])
    assert scene.take(events) == [Change("xray")]
    assert scene.focus.verdict == verdict


def test_receipts_redraw_what_is_looked_at():
    scene = Scene([AMINA])
    receipt = {"kind": "receipt", "id": "SM1", "status": "read"}
    assert scene.take([receipt]) == []
    scene.take([turn()])
    assert scene.take([receipt]) == [Change("xray")]


@pytest.fixture
def client(redis_url):
    with redis.Redis.from_url(redis_url) as client:
        yield client


def tell(client, **event) -> str:
    return client.xadd(UI_EVENTS, {"event": json.dumps(event)}).decode()


def read(client, cursor, count) -> list[str]:
    frames = stream.frames(client, Scene([AMINA]), cursor, lambda changed: f"<b>{changed[0].kind}")
    return [next(frames) for _ in range(count)]


def test_a_stream_begins_after_the_page_was_drawn(client):
    assert streams.last_id(client, UI_EVENTS) == streams.START
    first = tell(client, kind="screen", phone=AMINA)
    assert streams.last_id(client, UI_EVENTS) == first
    second = tell(client, kind="bubble", phone=AMINA)
    opened, frame = read(client, first, 2)
    assert opened == f"id: {first}\n: open\n\n"
    assert frame == f"id: {second}\ndata: <b>bubble\n\n"


def test_an_event_for_nobody_moves_the_cursor_only(client):
    ident = tell(client, kind="bubble", phone=BRIAN)
    frames = stream.frames(client, Scene([AMINA]), "0-0", lambda changed: "x" if changed else "")
    next(frames)
    assert next(frames) == f"id: {ident}\n\n"


def test_a_stream_wakes_up_for_an_event(client):
    frames = stream.frames(client, Scene([AMINA]), "0-0", lambda _: "x")
    next(frames)
    threading.Timer(0.1, tell, [client], {"kind": "bubble", "phone": AMINA}).start()
    assert "data: x" in next(frames)


def test_who_was_away_too_long_loads_the_page_anew(client):
    old = tell(client, kind="bubble", phone=AMINA)
    new = tell(client, kind="bubble", phone=AMINA)
    client.xdel(UI_EVENTS, old)
    assert read(client, old, 1) == ["event: resync\ndata:\n\n"]
    assert read(client, new, 1)[0].startswith("id: ")
    client.delete(UI_EVENTS)
    assert read(client, new, 1) == ["event: resync\ndata:\n\n"]


def test_a_reset_loads_every_page_anew():
    frame = stream.frame("1-1", [Change("bubble"), Change("reset")], lambda _: "never")
    assert frame == "id: 1-1\nevent: resync\ndata:\n\n"


def test_empty_lines_of_a_message_are_kept():
    frame = stream.frame("1-1", [Change("bubble")], lambda _: "one\n\ntwo")
    assert frame == "id: 1-1\ndata: one\ndata: \ndata: two\n\n"


def test_redis_away_ends_the_stream_kindly():
    gone = redis.Redis(port=1, socket_connect_timeout=0.2)
    assert list(stream.frames(gone, Scene([]), "1-1", lambda _: "")) == [streams.RETRY_AWAY]


def test_a_full_house_keeps_threads_free():
    seats = streams.Seats(2)
    assert [seats.take() for _ in range(3)] == [True, True, False]
    seats.leave()
    assert seats.take()


@pytest.mark.parametrize("channel", ["whatsapp", "sms"])
def test_an_address_in_a_message_can_be_followed(channel):
    text = "<b>Open it</b> *now*: http://127.0.0.1:8000/reveal/abc Show card *3325 to nobody."
    with Flask(__name__, template_folder=TEMPLATES).app_context():
        drawn = render_template_string(
            "{% from 'simulator/parts.html' import parts_text %}{{ parts_text(bubble) }}",
            bubble={"channel": channel, "mine": False, "text": text},
        )
    assert 'href="http://127.0.0.1:8000/reveal/abc"' in drawn
    assert "<b>" not in drawn and "*3325" in drawn
    assert ("<strong>now</strong>" in drawn) == (channel == "whatsapp")
