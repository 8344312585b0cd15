"""A bank whose processes may be killed, on a database and a Redis of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.embedded.redis import Redis
from bot.house import House
from core.demo import bank
from tests.support import without_redis
from tests.support.keys import KEYS
from tests.support.servers import Servers
from tests.support.stack import WEB, Stack, run_stack
from tests.support.town import Clock


@pytest.fixture(scope="module")
def kill_database(servers: Servers, worker_name: str, pepper: bytes) -> Iterator[str]:
    """A demo bank of today, for one module of tests: each starts where the one before it ended."""
    name = f"kill_{worker_name}"
    servers.create(name)
    with servers.app(name) as engine:
        bank.load(engine, keys=KEYS, now=datetime.now(UTC), pepper=pepper)
    yield name
    servers.drop(name)


@pytest.fixture(scope="module")
def books(servers: Servers, kill_database: str) -> Iterator[Engine]:
    """The superuser's way to that database."""
    with servers.admin(kill_database) as engine:
        yield engine


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory) -> Iterator[Redis]:
    """A Redis that may be stopped without anybody else missing it."""
    server = Redis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def stack(
    servers: Servers, kill_database: str, own_redis: Redis, pepper: bytes, tmp_path_factory
) -> Iterator[Stack]:
    """Only the web process runs; a test starts what else it needs."""
    with run_stack(
        [WEB],
        home=tmp_path_factory.mktemp("kill"),
        database_url=servers.app_url(kill_database),
        redis_url=own_redis.url,
        pepper=pepper,
        WEB_THREADS="6",
    ) as running:
        yield running


@pytest.fixture
def clock(now: datetime) -> Clock:
    """The time of ``house``."""
    return Clock(now)


@pytest.fixture
def house(
    servers: Servers, clean_database: str, clock: Clock, pepper: bytes, tmp_path: Path
) -> Iterator[House]:
    """A house whose work may be done in a process that dies. Redis is away."""
    with without_redis.opened(
        servers, clean_database, clock, data_dir=tmp_path, pepper=pepper
    ) as house:
        yield house


@pytest.fixture(scope="session")
def today() -> datetime:
    """The time that the books are verified at."""
    return datetime.now(UTC)
