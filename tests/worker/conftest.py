"""A house with a sending number of our own making, on real servers."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
import uuid_utils.compat
from sqlalchemy import Engine

from bot.house import House
from bot.providers import Providers
from bot.settings import Settings
from bot.wake import Wake
from core.access.passwords import Passwords
from core.access.pins import Secrets
from core.partners.name_enquiry import NameRegistry
from core.store import contacts, outbox
from core.store.unit import Unit
from tests.support.emptied import Beginning, empty
from tests.support.keys import KEYS
from tests.support.numbers import Number

MakeHouse = Callable[..., House]


@pytest.fixture
def books(engine: Engine, admin_engine: Engine, beginning: Beginning) -> Iterator[Engine]:
    """The application's way to a database that is empty before and afterwards."""
    with admin_engine.begin() as connection:
        empty(connection, beginning)
    yield engine
    with admin_engine.begin() as connection:
        empty(connection, beginning)


@pytest.fixture
def make_house(
    books: Engine, database: str, servers, redis_url: str, tmp_path: Path
) -> Iterator[MakeHouse]:
    """Make houses that share a database; their numbers are given, as is their Redis."""
    made: list[House] = []

    def make(*numbers: Number, redis_at: str = redis_url, **facts: object) -> House:
        settings = Settings(
            _env_file=None,
            demo_mode=True,
            data_dir=tmp_path,
            database_url=servers.app_url(database),
            redis_url=redis_at,
            **facts,
        )
        client = redis.Redis.from_url(redis_at, socket_timeout=0.5, socket_connect_timeout=0.3)
        house = House(
            settings=settings,
            engine=books,
            keys=KEYS,
            redis=client,
            providers=Providers({}, {number.key: number for number in numbers}),
            secrets=Secrets(settings.pin_pepper),
            passwords=Passwords(),
            registry=NameRegistry(""),
            waker=Wake(client),
            clock=lambda: datetime.now(UTC),
            ids=uuid_utils.compat.uuid7,
        )
        with house.unit() as unit:
            outbox.register_senders(unit, numbers)
            unit.wakes.clear()
        made.append(house)
        return house

    yield make
    for house in made:
        house.redis.close()


@pytest.fixture
def number() -> Number:
    """A WhatsApp number whose provider takes everything at once."""
    return Number()


@pytest.fixture
def house(make_house: MakeHouse, number: Number) -> House:
    """A house that speaks from ``number``."""
    return make_house(number)


@pytest.fixture
def queue(house: House, number: Number) -> Callable[..., None]:
    """Queue replies: contacts and texts, one after another, without waking anybody."""

    def put(*rows: tuple[str, str], of: Number = number) -> None:
        with house.unit() as unit:
            for contact, text in rows:
                queue_in(unit, contact, text, of=of)
            unit.wakes.clear()

    return put


def queue_in(unit: Unit, contact: str, text: str, *, of: Number) -> None:
    contacts.keep(unit, contact)
    outbox.queue_reply(
        unit,
        sender=of.key,
        channel=of.channel,
        provider=of.provider,
        contact=contact,
        customer_id=None,
        conversation_id=None,
        reply={"text": text, "options": [], "nav": []},
        content=text,
    )
