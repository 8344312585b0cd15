"""How the rest of the house rouses the worker: by dotted name, over Redis, and never at a cost.

A drain that runs keeps a key alive; as long as it lives, waking costs one round trip and does
nothing, for the drain looks for new rows by itself. Whoever calls a drain sets the key too, so that
a hundred turns at once call it once. When Redis does not answer, it is left alone for a while: the
scheduler finds what is due in PostgreSQL.
"""

import json
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import astuple, dataclass
from hashlib import blake2s
from threading import Lock
from time import monotonic
from typing import Any

import redis
import structlog
from rq import Queue
from rq.exceptions import DuplicateJobError

CALLS, DRAIN, JOBS = "calls", "drain", "jobs"
"""The queues, most urgent first. Every worker listens to all of them."""

DRAIN_JOB = "worker.drain.drain"
CALL_JOB = "worker.call.answer_call"
MEDIA_JOB = "worker.media.keep"
DOCUMENT_JOB = "worker.documents.make"

CALLED_MS = 1_000
"""How long a call for a drain keeps others from calling again."""
BEATING_MS = 1_500
"""How long a running drain is believed to be alive after its last beat."""
STALE_SECONDS = 30
"""After which a job nobody has taken is forgotten; the scheduler calls again every second."""
AWAKE_SECONDS = 0.2
"""How long a drain seen alive is not asked after again: it stays longer than that after a row."""
MARKS_KEPT_SECONDS = 15
"""How long a message that was heard may wait to be marked as read: later it is of no use."""
REST_SECONDS = 2.0
LONGEST_REST_SECONDS = 15.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Mark:
    """A customer's message that may be marked as read. It holds no address, only its token."""

    sender: str
    message: str
    """The provider's id of it."""
    contact: str
    at: float
    """When, in seconds since 1970."""


class Wake:
    """Wakes drains and hands jobs to the worker. Its methods return False when Redis is away."""

    def __init__(self, client: redis.Redis, *, clock: Callable[[], float] = monotonic) -> None:
        self._client = client
        self._clock = clock
        self._lock = Lock()
        self._resting_until = 0.0
        self._rest = REST_SECONDS
        self._awake_until: dict[str, float] = {}

    def wake(self, keys: Collection[str]) -> bool:
        """Have these sending numbers drained: one round trip, plus a job for each that sleeps.

        None at all for numbers whose drain was seen alive a moment ago.
        """
        now = self._clock()
        ordered = sorted(key for key in keys if self._awake_until.get(key, 0.0) <= now)
        if not ordered:
            return True

        def call() -> None:
            pipeline = self._client.pipeline(transaction=False)
            for key in ordered:
                pipeline.set(_beat_key(key), "called", nx=True, px=CALLED_MS)
            for key, asleep in zip(ordered, pipeline.execute(), strict=True):
                if asleep:
                    self._enqueue(DRAIN, DRAIN_JOB, (key,))
                self._awake_until[key] = now + AWAKE_SECONDS

        return self.attempt(call)

    def beat(self, key: str) -> bool:
        """Say that a number's drain is running."""
        return self.attempt(lambda: self._client.set(_beat_key(key), "running", px=BEATING_MS))

    def fall_silent(self, key: str) -> bool:
        """Say that a number's drain is about to leave, so that the next wake calls another."""
        self._awake_until.pop(key, None)
        return self.attempt(lambda: self._client.delete(_beat_key(key)))

    def note_heard(self, marks: Collection[Mark]) -> bool:
        """Leave messages that were heard for the drains of their numbers to mark as read."""

        def leave() -> None:
            pipeline = self._client.pipeline(transaction=False)
            for mark in marks:
                pipeline.rpush(_heard_key(mark.sender), json.dumps(astuple(mark)))
                pipeline.expire(_heard_key(mark.sender), MARKS_KEPT_SECONDS)
            pipeline.execute()

        return self.attempt(leave)

    def heard(self, sender: str, *, most: int) -> list[Mark]:
        """Take the messages that a number is to mark, oldest first; none while Redis is away."""
        found: list[Mark] = []

        def take() -> None:
            kept: Any = self._client.lpop(_heard_key(sender), most)
            found.extend(Mark(*json.loads(one)) for one in kept or ())

        self.attempt(take)
        return found

    def once(self, subject: str, seconds: int) -> bool:
        """Return whether nobody has asked so about a subject for so many seconds."""
        first: list[object] = []
        self.attempt(
            lambda: first.append(
                self._client.set(f"wekeza:once:{subject}", "1", nx=True, ex=seconds)
            )
        )
        return bool(first and first[0])

    def call(self, provider: str, provider_id: str) -> bool:
        """Have the outside world asked what a waiting conversation wants to know."""
        return self.attempt(lambda: self._enqueue(CALLS, CALL_JOB, (provider, provider_id)))

    def keep_media(self, media_id: str) -> bool:
        """Have a customer's file fetched and kept."""
        return self.attempt(lambda: self._enqueue(JOBS, MEDIA_JOB, (media_id,)))

    def make_document(self, document: str) -> bool:
        """Have a document made that a customer asked for."""
        return self.attempt(lambda: self._enqueue(JOBS, DOCUMENT_JOB, (document,)))

    def _enqueue(self, queue: str, job: str, args: tuple[str, ...]) -> None:
        # One job of a kind and subject at a time. A job leaves nothing behind when it has finished
        # or failed: while any trace of it exists, RQ refuses the next of the same id.
        with suppress(DuplicateJobError):
            Queue(queue, connection=self._client).enqueue_call(
                job,
                args=args,
                job_id=job_id(job, *args),
                unique=True,
                ttl=STALE_SECONDS,
                result_ttl=0,
                failure_ttl=0,
                description=job,  # the arguments may be a customer's number, and RQ logs this
            )

    def attempt(self, work: Callable[[], object]) -> bool:
        """Do something with Redis, unless it was away a moment ago; return whether it was done."""
        if self._clock() < self._resting_until:
            return False
        try:
            work()
        except redis.RedisError as error:
            self._give_rest(error)
            return False
        self._rest = REST_SECONDS
        return True

    def _give_rest(self, error: redis.RedisError) -> None:
        with self._lock:
            self._resting_until = self._clock() + self._rest
            self._rest = min(self._rest * 2, LONGEST_REST_SECONDS)
        log.warning("redis away", error=type(error).__name__)


def job_id(job: str, *args: str) -> str:
    """Return the id of a job on a subject; RQ allows letters, digits, dashes and underscores."""
    subject = blake2s("\0".join(args).encode(), digest_size=12).hexdigest()
    return f"{job.rpartition('.')[2]}-{subject}"


def _heard_key(key: str) -> str:
    return f"wekeza:heard:{key}"


def _beat_key(key: str) -> str:
    return f"wekeza:drain:{key}"
