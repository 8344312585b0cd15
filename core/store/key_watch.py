"""A process learns of new data keys before they seal, and forgets destroyed ones."""

import time
from collections.abc import Callable
from threading import Lock

from sqlalchemy import Engine, exc

from core.store.data_keys import INDEX, KeyProvider, KeysAway, living, newest_of, unwrapped
from core.store.keyring import Keyring

LOOK_SECONDS = 15.0
"""How often a process looks: a key is known for four times as long before it seals."""


class Watch:
    """Keeps a keyring up with its database. Looks outside of transactions, now and then."""

    def __init__(
        self,
        engine: Engine,
        provider: KeyProvider,
        keyring: Keyring,
        *,
        every_seconds: float = LOOK_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine, self._provider, self._keyring, self._clock = engine, provider, keyring, clock
        self._lock = Lock()
        self._keys: dict[int, bytes] = {}
        self._every = every_seconds
        self._next = clock() + every_seconds

    def look(self) -> None:
        """Look if it is time to. Who meets somebody looking goes on with what is known."""
        if self._clock() < self._next or not self._lock.acquire(blocking=False):
            return
        try:
            self._next = self._clock() + self._every
            self._look()
        except exc.SQLAlchemyError:
            return  # without the database no unit opens either
        finally:
            self._lock.release()

    def look_now(self) -> None:
        """Look at once: something was sealed by a key that is not known here."""
        with self._lock:
            self._look()

    def _look(self) -> None:
        kept = [one for one in living(self._engine) if one.number != INDEX]
        newest = newest_of(kept)
        numbers = {one.number for one in kept}
        if numbers == self._keyring.known and newest == self._keyring.newest:
            return
        fresh = [one for one in kept if one.number not in self._keys]
        try:
            opened = unwrapped(fresh, self._provider)
        except KeysAway:
            if newest in self._keyring.known:
                return  # what is new does not seal yet: the next look asks again
            raise  # sealing with an older key now could outlive that key
        self._keys = {
            number: key for number, key in {**self._keys, **opened}.items() if number in numbers
        }
        self._keyring.replace(self._keys, newest=newest)
