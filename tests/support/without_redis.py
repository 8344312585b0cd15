"""A house on a database of a test's own whose Redis is away: what has to happen happens without."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uuid_utils.compat
from sqlalchemy import Engine

from bot import house as houses
from bot.house import House
from bot.settings import Settings
from tests.support.servers import Servers
from tests.support.town import Clock

NOWHERE = "redis://127.0.0.1:9/0"  # nobody listens on the discard port


def settings_of(database_url: str, *, data_dir: Path, pepper: bytes, **given: Any) -> Settings:
    """Return the settings of a demo on a test's database."""
    return Settings(
        _env_file=None, demo_mode=True, data_dir=data_dir, database_url=database_url,
        redis_url=NOWHERE, **given,
    ).model_copy(update={"pin_pepper": pepper})  # fmt: skip


@contextmanager
def furnished(settings: Settings, engine: Engine, clock: Clock) -> Iterator[House]:
    """Furnish a house, and let go of what it holds in the end."""
    house = houses.furnish(settings, engine, clock=clock, ids=uuid_utils.compat.uuid7)
    try:
        yield house
    finally:
        house.redis.close()


@contextmanager
def opened(
    servers: Servers, database: str, clock: Clock, *, data_dir: Path, pepper: bytes, **given: Any
) -> Iterator[House]:
    """Furnish a house on a test's database, with a way of its own to it."""
    settings = settings_of(servers.app_url(database), data_dir=data_dir, pepper=pepper, **given)
    with servers.app(database) as engine, furnished(settings, engine, clock) as house:
        yield house
