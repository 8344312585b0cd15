"""What customers say does not reach the disk by a side door: logs, and what Redis holds."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from bot.embedded import keys
from bot.embedded.postgres import SUPERUSER, Postgres
from bot.embedded.redis import Redis

CANARY = "Xanthippe-0711222333"


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Redis]:
    server = Redis(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    slow = {"fsync": "off", "log_min_duration_statement": "0"}
    server = Postgres(tmp_path, keys.read_or_make(tmp_path), tuning=slow)
    server.start()
    yield server
    server.stop()


def written(folder: Path) -> bytes:
    """Return all that files in a folder say."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return b"".join(path.read_bytes() for path in files)


def test_redis_keeps_nothing_when_it_stops(cache: Redis, tmp_path: Path) -> None:
    with redis.Redis.from_url(cache.url) as client:
        client.xadd("ui:events", {"said": CANARY})
        assert client.config_get("save") == {"save": ""}
        assert client.config_get("appendonly") == {"appendonly": "no"}
    cache.stop()
    assert CANARY.encode() not in written(tmp_path)


def test_no_value_of_a_statement_is_logged(postgres: Postgres, tmp_path: Path) -> None:
    with psycopg.connect(postgres.url(SUPERUSER), autocommit=True) as connection:
        connection.execute("select %s::text", [CANARY])
        with pytest.raises(psycopg.Error):
            connection.execute("select 1 / (length(%s::text) - %s)", [CANARY, len(CANARY)])
    logs = b"".join(path.read_bytes() for path in tmp_path.rglob("*.log"))
    assert b"select $1::text" in logs, "statements themselves are"
    assert CANARY.encode() not in logs
