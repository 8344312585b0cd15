"""The worker: ``python -m worker.run``. Processes that take jobs, and one that minds them."""

import os
import signal
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from threading import Event, Thread
from time import monotonic

import redis
import structlog

from bot import house as houses
from bot import logs, metrics
from bot.settings import Settings, load
from worker.drain import here
from worker.queues import worker_for

CLOSING_SECONDS = 3.0
"""How long what is in flight may take to finish when the worker is told to end."""
KILLED_AFTER_SECONDS = 4.5
FIRST_WAIT, LONGEST_WAIT = 0.5, 10.0
"""Seconds before a child that ended is started again: longer while it keeps ending at once."""
LONG_LIFE_SECONDS = 30.0

log = structlog.get_logger()


class Child:
    """One process that takes jobs, started again whenever it ends."""

    def __init__(self, start: Callable[[], BaseProcess]) -> None:
        self._start = start
        self._wait = FIRST_WAIT
        self._begin()

    def _begin(self) -> None:
        self.process = self._start()
        self._began = monotonic()
        self._again_at: float | None = None

    def mind(self) -> None:
        """Start the process again if it has ended and has been left alone long enough."""
        if self.process.is_alive():
            return
        if self._again_at is None:
            lived = monotonic() - self._began
            self._wait = FIRST_WAIT if lived > LONG_LIFE_SECONDS else self._wait
            log.error("worker process ended", exitcode=self.process.exitcode, again=self._wait)
            self._again_at = monotonic() + self._wait
            self._wait = min(LONGEST_WAIT, self._wait * 2)
        elif monotonic() >= self._again_at:
            self._begin()


def main() -> None:
    """Run the worker until a signal ends it; no process of it is left then."""
    settings = load()
    logs.configure(settings.log_level)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    # Spawned, not forked: a child builds its own house, with its own connections.
    spawn = get_context("spawn")

    def start() -> BaseProcess:
        child = spawn.Process(target=take_jobs, args=(settings, os.getpid()), daemon=True)
        child.start()
        return child

    children = [Child(start) for _ in range(settings.workers)]
    while not stop.wait(0.2):
        for child in children:
            child.mind()
    _end([child.process for child in children])


def _end(processes: list[BaseProcess]) -> None:
    for process in processes:
        process.terminate()
    until = monotonic() + KILLED_AFTER_SECONDS
    for process in processes:
        process.join(max(0.0, until - monotonic()))
        if process.is_alive():
            process.kill()
            process.join(1.0)


def take_jobs(settings: Settings, parent: int) -> None:
    """Take jobs until told to end: the whole life of a child."""
    logs.configure(settings.log_level)
    metrics.configure(settings.data_dir)
    stop = Event()

    def end(*_: object) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    Thread(target=_watch_parent, args=(parent,), daemon=True).start()
    house = houses.current()
    turn = 0
    while not stop.is_set():
        turn += 1
        name = f"wekeza-{os.getpid()}-{turn}-{house.new_id().hex[-6:]}"
        try:
            worker_for(settings.redis_url, name=name, on_signal=stop.set).work(
                logging_level="WARNING"
            )
        except redis.RedisError as error:
            # Until Redis is back the scheduler sends straight from PostgreSQL.
            log.warning("redis away", error=type(error).__name__)
            stop.wait(1.0)
    if not here().close(seconds=CLOSING_SECONDS):
        log.error("ended with messages in flight: they are sent again when their leases run out")


def _watch_parent(parent: int) -> None:
    """End this process when the one that minds it is gone, however it went."""
    pause = Event()
    while os.getppid() == parent:
        pause.wait(1.0)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
