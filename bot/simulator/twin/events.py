"""Tells the page what happens at the phone companies, over the same Redis Stream as the bank."""

import json
from collections.abc import Callable
from datetime import datetime
from time import monotonic

import redis

STREAM = "ui:events"
KEPT = 2000
REST = 1.0  # seconds of silence after Redis did not answer


class Events:
    """Writes events; while Redis is away it says nothing and costs nothing."""

    def __init__(self, client: redis.Redis | None, clock: Callable[[], datetime]) -> None:
        self._redis = client
        self._clock = clock
        self._silent_until = 0.0

    def tell(self, kind: str, **facts: object) -> None:
        """Add one event. Facts carry no secret."""
        if self._redis is None or monotonic() < self._silent_until:
            return
        event = {"kind": kind, "at": self._clock().isoformat(), **facts}
        try:
            self._redis.xadd(STREAM, {"event": json.dumps(event)}, maxlen=KEPT, approximate=True)
        except redis.RedisError:
            self._silent_until = monotonic() + REST
