"""Live pages: server-sent events read from a Redis Stream, resumed where they broke off."""

import re
from collections.abc import Callable, Iterator
from threading import BoundedSemaphore
from time import monotonic
from typing import Any

import redis
from flask import Response, request, stream_with_context

PING_MS = 10_000
LONGEST = 300.0  # seconds; the browser comes back by itself
BATCH = 100
START = "0-0"
RETRY_FULL = "event: full\nretry: 5000\ndata:\n\n"
RETRY_AWAY = "event: away\nretry: 3000\ndata:\n\n"
RESYNC = "event: resync\ndata:\n\n"
HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}

Fields = dict[bytes, bytes]
Frame = Callable[[str, list[Fields]], str]
"""What a page is sent for these events; the text before them is the id of the last one."""


class Seats:
    """How many pages a process keeps live: each holds a thread of the server's."""

    def __init__(self, most: int) -> None:
        self._free = BoundedSemaphore(most)

    def take(self) -> bool:
        """Take a seat if one is free."""
        return self._free.acquire(blocking=False)

    def leave(self) -> None:
        """Give a seat back."""
        self._free.release()


def cursor() -> str | None:
    """Return where the browser's stream is to go on, or None when it asks for nonsense."""
    given = request.headers.get("Last-Event-ID") or request.args.get("from", START)
    return given if re.fullmatch(r"\d{1,20}-\d{1,20}", given) else None


def serve(seats: Seats, url: str, frames: Callable[[redis.Redis], Iterator[str]]) -> Response:
    """Answer with a stream of its own Redis connection, or with one that ends when all is full."""
    if not seats.take():
        # Only an event stream that ends is tried again by the browser; an error never is.
        return Response(RETRY_FULL, mimetype="text/event-stream", headers=HEADERS)

    def body() -> Iterator[str]:
        # A reader of its own: it waits far longer than the house's client may.
        client = redis.Redis.from_url(url, socket_timeout=PING_MS / 1000 + 5)
        try:
            yield from frames(client)
        finally:
            client.close()

    answer = Response(stream_with_context(body()), mimetype="text/event-stream", headers=HEADERS)
    # Here, for a body that nobody begins to read is never run, and so never ends.
    answer.call_on_close(seats.leave)
    return answer


def last_id(client: redis.Redis, stream: str) -> str:
    """Return the id of the newest event, so that a page shown now misses nothing after it."""
    newest: Any = client.xrevrange(stream, count=1)
    return newest[0][0].decode() if newest else START


def follow(
    client: redis.Redis, stream: str, cursor: str, frame: Frame, *, still: Callable[[], bool]
) -> Iterator[str]:
    """Yield a frame for each batch of events after ``cursor``, and a ping when nothing comes.

    Ends after five minutes, or as soon as ``still`` says no; it is asked with every ping.
    """
    until = monotonic() + LONGEST
    try:
        if _lost(client, stream, cursor):
            yield RESYNC
            return
        # The first bytes tell the browser that the stream is open.
        yield f"id: {cursor}\n: open\n\n"
        while monotonic() < until:
            read: Any = client.xread({stream: cursor}, count=BATCH, block=PING_MS)
            if not read:
                if not still():
                    return
                yield ": ping\n\n"
                continue
            entries = read[0][1]
            cursor = entries[-1][0].decode()
            yield frame(cursor, [fields for _, fields in entries])
    except redis.RedisError:
        yield RETRY_AWAY


def _lost(client: redis.Redis, stream: str, cursor: str) -> bool:
    """Return whether events after the cursor have been trimmed away already."""
    if cursor == START:
        return False
    oldest: Any = client.xrange(stream, count=1)
    return not oldest or _order(cursor) < _order(oldest[0][0].decode())


def _order(ident: str) -> tuple[int, int]:
    milliseconds, _, number = ident.partition("-")
    return int(milliseconds), int(number or 0)
