"""A town for tests of the hub: the demo bank on a database of the test's own."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine

from bot import house as houses
from bot.house import House
from bot.settings import Settings, load
from channels.message import Channel
from tests.support.town import Clock, Phone


@pytest.fixture
def settings(
    bank_database: str, servers, redis_url: str, pepper: bytes, tmp_path: Path, monkeypatch
) -> Settings:
    """The settings of a demo on the test's servers."""
    import base64

    for name, value in {
        "DATABASE_URL": servers.app_url(bank_database),
        "DATABASE_ADMIN_URL": servers.admin_url(bank_database),
        "REDIS_URL": redis_url,
        "DATA_DIR": str(tmp_path),
        "DEMO_MODE": "1",
        "PIN_PEPPER": base64.b64encode(pepper).decode(),
    }.items():
        monkeypatch.setenv(name, value)
    return load(env_file=None)


@pytest.fixture
def clock(now: datetime) -> Clock:
    """The time in town."""
    return Clock(now)


@pytest.fixture
def house(
    settings: Settings, bank_engine: Engine, clock: Clock, new_id: Callable[[], UUID]
) -> Iterator[House]:
    """The house in town."""
    built = houses.furnish(settings, bank_engine, clock=clock, ids=new_id)
    yield built
    built.redis.close()


@pytest.fixture
def phone(house: House) -> Callable[[Channel, str], Phone]:
    """Give somebody in town a phone."""
    return lambda channel, address: Phone(house, channel, address)
