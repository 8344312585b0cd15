"""A partner's twin on a port of its own, as the demo serves it."""

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from werkzeug.serving import make_server

from bot.simulator.twin.stand import Stand
from channels.message import Hook
from core.partners.mishaps import Mishaps
from core.partners.mpesa import MpesaAccount
from core.partners.orders import Order

NOW = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
SECRET = "demo-payments-webhook-secret"
MPESA_KEYS = {
    "mpesa_shortcode": "384100",
    "mpesa_consumer_key": "key",
    "mpesa_consumer_secret": "secret",
}
"""What the bank and the twin of M-Pesa both know."""


@dataclass
class Postbox:
    """Keeps the letters a twin posts instead of posting them."""

    letters: list[Any] = field(default_factory=list)
    methods: set[str] = field(default_factory=set)

    def send(self, errand, *, after=0.0):
        del after
        self.letters.append(errand.letter)
        self.methods.add(errand.method)

    def take(self):
        """Return the calls that were made, as the bank's front door hands them on."""
        calls, self.letters = self.letters, []
        return [
            Hook(
                url=one.url,
                headers={name.lower(): value for name, value in one.headers.items()},
                body=one.body.encode(),
                secret=one.url.split("?")[0].rsplit("/", 1)[-1],
                remote="196.201.214.200",
            )
            for one in calls
        ]


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = NOW

    def __call__(self):
        return self.now


@dataclass
class Mail:
    """A mailbox in memory. ``feed`` is called while somebody waits: calls arrive meanwhile."""

    kept: dict[str, str] = field(default_factory=dict)
    feed: Any = None

    def leave(self, key, words):
        self.kept[key] = words

    def wait(self, key, *, seconds):
        if self.feed and seconds > 0:
            self.feed()
        return self.kept.get(key, "")


@dataclass
class World:
    """The twin of one firm, served."""

    base: str
    stand: Stand
    box: Postbox
    clock: Clock


@contextmanager
def served(name, make, **settings) -> Iterator[World]:
    """Serve a twin over HTTP."""
    box, clock, count = Postbox(), Clock(), itertools.count()
    given = SimpleNamespace(
        public_base_url="http://bank.test", payments_webhook_secret=SECRET, **settings
    )
    stand = Stand(name, given, Mishaps(), box, clock, lambda: f"{next(count):032x}")
    app = Flask("twin")
    app.register_blueprint(make(stand))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    given.cards_base = f"http://127.0.0.1:{server.server_port}/cards"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield World(f"http://127.0.0.1:{server.server_port}/{name}", stand, box, clock)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def mpesa_account(base, **given) -> MpesaAccount:
    """Return the bank's account at a twin of M-Pesa."""
    return MpesaAccount(
        **{
            "base": base,
            "consumer_key": MPESA_KEYS["mpesa_consumer_key"],
            "consumer_secret": MPESA_KEYS["mpesa_consumer_secret"],
            "shortcode": MPESA_KEYS["mpesa_shortcode"],
            "passkey": "pass",
            "initiator": "wekeza",
            "credential": "sealed",
            "callback": "http://bank.test/webhooks/payments/mpesa",
            "secret": SECRET,
            **given,
        }
    )


def order(action, *, partner="mpesa", reference="", created_at=NOW, **body) -> Order:
    """Return an order as the drain hands it over."""
    return Order(
        id=uuid4(),
        partner=partner,
        action=action,
        subject="deposit",
        subject_id=UUID(int=1),
        body=body,
        reference=reference,
        attempts=1,
        created_at=created_at,
        asked_at=created_at,
    )
