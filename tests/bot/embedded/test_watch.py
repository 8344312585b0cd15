"""A bundled server that dies is started again: soon, ever later, never while the house closes."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from bot.embedded import keys
from bot.embedded.postgres import SUPERUSER, Postgres
from bot.embedded.processes import wait_until
from bot.embedded.redis import Redis
from bot.embedded.server import Server
from bot.embedded.watch import Watch
from tests.support.family import children_of, kill_all

SOON = 120.0
ENDED, AGAIN = "Redis has ended; again in {} s", "Redis runs again"


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    """A running PostgreSQL that is stopped whatever happens."""
    server = Postgres(tmp_path, keys.read_or_make(tmp_path), tuning={"fsync": "off"})
    server.start()
    yield server
    server.stop()


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Redis]:
    """A running Redis that is stopped whatever happens."""
    server = Redis(tmp_path)
    server.start()
    yield server
    server.stop()


@contextmanager
def watched(server: Server) -> Iterator[list[str]]:
    """Look after a server for a while; yields what is said of it."""
    said: list[str] = []
    watch = Watch(server, say=said.append)
    thread = threading.Thread(target=watch.run)
    thread.start()
    try:
        yield said
    finally:
        watch.end()
        thread.join()


def kill(server: Server) -> None:
    """Kill a server's first process and wait until it is gone."""
    pid = server.pid()
    assert pid
    os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: server.pid() != pid, seconds=SOON)


def test_redis_is_started_again_ever_later(cache: Redis) -> None:
    with watched(cache) as said:
        for times in (1, 2):
            kill(cache)
            assert wait_until(lambda n=times: said.count(AGAIN) == n, seconds=SOON)  # type: ignore[misc]
            with redis.Redis.from_url(cache.url) as client:
                assert client.ping()
    assert said == [ENDED.format("0.5"), AGAIN, ENDED.format("1"), AGAIN]


def test_postgres_is_started_again_once_its_orphans_are_gone(
    postgres: Postgres, tmp_path: Path
) -> None:
    """A child that still works holds the memory; PostgreSQL must not run beside it."""
    log = tmp_path / "postgres" / "postgres.log"
    url = postgres.url(SUPERUSER)
    with psycopg.connect(url) as connection:
        connection.execute("create table kept as select 1 as n")
    first = postgres.pid()
    assert first
    with watched(postgres) as said, psycopg.connect(url) as customer:
        orphan = customer.info.backend_pid
        os.kill(orphan, signal.SIGSTOP)
        kill_all([first, *(child for child in children_of(first) if child != orphan)])
        assert wait_until(lambda: "still in use" in log.read_text(), seconds=SOON)
        assert "PostgreSQL runs again" not in said
        os.kill(orphan, signal.SIGCONT)
        assert wait_until(lambda: "PostgreSQL runs again" in said, seconds=SOON)
    with psycopg.connect(url) as connection:
        assert connection.execute("select n from kept").fetchone() == (1,)


def test_a_server_that_cannot_start_is_tried_ever_later_and_the_reason_told(
    cache: Redis, tmp_path: Path
) -> None:
    config = tmp_path / "redis" / "redis.conf"
    with watched(cache) as said:
        config.unlink()
        config.mkdir()  # in the way
        kill(cache)
        assert wait_until(lambda: ENDED.format("1") in said, seconds=SOON)
        config.rmdir()
        assert wait_until(lambda: AGAIN in said, seconds=SOON)
    assert "redis.conf" in said.pop(1)
    assert said == [ENDED.format("0.5"), ENDED.format("1"), AGAIN]


def test_no_server_is_started_while_the_house_closes(cache: Redis) -> None:
    watch = Watch(cache, say=print)
    watch.end()
    kill(cache)
    watch.run()
    assert cache.pid() is None


def test_closing_does_not_wait_for_a_start_that_takes_long(postgres: Postgres) -> None:
    said: list[str] = []
    watch = Watch(postgres, say=said.append)
    thread = threading.Thread(target=watch.run)
    with psycopg.connect(postgres.url(SUPERUSER)) as customer:
        os.kill(customer.info.backend_pid, signal.SIGSTOP)
        kill(postgres)
        thread.start()
        assert wait_until(lambda: bool(said), seconds=SOON)
        watch.end()
        assert postgres.pid() is None
        os.kill(customer.info.backend_pid, signal.SIGCONT)
    thread.join()
    assert said == ["PostgreSQL has ended; again in 0.5 s"]
