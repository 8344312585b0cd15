"""A circuit breaker for one firm that is asked often and without a unit of work.

After some failures in a row the firm is left alone for a while, then tried with one question at a
time. Each process keeps its own: what is asked here is asked all the time, so each learns soon.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

MOST_FAILURES = 3
"""In a row, after which the firm is left alone."""
REST_SECONDS = 15.0
LONGEST_REST_SECONDS = 240.0


@dataclass(slots=True)
class Circuit:
    """Whether a firm is asked. Safe to share between threads."""

    clock: Callable[[], float] = time.monotonic
    _failures: int = field(default=0, init=False)
    _until: float = field(default=0.0, init=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    def closed(self) -> bool:
        """Return whether to ask now. Of those who ask when a rest is over, one alone is told so."""
        with self._lock:
            if self._failures < MOST_FAILURES:
                return True
            if self.clock() < self._until:
                return False
            self._until = self.clock() + REST_SECONDS  # until the one who tries has heard
            return True

    def answered(self) -> None:
        """Note an answer, also one that says no: the firm is there."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """Note that no answer came that can be used."""
        with self._lock:
            self._failures += 1
            if self._failures >= MOST_FAILURES:
                doubled = REST_SECONDS * 2 ** min(self._failures - MOST_FAILURES, 8)
                self._until = self.clock() + min(doubled, LONGEST_REST_SECONDS)
