import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import pytest

from core.partners import name_enquiry_twin as twin
from core.partners.name_enquiry import Found, NameEnquiry, NameRegistry, Unavailable, Unknown


@contextmanager
def serving(answer) -> Iterator[str]:
    """Serve a handler over HTTP on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            answer(self)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/gsma"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _plain(status, body, headers=()):
    def answer(handler):
        handler.send_response(status)
        for name, value in dict(headers).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def _twin(handler):
    start, msisdn, end = handler.path.rsplit("/", 2)
    assert (start, end) == ("/gsma/accounts/msisdn", "accountname")
    msisdn = unquote(msisdn)
    time.sleep(min(1.0, twin.seconds(msisdn)))
    status, body = twin.answer(msisdn)
    _plain(status, json.dumps(body).encode(), twin.headers(msisdn))(handler)


def ask(base, phone="+254799000000", *, seconds=2.0):
    return NameRegistry(base).ask(NameEnquiry(phone), seconds=seconds)


def test_whose_number_it_is():
    with serving(_twin) as base:
        found = ask(base)
        assert found == ask(base + "/")
    assert isinstance(found, Found)
    assert found.trigger == "answered"
    assert "***" in found.name
    assert found.bank in twin.INSTITUTIONS["+254"]
    assert found.facts == {"name": found.name, "bank": found.bank}


@pytest.mark.parametrize(
    ("ends", "answered", "trigger"),
    [
        ("404", Unknown, "unknown_name"),
        ("503", Unavailable, "timed_out"),
        ("502", Unavailable, "timed_out"),
        ("504", Unavailable, "timed_out"),
    ],
)
def test_trouble_at_the_other_bank(ends, answered, trigger):
    with serving(_twin) as base:
        outcome = ask(base, f"+254799000{ends}", seconds=0.5)
    assert isinstance(outcome, answered)
    assert outcome.trigger == trigger
    assert outcome.facts == {}


def test_an_answer_that_drips_is_given_up():
    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(30):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)

    with serving(drip) as base:
        began = time.monotonic()
        outcome = ask(base, seconds=0.5)
        assert time.monotonic() - began < 1.5
    assert isinstance(outcome, Unavailable)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"null", b'{"name": null}', b'{"name": "Asha"}', b'{"name": {}}',
     b'{"name": {"fullName": 7}}', b'{"name": {"fullName": "  "}}', b"\xff\xfe", b" " * 70_000],
)  # fmt: skip
def test_an_answer_that_makes_no_sense(body):
    with serving(_plain(200, body)) as base:
        assert isinstance(ask(base), Unavailable)


def test_a_name_in_parts_and_a_bank_by_the_number():
    body = json.dumps({"name": {"firstName": "Asha", "lastName": "Mbeki"}}).encode()
    with serving(_plain(200, body)) as base:
        assert ask(base, "+254712345678") == Found("A***a M***i", "Safaricom")


def test_nobody_there():
    assert isinstance(ask("http://127.0.0.1:1/gsma"), Unavailable)
    assert isinstance(ask(""), Unavailable)


def test_the_twin_always_says_the_same():
    said = [twin.answer(f"+2547990{n:05d}") for n in range(400)]
    assert said == [twin.answer(f"+2547990{n:05d}") for n in range(400)]
    assert len({json.dumps(body) for status, body in said if status == 200}) > 200
    assert twin.answer("0799")[0] == 400
    assert twin.answer("0799")[1]["errorCategory"] == "validation"
