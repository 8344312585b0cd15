"""The worker and the scheduler as processes: they send, survive blows, and leave nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from sqlalchemy import Engine

from bot.embedded.redis import Redis
from bot.wake import Wake
from tests.support.keys import FIELD_KEYS, SEAL_KEY_TEXT
from tests.support.phone_company import PhoneCompany, open_company
from tests.support.until import until
from tests.support.without_redis import NOWHERE

ROOT = Path(__file__).parent.parent.parent
SID = "AC" + "1" * 32


@pytest.fixture
def company() -> Iterator[PhoneCompany]:
    with open_company() as company:
        yield company


class Processes:
    """Starts processes of the house and ends them."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        self.env, self.log = env, log
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, module: str, **env: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", module],
                cwd=ROOT,
                env={**self.env, **env},
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def end(self) -> None:
        for process in self.running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)


@pytest.fixture
def processes(
    books: Engine,
    servers,
    database: str,
    redis_url: str,
    tmp_path: Path,
    company: PhoneCompany,
) -> Iterator[Processes]:
    env = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": servers.app_url(database),
        "REDIS_URL": redis_url,
        "FIELD_KEYS": FIELD_KEYS,
        "SEAL_KEY": SEAL_KEY_TEXT,
        "DEMO_MODE": "0",
        "TWILIO_ACCOUNT_SID": SID,
        "TWILIO_AUTH_TOKEN": "token",
        "TWILIO_SMS_FROM": "21000",
        "TWILIO_API_BASE": company.url,
        "WORKERS": "2",
    }
    processes = Processes(env, tmp_path / "log")
    yield processes
    processes.end()


@pytest.fixture
def say(make_house, company: PhoneCompany) -> Callable[..., None]:
    """Owe somebody an SMS, from a process that has nothing to do with the worker."""
    from tests.support.numbers import Number
    from tests.worker.conftest import queue_in

    number = Number(channel="sms", number="21000")
    house = make_house(number)

    def put(text: str, *, wake: bool = True) -> None:
        with house.unit() as unit:
            queue_in(unit, "+254712000001", text, of=number)
            if not wake:
                unit.wakes.clear()

    return put


def texts(company: PhoneCompany) -> list[str]:
    return [form["Body"] for form in company.got]


@pytest.fixture
def written_down(books: Engine) -> Callable[[], bool]:
    """Return whether of everything that left it is known that it did."""

    def look() -> bool:
        with books.connect() as connection:
            asked = "select count(*) from outbox where status in ('queued', 'leased')"
            return not connection.exec_driver_sql(asked).scalar_one()

    return look


def children(pid: int) -> list[int]:
    """Return the processes that take jobs, without multiprocessing's own helper."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [
        int(child)
        for child in found
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def listening(redis_url: str) -> int:
    with redis.Redis.from_url(redis_url) as client:
        return client.scard("rq:workers")


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_worker_sends_comes_back_when_killed_and_ends_clean(
    processes: Processes, company: PhoneCompany, say, written_down, redis_url: str
) -> None:
    worker = processes.start("worker.run")
    until(lambda: listening(redis_url) == 2)
    say("one")
    until(lambda: texts(company) == ["one"])
    until(written_down)  # what is in flight keeps its contact's line until its lease runs out
    with redis.Redis.from_url(redis_url) as client:
        assert Wake(client).call("twilio", "SM-that-waits-for-nothing")
        until(lambda: not client.keys("rq:job:*"))
    assert "Traceback" not in processes.log.read_text()

    first = children(worker.pid)
    assert len(first) == 2
    for child in first:
        os.kill(child, signal.SIGKILL)
    until(lambda: len(alive := children(worker.pid)) == 2 and not set(alive) & set(first))
    with redis.Redis.from_url(redis_url) as client:
        client.delete("wekeza:drain:twilio:sms:21000")  # the beat of the killed drain
    until(lambda: listening(redis_url) >= 4)  # the dead two are still on RQ's list
    say("two")
    until(lambda: texts(company) == ["one", "two"])

    last = children(worker.pid)
    worker.terminate()
    assert worker.wait(8) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in last)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_no_process_outlives_a_killed_worker(processes: Processes, redis_url: str) -> None:
    worker = processes.start("worker.run")
    until(lambda: listening(redis_url) == 2)
    last = children(worker.pid)
    worker.kill()
    worker.wait(5)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in last), seconds=10)


def test_without_redis_the_scheduler_sends_and_ends_clean(
    processes: Processes, company: PhoneCompany, say
) -> None:
    scheduler = processes.start("worker.schedule", REDIS_URL=NOWHERE)
    for n in range(3):
        say(str(n), wake=False)
    until(lambda: texts(company) == ["0", "1", "2"])
    scheduler.terminate()
    assert scheduler.wait(8) == 0


def test_a_worker_waits_for_a_redis_that_is_away(processes: Processes, redis_url: str) -> None:
    worker = processes.start("worker.run", REDIS_URL=NOWHERE)
    until(lambda: processes.log.read_text().count("redis away") >= 3)
    assert worker.poll() is None
    worker.terminate()
    assert worker.wait(8) == 0


def test_all_is_sent_while_redis_is_away_and_after_it_is_back(
    processes: Processes, company: PhoneCompany, say, tmp_path: Path
) -> None:
    server = Redis(tmp_path)
    server.start()
    try:
        worker = processes.start("worker.run", REDIS_URL=server.url, WORKERS="1")
        scheduler = processes.start("worker.schedule", REDIS_URL=server.url)
        until(lambda: listening(server.url) == 1)
        say("before", wake=False)
        until(lambda: texts(company) == ["before"])
        server.stop()
        say("without", wake=False)
        until(lambda: texts(company) == ["before", "without"])
        scheduler.terminate()
        assert scheduler.wait(8) == 0
        server.start()
        say("after", wake=False)
        with redis.Redis.from_url(server.url) as client:
            Wake(client).wake({"twilio:sms:21000"})
        until(lambda: texts(company) == ["before", "without", "after"])
        worker.terminate()
        assert worker.wait(8) == 0
    finally:
        server.stop()
