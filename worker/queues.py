"""Which queues there are, and how a worker listens to them.

Jobs are put there by ``bot.wake``, by dotted name and with an id of their own: a job that is queued
or running is not queued twice, and one that ended leaves nothing that would keep out the next.
"""

from collections.abc import Callable, Sequence
from types import FrameType

import redis
from rq import Queue, SimpleWorker

from bot.wake import CALLS, DRAIN, JOBS

QUEUES: Sequence[str] = (CALLS, DRAIN, JOBS)
"""Most urgent first."""

LONGEST_JOB_SECONDS = 60
LONGEST_RECONNECT_SECONDS = 2.0


class Worker(SimpleWorker):
    """Runs jobs in this very process, one after another: a fork a job would cost more than the job.

    Drains do not hold it up: their job only rouses a thread of this process.
    """

    max_connection_wait_time = LONGEST_RECONNECT_SECONDS
    on_signal: Callable[[], None]

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """End after the job in hand, and let the process know why."""
        self.on_signal()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]


def worker_for(url: str, *, name: str, on_signal: Callable[[], None]) -> Worker:
    """Return a worker on every queue. ``name`` shows in RQ's own tools and must be unique.

    ``on_signal`` is called when the process is told to end; the worker then ends by itself.
    """
    connection = redis.Redis.from_url(url, socket_connect_timeout=2)
    queues = [
        Queue(queue, connection=connection, default_timeout=LONGEST_JOB_SECONDS) for queue in QUEUES
    ]
    worker = Worker(queues, name=name, connection=connection, log_job_description=False)
    worker.on_signal = on_signal
    return worker
