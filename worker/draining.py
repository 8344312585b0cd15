"""A run over what is due under one key: from one place at a time, until there is nothing more.

So messages of a number are sent, and orders of a partner asked. What is due is done by threads, and
written down by the one that runs.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic

from bot.house import House
from core.store.locks import held

STEP_SECONDS = 0.04
"""How long answers are collected for one step, and how long what is new may lie unseen."""
IDLE_SECONDS = 1.5
"""How long a drain looks for more before it leaves."""
RUN_SECONDS = 120.0
"""After which a busy drain lets another process have its turn."""
BEAT_SECONDS = 0.4
TROUBLED_SECONDS = 0.25
"""How long a drain waits when the books are away."""


class Draining(ABC):
    """A run over one key. ``stop`` ends it early: what is in flight finishes, nothing else."""

    def __init__(
        self, house: House, key: str, *, stop: Event, threads: int, idle_seconds: float
    ) -> None:
        self._house, self._key, self._stop = house, key, stop
        self._pool_size, self._idle_seconds = threads, idle_seconds
        self._beat_at = 0.0
        self._done = 0

    def run(self) -> int:
        """Do what is due until there is nothing more; return how much was done.

        Returns 0 at once when another process is at it.
        """
        with held(self._house.engine, f"drain:{self._key}") as still:
            if still is None:
                return 0
            with ThreadPoolExecutor(self._pool_size, thread_name_prefix=self._key) as pool:
                try:
                    self._drain(pool, still)
                finally:
                    self._finish(pool)
        return self._done

    @abstractmethod
    def _step(self, pool: ThreadPoolExecutor, *, wait: float) -> bool:
        """Write down what was answered within so many seconds, and begin what is due.

        Returns whether anything happened.
        """

    @abstractmethod
    def _is_busy(self) -> bool:
        """Return whether anything is in flight."""

    @abstractmethod
    def _finish(self, pool: ThreadPoolExecutor) -> None:
        """Write down what is still in flight, for as long as its leases last."""

    def _drain(self, pool: ThreadPoolExecutor, still: Callable[[], bool]) -> None:
        until = monotonic() + RUN_SECONDS
        while not self._stop.is_set() and monotonic() < until:
            self._drain_until_idle(pool, until)
            self._house.waker.fall_silent(self._key)
            self._beat_at = 0.0
            # Whoever left something to do while we seemed awake has called nobody: one last look.
            if self._stop.is_set() or not still() or not self._step(pool, wait=0):
                return
        self._house.wake({self._key})

    def _drain_until_idle(self, pool: ThreadPoolExecutor, until: float) -> None:
        active = monotonic()
        while not self._stop.is_set() and monotonic() < until:
            self._beat()
            if self._step(pool, wait=STEP_SECONDS):
                active = monotonic()
            elif not self._is_busy() and monotonic() - active >= self._idle_seconds:
                return

    def _beat(self) -> None:
        if monotonic() >= self._beat_at:
            self._house.waker.beat(self._key)
            self._beat_at = monotonic() + BEAT_SECONDS
