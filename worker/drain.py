"""The drains of this process, a thread for each number that sends, and the job that rouses one."""

from functools import cache
from threading import Event, Lock, Thread
from time import monotonic

import structlog

from bot import house as houses
from bot.house import House
from worker.sending import Drain

log = structlog.get_logger()


def drain(sender_key: str) -> None:
    """See that a number is drained by this process, if no other does. A job; it does not wait.

    The worker is free again at once, so however many numbers are busy, calls are answered.
    """
    here().open(sender_key)


class Drains:
    """Starts drains and stops them. However often a number is opened, it is drained once."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._stop = Event()
        self._lock = Lock()
        self._threads: dict[str, Thread] = {}

    def open(self, key: str) -> bool:
        """See that a number is drained; False when it is already, here, or cannot be."""
        sender = self._house.providers.senders.get(key)
        if sender is None:
            log.error("no such number", sender=key)
            return False
        with self._lock:
            running = self._threads.get(key)
            if self._stop.is_set() or (running is not None and running.is_alive()):
                return False
            run = Drain(self._house, sender, stop=self._stop)
            thread = Thread(target=self._run, args=(run, key), name=f"drain {key}", daemon=True)
            self._threads[key] = thread
            thread.start()
        return True

    def close(self, *, seconds: float) -> bool:
        """Let what is in flight finish, for at most so long; return whether all of it did."""
        self._stop.set()
        until = monotonic() + seconds
        for thread in list(self._threads.values()):
            thread.join(max(0.0, until - monotonic()))
        return not any(thread.is_alive() for thread in self._threads.values())

    def _run(self, run: Drain, key: str) -> None:
        try:
            run.run()
        except Exception:
            # The scheduler finds what is left a second later.
            log.exception("drain broke", sender=key)


@cache
def here() -> Drains:
    """Return the drains of this process, made on first use."""
    return Drains(houses.current())
