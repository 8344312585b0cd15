"""How many messages Meta takes from one number to one person: one in six seconds, and some lent."""

from collections.abc import Callable
from threading import Lock
from time import monotonic

SECONDS = 6.0
LENT = 45
"""Messages that may go at once; each is paid back with its six seconds."""


class PairLimits:
    """The account of each pair of a number of the bank's and a person."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._paid_at: dict[tuple[str, str], float] = {}
        self._lock = Lock()

    def takes(self, number: str, address: str) -> bool:
        """Return whether one more message is taken, and note it if so."""
        now = self._clock()
        with self._lock:
            paid_at = max(self._paid_at.get((number, address), now), now) + SECONDS
            if paid_at - now > LENT * SECONDS:
                return False
            self._paid_at[number, address] = paid_at
        return True

    def clear(self) -> None:
        """Forget every account."""
        with self._lock:
            self._paid_at.clear()
