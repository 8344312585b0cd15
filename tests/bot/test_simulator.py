"""The simulator's blueprint in the web application, with the phones switched off."""

import dataclasses
import hashlib
from pathlib import Path

import pytest

from bot import app as web
from bot import streams
from bot.simulator import page


@pytest.fixture
def client(house):
    return web.build(house=house).test_client()


def test_without_its_twin_the_page_says_so(client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert "make run" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "hx-sse:connect" not in answer.text
    pressed = client.post("/simulator/phones/+254712000001/dial", data={})
    assert pressed.status_code == 404
    pressed = client.post("/simulator/phones/+254712000001/key", data={"keys": "1"})
    assert (pressed.status_code, "make run" in pressed.text) == (200, True)


def test_the_policy_allows_no_inline_script_or_style(client):
    answer = client.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "<style" not in answer.text
    assert " style=" not in answer.text
    assert answer.text.count("<script ") == answer.text.count("<script defer src=")


def test_no_page_without_the_demo(house, settings):
    quiet = dataclasses.replace(house, settings=settings.model_copy(update={"demo_mode": False}))
    client = web.build(house=quiet).test_client()
    assert client.get("/").status_code == 404
    assert client.post("/simulator/reset").status_code == 404


def test_a_full_house_answers_an_event_stream_that_ends(client):
    client.application.extensions["seats"] = streams.Seats(1)
    client.application.extensions["seats"].take()
    answer = client.get("/simulator/stream?from=0-0")
    assert answer.status_code == 200
    assert answer.mimetype == "text/event-stream"
    assert "retry: 5000" in answer.text


@pytest.mark.parametrize(
    ("query", "phones"),
    [
        ("", ["+254712000001", "+254712000002"]),
        ("?phones=%2B254799000111", ["+254799000111"]),
        ("?phones=nonsense,<b>", ["+254712000001", "+254712000002"]),
        ("?phones=" + ",".join(f"%2B25479900011{n}" for n in range(9)), 4),
    ],
)
def test_which_phones_are_on_the_table(client, query, phones):
    with client.application.test_request_context(f"/{query}"):
        shown = page._phones()
    assert shown == phones or len(shown) == phones


def test_one_more_phone(client):
    answer = client.get("/simulator/add?phones=%2B254712000001&phone=%2B254 799 000 111")
    assert answer.location == "/?phones=%2B254712000001%2C%2B254799000111"


@pytest.mark.parametrize("folder", ["bot/static", "tests/browser/vendor"])
def test_vendored_files_are_what_they_say(folder):
    root = Path(__file__).resolve().parents[2] / folder
    said = [line.split() for line in (root / "VERSIONS").read_text("utf-8").splitlines()]
    sums = {line[2]: line[1] for line in said if line[0] == "sha256"}
    assert sums
    for name, digest in sums.items():
        assert hashlib.sha256((root / name).read_bytes()).hexdigest() == digest
