"""Drains are called once however often they are wanted, and a dead Redis costs a turn nothing."""

from itertools import pairwise

import pytest
import redis
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.timeouts import TimerDeathPenalty

from bot import wake
from bot.wake import Wake
from worker.queues import QUEUES, worker_for

KEY = "twilio:whatsapp:+254700000100"
RAN: list[str] = []


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def note(key: str) -> None:
    """A job of these tests."""
    RAN.append(key)


def fail(key: str) -> None:
    """A job of these tests that fails."""
    RAN.append(key)
    raise ZeroDivisionError


@pytest.fixture
def client(redis_url: str):
    RAN.clear()
    with redis.Redis.from_url(redis_url) as client:
        yield client


def queued(client: redis.Redis, name: str = wake.DRAIN) -> list[Job]:
    return Queue(name, connection=client).jobs


def work(client: redis.Redis) -> None:
    """Run what is queued, as the worker does."""
    queues = [Queue(name, connection=client) for name in QUEUES]
    worker = SimpleWorker(queues, connection=client)
    worker.death_penalty_class = TimerDeathPenalty
    worker.work(burst=True, logging_level="ERROR")


def forget_call(client: redis.Redis, clock: Clock) -> None:
    """Let the time pass after which a call for a drain may be repeated."""
    client.delete(f"wekeza:drain:{KEY}")
    clock.now += 1.0


def test_many_wakes_make_one_job(client) -> None:
    for _ in range(20):
        assert Wake(client).wake({KEY})
    [job] = queued(client)
    assert (job.func_name, job.args) == ("worker.drain.drain", (KEY,))


def test_a_running_drain_is_not_called(client) -> None:
    waker = Wake(client)
    waker.beat(KEY)
    waker.wake({KEY})
    assert queued(client) == []
    waker.fall_silent(KEY)
    waker.wake({KEY})
    assert len(queued(client)) == 1


def test_a_wake_is_one_round_trip_while_a_drain_runs(client, monkeypatch) -> None:
    waker = Wake(client)
    waker.beat(KEY)
    trips = []
    send = redis.connection.AbstractConnection.send_packed_command
    monkeypatch.setattr(
        redis.connection.AbstractConnection,
        "send_packed_command",
        lambda self, *a, **k: (trips.append(1), send(self, *a, **k))[1],
    )
    waker.beat("another")
    trips.clear()
    waker.wake({KEY, "another"})
    assert len(trips) == 1


def test_a_drain_seen_alive_a_moment_ago_is_not_asked_after(client) -> None:
    waker = Wake(client, clock=(clock := Clock()))
    waker.beat(KEY)
    waker.wake({KEY})
    client.delete(f"wekeza:drain:{KEY}")
    assert waker.wake({KEY})
    assert queued(client) == []
    clock.now += wake.AWAKE_SECONDS
    waker.wake({KEY})
    assert len(queued(client)) == 1


def test_whoever_leaves_may_be_called_at_once(client) -> None:
    waker = Wake(client)
    waker.wake({KEY})
    waker.fall_silent(KEY)
    waker.wake({KEY})
    assert client.exists(f"wekeza:drain:{KEY}")


@pytest.mark.parametrize("job", ["note", "fail"])
def test_a_job_that_ended_keeps_nobody_out(client, monkeypatch, job: str) -> None:
    # RQ refuses a job while one of its id exists, finished and failed ones included.
    monkeypatch.setattr(wake, "DRAIN_JOB", f"{__name__}.{job}")
    waker = Wake(client, clock=(clock := Clock()))
    for n in range(1, 4):
        forget_call(client, clock)
        waker.wake({KEY})
        work(client)
        assert len(RAN) == n
    assert client.keys("rq:job:*") == []


def test_a_queued_job_is_not_queued_again(client) -> None:
    waker = Wake(client, clock=(clock := Clock()))
    waker.wake({KEY})
    forget_call(client, clock)
    assert waker.wake({KEY})
    assert len(queued(client)) == 1


def test_a_job_nobody_took_is_forgotten(client) -> None:
    Wake(client).wake({KEY})
    [job] = queued(client)
    assert 0 < client.ttl(job.key) <= wake.STALE_SECONDS


def test_jobs_say_nothing_about_customers(client) -> None:
    Wake(client).call("africastalking", "secret-id")
    [job] = queued(client, wake.CALLS)
    assert "secret" not in job.id + job.description


def test_ids_differ_by_subject_and_please_rq() -> None:
    ids = {wake.job_id("worker.drain.drain", key) for key in ("a:b+1", "a:b", "a:b 1")}
    assert len(ids) == 3
    assert wake.job_id("m.f", "a", "bc") != wake.job_id("m.f", "ab", "c")


def test_a_dead_redis_is_asked_rarely(redis_url: str) -> None:
    asked: list[float] = []
    clock = Clock()

    class Dead(redis.Redis):
        def pipeline(self, *_: object, **__: object):
            asked.append(clock.now)
            raise redis.ConnectionError

    waker = Wake(Dead.from_url(redis_url), clock=clock)
    for _ in range(400):
        assert not waker.wake({KEY})
        clock.now += 0.1
    gaps = [b - a for a, b in pairwise(asked)]
    assert len(asked) <= 6
    assert gaps == sorted(gaps)
    assert max(gaps) <= wake.LONGEST_REST_SECONDS + 0.2


def test_a_redis_that_is_back_is_used_again(client) -> None:
    clock = Clock()
    waker = Wake(client, clock=clock)
    waker._give_rest(redis.ConnectionError())
    assert not waker.wake({KEY})
    clock.now += wake.REST_SECONDS
    assert waker.wake({KEY})
    assert len(queued(client)) == 1


def test_every_queue_has_a_worker(redis_url: str) -> None:
    worker = worker_for(redis_url, name="test", on_signal=lambda: None)
    assert worker.queue_names() == [wake.CALLS, wake.DRAIN, wake.JOBS]
