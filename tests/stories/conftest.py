"""Stories are told to the same town as the hub's own tests, with other banks beyond it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote

import pytest

from bot import hub
from bot.house import House
from channels.message import Channel
from core.access import codes
from core.partners import name_enquiry_twin
from core.partners.name_enquiry import NameRegistry
from tests.bot.conftest import clock, house, settings
from tests.support.town import Phone

__all__ = ["clock", "house", "settings"]


class StoryPhone(Phone):
    """A phone whose owner may also wait for an answer from outside."""

    def wait(self) -> str:
        """Let the outside world answer, and return what is said then."""
        with self.house.unit() as unit:
            waiting = unit.one("select provider, provider_id from inbox where state = 'calling'")
        assert hub.answer_call(self.house, waiting.provider, waiting.provider_id)
        replies = self.inbox()[self.seen :]
        self.seen += len(replies)
        return "\n".join(replies)


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


@pytest.fixture
def town(house: House, other_banks: str) -> House:
    """The house in town, connected to the other banks."""
    return replace(house, registry=NameRegistry(other_banks))


@pytest.fixture
def pick_up(town: House) -> Callable[[Channel, str], StoryPhone]:
    """Give somebody in the story a phone."""
    return lambda channel, address: StoryPhone(town, channel, address)


@pytest.fixture
def last_code(town: House, pepper: bytes) -> Callable[[], str]:
    """Read the one-time code that was sent last."""

    def read() -> str:
        with town.unit() as unit:
            code = unit.value(
                "select id from one_time_codes order by created_at desc, id desc limit 1"
            )
        return codes.reveal(pepper, str(code))

    return read
