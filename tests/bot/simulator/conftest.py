"""A running twin, and an ear at the bank's end of its webhooks."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic, sleep
from types import SimpleNamespace
from uuid import uuid4

import httpx
import pytest
from flask import Flask, Response, request
from twilio.request_validator import RequestValidator
from werkzeug.serving import make_server

from bot.partner_settings import PartnerSettings
from bot.simulator.twin import app as twins
from bot.simulator.twin.desk import Desk

SECRET = "path-secret-of-the-tests"
TOKEN = "token-of-the-tests"
META_SECRET = "app-secret-of-the-tests"
META_TOKEN = "access-token-of-the-tests"
SID = "AC" + "1" * 32


@contextmanager
def served(app: Flask, port: int = 0) -> Iterator[str]:
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Ear:
    """What reached the bank. ``answers`` decides what it says back."""

    url: str = ""
    calls: list[SimpleNamespace] = field(default_factory=list)
    answer: Callable[[SimpleNamespace], tuple[str, int]] = lambda _: ("", 200)

    def wait(self, count: int, path: str = "", seconds: float = 60.0) -> list[SimpleNamespace]:
        until = monotonic() + seconds
        while monotonic() < until:
            if len(found := self.at(path)) >= count:
                return found
            sleep(0.01)
        raise AssertionError(f"{len(self.at(path))} calls of {count} at {path!r}: {self.calls}")

    def at(self, path: str) -> list[SimpleNamespace]:
        return [call for call in self.calls if path in call.path]


@pytest.fixture
def ear() -> Iterator[Ear]:
    ear = Ear()
    app = Flask("ear")
    validator = RequestValidator(TOKEN)

    @app.post("/<path:path>")
    def hear(path: str) -> Response:
        signature = request.headers.get("X-Twilio-Signature", "")
        call = SimpleNamespace(
            path=f"/{path}",
            form=request.form.to_dict(),
            json=request.get_json(silent=True),
            body=request.get_data(),
            headers=dict(request.headers),
            genuine=bool(signature)
            and validator.validate(f"{ear.url}/{path}", request.form, signature),
        )
        ear.calls.append(call)
        words, status = ear.answer(call)
        return Response(words, status=status)

    with served(app) as url:
        ear.url = url
        yield ear


@pytest.fixture
def twin_settings(ear: Ear) -> SimpleNamespace:
    # The twins of partners are mounted too; what they are set to is told where it matters.
    partners = {
        name: field.get_default(call_default_factory=True)
        for name, field in PartnerSettings.model_fields.items()
    }
    return SimpleNamespace(
        **partners,
        public_base_url=ear.url,
        twilio_account_sid=SID,
        twilio_auth_token=TOKEN,
        twilio_whatsapp_from="+254700000100",
        twilio_sms_from="21000",
        meta_app_secret=META_SECRET,
        meta_access_token=META_TOKEN,
        meta_phone_number_id="100200300400",
        meta_whatsapp_from="+254700000200",
        meta_business_account_id="100200300900",
        whatsapp_provider="twilio",
        at_username="sandbox",
        at_api_key="key-of-the-tests",
        at_webhook_secret=SECRET,
        sim_webhook_secret="secret-of-the-sim-path",
        at_sender="WEKEZA",
        at_shortcode="21000",
        sms_routes={"TZ": "africastalking"},
        twin_port=0,
    )


class Clock:
    """The outside world's clock, which a test may turn."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(datetime.now(UTC).timestamp() + self.ahead, UTC)


@pytest.fixture
def twin_clock() -> Clock:
    return Clock()


@pytest.fixture
def twin(twin_settings: SimpleNamespace, twin_clock: Clock, tmp_path) -> Iterator[SimpleNamespace]:
    app = twins.build(
        twin_settings,
        clock=twin_clock,
        new_id=lambda: uuid4().hex,
        name_enquiry=lambda msisdn: (200, {"name": {"fullName": f"Jane {msisdn[-3:]}"}}),
        contents_file=tmp_path / "contents.json",
    )
    with served(app) as url, httpx.Client(base_url=url, timeout=60) as http:
        desk: Desk = app.extensions["desk"]
        desk.base_url = url
        twin_settings.twin_port = int(url.rsplit(":", 1)[1])
        http.post("/twin/pace", json={"sent": 0, "delivered": 0.05, "read": 0.1})
        yield SimpleNamespace(url=url, http=http, desk=desk, settings=twin_settings)
    twins.close(app)
