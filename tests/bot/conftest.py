"""A town for tests of the hub: the demo bank on a database of the test's own."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
import uuid_utils.compat
from sqlalchemy import Engine, event

from bot import answers, hub, retry
from bot import house as houses
from bot.house import House
from bot.settings import Settings, load
from channels.message import Channel
from core.store.engine import open_engine
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


@pytest.fixture
def hurry(monkeypatch):
    """Limits as in earnest, only shorter."""
    monkeypatch.setattr(hub, "TURN_SECONDS", 1.2)
    monkeypatch.setattr(hub, "ANSWER_SECONDS", 1.8)
    monkeypatch.setattr(hub, "CALL_SECONDS", 0.3)
    monkeypatch.setattr(hub, "LAST_WORDS_SECONDS", 0.2)
    monkeypatch.setattr(answers, "CALL_SECONDS", 0.3)
    monkeypatch.setattr(retry, "AGAIN_SECONDS", 0.2)


@pytest.fixture
def make_house(settings, clock, hurry) -> Iterator[Callable[..., House]]:
    """Make houses on the test's bank, with few connections and short limits of PostgreSQL's."""
    made: list[House] = []

    def make(*, pool: int = 2, url: str = settings.database_url, **facts: object) -> House:
        engine = open_engine(url, name="wekeza-hurry", pool=pool, overflow=0, wait_seconds=0.2)

        @event.listens_for(engine, "connect")
        def hasten(connection, _):
            connection.execute("set lock_timeout = '100ms'")
            connection.execute("set statement_timeout = '300ms'")
            connection.commit()

        built = houses.furnish(
            settings.model_copy(update=facts), engine, clock=clock, ids=uuid_utils.compat.uuid7
        )
        made.append(built)
        return built

    yield make
    for one in made:
        one.engine.dispose()
        one.redis.close()
