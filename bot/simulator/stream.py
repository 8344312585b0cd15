"""The page's live stream: server-sent events over a Redis Stream, resumed where they broke off."""

import json
from collections.abc import Callable, Iterator
from threading import BoundedSemaphore
from time import monotonic
from typing import Any

import redis

from bot.house import UI_EVENTS
from bot.simulator.scene import Change, Scene

PING_MS = 10_000
LONGEST = 300.0  # seconds; the browser comes back by itself
BATCH = 100
START = "0-0"
RETRY_FULL = "event: full\nretry: 5000\ndata:\n\n"
RETRY_AWAY = "event: away\nretry: 3000\ndata:\n\n"

Draw = Callable[[list[Change]], str]


class Seats:
    """How many streams a process keeps open: each holds a thread that other requests need too."""

    def __init__(self, most: int) -> None:
        self._free = BoundedSemaphore(most)

    def take(self) -> bool:
        """Take a seat if one is free."""
        return self._free.acquire(blocking=False)

    def leave(self) -> None:
        """Give a seat back."""
        self._free.release()


def last_id(client: redis.Redis) -> str:
    """Return the id of the newest event, so that a page shown now misses nothing after it."""
    newest: Any = client.xrevrange(UI_EVENTS, count=1)
    return newest[0][0].decode() if newest else START


def recent(client: redis.Redis, *, most: int = 300) -> list[dict[str, Any]]:
    """Return the newest events, oldest first."""
    newest: Any = client.xrevrange(UI_EVENTS, count=most)
    return [json.loads(fields[b"event"]) for _, fields in reversed(newest)]


def frames(client: redis.Redis, scene: Scene, cursor: str, draw: Draw) -> Iterator[str]:
    """Yield events from ``cursor`` on as frames of ``text/event-stream``, then end."""
    until = monotonic() + LONGEST
    try:
        if _lost(client, cursor):
            yield "event: resync\ndata:\n\n"
            return
        # The first bytes tell the browser that the stream is open.
        yield f"id: {cursor}\n: open\n\n"
        while monotonic() < until:
            read: Any = client.xread({UI_EVENTS: cursor}, count=BATCH, block=PING_MS)
            if not read:
                yield ": ping\n\n"
                continue
            entries = read[0][1]
            cursor = entries[-1][0].decode()
            changed = scene.take(json.loads(fields[b"event"]) for _, fields in entries)
            yield frame(cursor, changed, draw)
    except redis.RedisError:
        yield RETRY_AWAY


def frame(cursor: str, changed: list[Change], draw: Draw) -> str:
    """Return one frame; an event that changes nothing here still moves the cursor."""
    if any(change.kind == "reset" for change in changed):
        return f"id: {cursor}\nevent: resync\ndata:\n\n"
    html = draw(changed)
    # Empty lines count: they are part of what the bank says.
    data = "".join(f"data: {line}\n" for line in html.split("\n")) if html else ""
    return f"id: {cursor}\n{data}\n"


def _lost(client: redis.Redis, cursor: str) -> bool:
    """Return whether events after the cursor have been trimmed away already."""
    if cursor == START:
        return False
    oldest: Any = client.xrange(UI_EVENTS, count=1)
    return not oldest or _order(cursor) < _order(oldest[0][0].decode())


def _order(ident: str) -> tuple[int, int]:
    milliseconds, _, number = ident.partition("-")
    return int(milliseconds), int(number or 0)
