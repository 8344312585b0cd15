"""Listens to what the bank says of its turns, so that the page shows only what may be shown."""

import json
import logging
from threading import Event, Thread
from typing import Any

import redis

from bot.simulator.twin.events import STREAM
from bot.simulator.twin.phones import CHANNELS, Phones
from bot.simulator.twin.tried import Tried

BLOCK_MS = 1000
BATCH = 200
REST = 1.0  # seconds to wait when Redis does not answer
log = logging.getLogger(__name__)


class Ears:
    """A thread that follows the bank's events and acts on each turn."""

    def __init__(self, client: redis.Redis, phones: Phones, tried: Tried) -> None:
        self._redis = client
        self._phones = phones
        self._tried = tried
        self._stop = Event()
        self._last = "$"

    def start(self) -> None:
        """Begin to listen."""
        Thread(target=self._listen, name="twin-ears", daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._stop.set()

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                self._catch_up()
            except redis.RedisError:
                self._stop.wait(REST)

    def _catch_up(self) -> None:
        heard: Any = self._redis.xread({STREAM: self._last}, count=BATCH, block=BLOCK_MS)
        for _, entries in heard or ():
            for ident, fields in entries:
                self._last = ident
                self._hear(fields[b"event"])

    def _hear(self, event: bytes) -> None:
        if b'"turn"' not in event:
            return
        turn = json.loads(event)
        if turn.get("kind") != "turn":
            return
        self._tried.heard(turn)
        if turn.get("said") and turn.get("channel") in CHANNELS:
            self._phones.reveal(turn["address"], turn["channel"], turn["said"])
