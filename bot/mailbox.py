"""The mailbox of answers that partners give by calling us: in Redis, which all processes share.

An answer may name somebody (M-Pesa tells who paid), so it stands there sealed.
"""

import time
from collections.abc import Callable

import redis

from core.store.keyring import BrokenSeal, Keyring, UnknownKey

PREFIX = "partner-answer:"
KEPT_SECONDS = 24 * 3600
LOOK_EVERY = 0.1
_FIELD = "mailbox.words"


class RedisMailbox:
    """Answers under their keys, for a day. Without Redis none is found, and it is asked again."""

    def __init__(
        self,
        client: redis.Redis,
        keys: Keyring,
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._keys = client, keys
        self._clock, self._pause = clock, pause

    def leave(self, key: str, words: str) -> None:
        """Leave an answer; a later one under the same key takes its place."""
        sealed = self._keys.seal(words, field=_FIELD, row=key)
        try:
            self._client.set(PREFIX + key, sealed, ex=KEPT_SECONDS)
        except redis.RedisError:
            return

    def wait(self, key: str, *, seconds: float) -> str:
        """Return the answer under a key, waiting for it so long; empty when none has come."""
        until = self._clock() + seconds
        while not (found := self._look(key)):
            if self._clock() >= until:
                return ""
            # Looked for rather than listened for: a connection that blocks is one of few.
            self._pause(LOOK_EVERY)
        return found

    def _look(self, key: str) -> str:
        try:
            found = self._client.get(PREFIX + key)
        except redis.RedisError:
            return ""
        if not isinstance(found, bytes):
            return ""
        try:
            return self._keys.open(found, field=_FIELD, row=key)
        except (BrokenSeal, UnknownKey):
            # Nobody can read it (any more): it is asked again, as when it was lost.
            return ""
