"""The least of Twilio's API that a worker needs: it takes messages and remembers them."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import sleep
from urllib.parse import parse_qs

Route = Callable[["BaseHTTPRequestHandler"], None]


class PhoneCompany(ThreadingHTTPServer):
    """Answers on a free port of 127.0.0.1. ``got`` are the forms of the messages it took."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *, seconds: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[dict[str, str]] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.gets: dict[str, Route] = {}
        self.seconds = seconds

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: PhoneCompany

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        facts = {name: values[0] for name, values in form.items()}
        sleep(self.server.seconds)
        self.server.got.append(facts)
        answer(self, 201, {"sid": f"SM{len(self.server.got):032d}", "status": "queued"})

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append((self.path, dict(self.headers)))
        route = self.server.gets.get(path)
        if route is None:
            answer(self, 404, {"code": 20404, "message": "no such thing"})
        else:
            route(self)

    def log_message(self, *_: object) -> None:
        pass


def answer(handler: BaseHTTPRequestHandler, status: int, facts: object) -> None:
    """Answer with JSON."""
    give(handler, status, json.dumps(facts).encode(), "application/json")


def give(
    handler: BaseHTTPRequestHandler, status: int, body: bytes, kind: str, **headers: str
) -> None:
    """Answer with anything."""
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def open_company(*, seconds: float = 0.0) -> Iterator[PhoneCompany]:
    """Run a phone company for a while."""
    company = PhoneCompany(seconds=seconds)
    thread = Thread(target=company.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield company
    finally:
        company.shutdown()
        company.server_close()
