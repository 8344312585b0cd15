"""A server that is made from an OpenAPI document: it takes what fits and refuses all else.

It knows nothing but the document. A call of ours that differs from what is written there is
answered with the document's own refusal, and kept with the reason.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jsonschema import Draft202012Validator

SLICES = Path(__file__).resolve().parents[1] / "data" / "openapi"
SCHEMES = {"bearer": "Bearer ", "basic": "Basic "}


@dataclass
class Mock:
    """What was asked, and what of it was refused and why."""

    url: str = ""
    taken: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class _Document:
    def __init__(self, name: str) -> None:
        self.spec: dict[str, Any] = json.loads((SLICES / f"{name}_slice.json").read_text("utf-8"))
        Draft202012Validator.check_schema({"$defs": self._schemas()})
        [scheme] = self.spec["components"]["securitySchemes"].values()
        self.login = SCHEMES[scheme["scheme"]]

    def _schemas(self) -> dict[str, Any]:
        return {
            f"{path} {kind}": part["schema"]
            for path, calls in self.spec["paths"].items()
            for call in calls.values()
            for kind, part in call.get("requestBody", {}).get("content", {}).items()
        }

    def answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Any, str]:
        """Return the status and body of an answer, and why a call was refused."""
        call = next(
            (
                calls[method]
                for known, calls in self.spec["paths"].items()
                if method in calls and re.fullmatch(re.sub(r"{\w+}", "[^/]+", known), path)
            ),
            None,
        )
        if call is None:
            return 404, {}, f"there is no {method} {path}"
        content = call.get("requestBody", {}).get("content", {})
        why = _unheaded(call, headers) or _wrong(content, headers, body)
        status = "400" if why else min(call["responses"])
        example = call["responses"][status]["content"]["application/json"]["example"]
        return int(status), example, why


def _unheaded(call: dict[str, Any], headers: Mapping[str, str]) -> str:
    for one in call.get("parameters", ()):
        given = headers.get(one["name"], "")
        if not re.search(one["schema"]["pattern"], given):
            return f"the header {one['name']} is {given!r}"
    return ""


def _wrong(content: dict[str, Any], headers: Mapping[str, str], body: bytes) -> str:
    if not content:
        return ""
    kind = headers.get("Content-Type", "").partition(";")[0]
    if kind not in content:
        return f"the body is {kind}, not one of {', '.join(content)}"
    if kind == "application/json":
        told = json.loads(body)
    else:
        fields = parse_qs(body.decode(), keep_blank_values=True)
        told = {name: one[0] if len(one) == 1 else one for name, one in fields.items()}
    errors = Draft202012Validator(content[kind]["schema"]).iter_errors(told)
    return "; ".join(f"{error.json_path}: {error.message}"[:300] for error in errors)


@contextmanager
def mocked(name: str) -> Iterator[Mock]:
    """Serve the document ``tests/data/openapi/<name>_slice.json`` on a free port."""
    document, mock = _Document(name), Mock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self._do("post")

        def do_GET(self) -> None:
            self._do("get")

        def _do(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = urlsplit(self.path).path
            if self.headers.get("Authorization", "").startswith(document.login):
                status, said, why = document.answer(method, path, self.headers, body)
            else:
                status, said, why = 401, {}, "nobody says who calls"
            (mock.refused if why or status >= 400 else mock.taken).append(why or path)
            out = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(out)))
            self.end_headers()
            self.wfile.write(out)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    mock.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield mock
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
