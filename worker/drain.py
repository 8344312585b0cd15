"""The drains of this process, a thread for each, and the job that rouses one.

A number that sends has a drain, and so has each partner that orders go to.
"""

from functools import cache
from threading import Event, Lock, Thread
from time import monotonic

import structlog

from bot import house as houses
from bot.house import House
from core.partners.orders import WAKE
from worker.pace import Pairs
from worker.partner_orders import PartnerDrain
from worker.sending import Drain

log = structlog.get_logger()


def drain(sender_key: str) -> None:
    """See that a number or a partner is drained by this process, if no other does. A job.

    It does not wait: the worker is free again at once, so however many are busy, calls are
    answered.
    """
    here().open(sender_key)


class Drains:
    """Starts drains and stops them. However often one is opened, it runs once."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._stop = Event()
        self._lock = Lock()
        self._threads: dict[str, Thread] = {}
        self._pairs: dict[str, Pairs] = {}

    def open(self, key: str) -> bool:
        """See that a number or a partner is drained; False when it is already, or cannot be."""
        work = self._work(key)
        if work is None:
            log.error("no such number or partner", key=key)
            return False
        with self._lock:
            running = self._threads.get(key)
            if self._stop.is_set() or (running is not None and running.is_alive()):
                return False
            thread = Thread(target=self._run, args=(work, key), name=f"drain {key}", daemon=True)
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

    def _work(self, key: str) -> Drain | PartnerDrain | None:
        if key.startswith(WAKE):
            partner = self._house.partners.get(key.removeprefix(WAKE))
            return None if partner is None else PartnerDrain(self._house, partner, stop=self._stop)
        sender = self._house.providers.senders.get(key)
        if sender is None:
            return None
        pairs = self._pairs.setdefault(key, Pairs(sender.pace))
        return Drain(self._house, sender, stop=self._stop, pairs=pairs)

    def _run(self, work: Drain | PartnerDrain, key: str) -> None:
        try:
            work.run()
        except Exception:
            # The scheduler finds what is left a second later.
            log.exception("drain broke", key=key)


@cache
def here() -> Drains:
    """Return the drains of this process, made on first use."""
    return Drains(houses.current())
