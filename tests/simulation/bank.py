"""The bank of a simulation: a real house on a database of its own, with a clock and ids given."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

import redis

from bot.house import House
from bot.providers import Providers
from bot.settings import Settings
from bot.wake import Wake
from core.access.passwords import Passwords
from core.access.pins import Secrets
from core.partners.name_enquiry import NameRegistry
from core.store import outbox
from tests.support.keys import KEYS
from tests.support.numbers import Number
from tests.support.servers import Servers


@contextmanager
def opened(
    servers: Servers,
    *,
    database: str,
    redis_url: str,
    folder: Path,
    clock: Callable[[], datetime],
    ids: Callable[[], UUID],
) -> Iterator[House]:
    """Open a bank on a new database of that name, without partners; both are gone afterwards."""
    servers.create(database)
    client = redis.Redis.from_url(redis_url, socket_timeout=0.5, socket_connect_timeout=0.3)
    settings = Settings(
        _env_file=None,
        demo_mode=True,
        data_dir=folder,
        database_url=servers.app_url(database),
        redis_url=redis_url,
    )
    number = Number(channel="sms", number="21000")
    with servers.app(database) as engine:
        house = House(
            settings=settings,
            engine=engine,
            keys=KEYS,
            redis=client,
            providers=Providers({}, {number.key: number}),
            secrets=Secrets(settings.pin_pepper),
            passwords=Passwords(),
            registry=NameRegistry(""),
            waker=Wake(client),
            clock=clock,
            ids=ids,
        )
        with house.unit() as unit:
            outbox.register_senders(unit, [number])
        yield house
    client.close()
    servers.drop(database)
