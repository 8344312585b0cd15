"""Stories are told in one bank per process, with other banks beyond it."""

import base64
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote

import pytest
import uuid_utils.compat

from bot import answers, hub
from bot import house as houses
from bot.settings import load
from core.access.pins import Secrets
from core.demo.people import PIN
from core.partners import liquidity, name_enquiry_twin
from core.partners.name_enquiry import NameRegistry
from tests.stories import market
from tests.stories.heard import Ear, overhearing
from tests.stories.script import Story
from tests.stories.stage import Stage, Telling
from tests.support.servers import Servers


class _OtherBanks(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        msisdn = unquote(self.path.split("/")[-2])
        status, body = name_enquiry_twin.answer(msisdn)
        self.send_response(status)
        for name, value in name_enquiry_twin.headers(msisdn).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def other_banks() -> Iterator[str]:
    """The address of the other banks' switch."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _OtherBanks)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def stage(
    servers: Servers,
    worker_name: str,
    _redis_started: str,
    pepper: bytes,
    now: datetime,
    other_banks: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """A bank without customers, for all stories of this process."""
    name = f"stories_{worker_name}"
    servers.create(name)
    with servers.app(name) as engine, market.opened() as providers:
        with pytest.MonkeyPatch.context() as patch:
            for setting, value in {
                "DATABASE_URL": servers.app_url(name),
                "REDIS_URL": _redis_started,
                "DATA_DIR": str(tmp_path_factory.mktemp("stories")),
                "DEMO_MODE": "1",
                "PIN_PEPPER": base64.b64encode(pepper).decode(),
            }.items():
                patch.setenv(setting, value)
            settings = load(env_file=None)
        house = houses.furnish(settings, engine, clock=lambda: now, ids=uuid_utils.compat.uuid7)
        house = replace(house, registry=NameRegistry(other_banks))
        with house.unit() as unit:
            market.know_rates(unit)
        pin_hash = Secrets(pepper).hash(PIN)
        yield Stage(house, opened=now, pepper=pepper, pin_hash=pin_hash, market=providers)
        house.redis.close()
    servers.drop(name)


@pytest.fixture(autouse=True)
def _time_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody be too late: which provider answers in time decides the price that is told."""
    monkeypatch.setattr(liquidity, "LONGEST_SECONDS", 60.0)
    monkeypatch.setattr(answers, "CALL_SECONDS", 60.0)
    monkeypatch.setattr(hub, "CALL_SECONDS", 60.0)
    monkeypatch.setattr(hub, "TURN_SECONDS", 60.0)
    monkeypatch.setattr(hub, "ANSWER_SECONDS", 90.0)


@pytest.fixture(scope="session")
def numbered() -> Iterator[int]:
    """A number for every telling of this process."""
    return itertools.count()


@pytest.fixture
def begin(stage: Stage, numbered: Iterator[int]) -> Callable[[Story, str, str], Telling]:
    """Begin to tell a story in a language on a channel, with customers of its own."""
    return lambda story, language, channel: Telling(stage, story, language, channel, next(numbered))


@pytest.fixture(scope="session")
def ear() -> Iterator[Ear]:
    """What is said and walked in this process."""
    with overhearing() as listening:
        yield listening


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write a story down."""

    def keep(text: str) -> Path:
        path = tmp_path / "some.txt"
        path.write_text(text, encoding="utf-8")
        return path

    return keep
