"""A tiny HTTP server that stands where a provider would, and the forms that providers post."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from channels.twilio_sms import TwilioSms
from channels.twilio_whatsapp import TwilioWhatsApp
from tests.support.twilio_out import CALLBACK, SID, TOKEN, Book


@dataclass
class Call:
    """One request as it came over the wire."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return {k: v[0] for k, v in parse_qs(self.body.decode(), keep_blank_values=True).items()}

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Turn:
    """One answer to give."""

    status: int = 201
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    after: float = 0.0


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Stay quiet: a client that hangs up early is what some tests are about."""


class Provider:
    """Answers what it was told to, in order, and keeps what it was asked."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.turns: list[Turn] = []
        self.connections: set[tuple[str, int]] = set()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def will(self, status: int, body: Any, **rest: Any) -> None:
        self.turns.append(Turn(status, body, **rest))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(outer) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                path = urlsplit(self.path).path
                outer.connections.add(self.client_address)
                outer.calls.append(Call("POST", path, dict(self.headers), body))
                turn = outer.turns.pop(0) if outer.turns else Turn(500, {"message": "unasked"})
                sleep(turn.after)
                out = turn.body if isinstance(turn.body, bytes) else json.dumps(turn.body).encode()
                self.send_response(turn.status)
                for name, value in {"Content-Type": turn.kind, **turn.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(out)))
                self.end_headers()
                try:
                    self.wfile.write(out)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        return Handler


@pytest.fixture
def provider() -> Iterator[Provider]:
    standing = Provider()
    yield standing
    standing.close()


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def whatsapp(provider, book: Book) -> TwilioWhatsApp:
    return TwilioWhatsApp(
        account_sid=SID,
        auth_token=TOKEN,
        number="whatsapp:+254700000100",
        contents=book,
        status_callback=CALLBACK,
        api_base=provider.base,
    )


@pytest.fixture
def sms(provider) -> TwilioSms:
    return TwilioSms(
        account_sid=SID, auth_token=TOKEN, number="+254700000200", api_base=provider.base + "/"
    )
