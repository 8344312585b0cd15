"""Everything the house is made of, built once per process."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from uuid import UUID

import redis
import uuid_utils.compat
from sqlalchemy import Engine

from bot import providers
from bot.providers import Providers
from bot.settings import Settings, load
from bot.wake import Wake
from channels.message import Door, Sender
from core import phone
from core.access.pins import Secrets
from core.crm.templates import TemplateBook
from core.partners.name_enquiry import NameEnquiry, NameRegistry
from core.store import crashpoints, data_keys, outbox
from core.store.crashpoints import reached
from core.store.data_keys import LocalKeys
from core.store.engine import open_engine
from core.store.keyring import Keyring
from core.store.unit import Unit, open_unit
from flows.story import Outcome
from flows.words import CONTACTS, Words

UI_EVENTS = "ui:events"
UI_KEPT = 2000


@dataclass(frozen=True, slots=True)
class House:
    """The parts every door and every job may use. Only the house has a clock and makes ids."""

    settings: Settings
    engine: Engine
    keys: Keyring
    redis: redis.Redis
    providers: Providers
    secrets: Secrets
    registry: NameRegistry
    waker: Wake
    clock: Callable[[], datetime]
    ids: Callable[[], UUID]

    def now(self) -> datetime:
        """Return the time; the only clock in the house."""
        return self.clock()

    def new_id(self) -> UUID:
        """Return a new id that sorts by time (UUID version 7, RFC 9562)."""
        return self.ids()

    @contextmanager
    def unit(self, correlation: str | None = None) -> Iterator[Unit]:
        """Run one unit of work, then wake whoever sends what it left in the outbox."""
        with open_unit(
            self.engine,
            keys=self.keys,
            now=self.now(),
            new_id=self.new_id,
            correlation=correlation or str(self.new_id()),
        ) as unit:
            yield unit
        self.wake(unit.wakes)

    def wake(self, keys: set[str]) -> None:
        """Wake the drains of these numbers. Never fails: the sweep finds what was missed."""
        if keys:
            reached("turn.before_wake")
            self.waker.wake(keys)

    def door(self, route: str) -> Door | None:
        """Return the adapter behind a webhook's route, or None when none is set up for it."""
        return self.providers.doors.get(route)

    def sender(self, provider: str, channel: str) -> Sender:
        """Return the number that answers what came in from a provider on a channel."""
        return next(
            one
            for one in self.providers.senders.values()
            if (one.provider, one.channel) == (provider, channel)
        )

    def ask(self, question: object, *, seconds: float) -> Outcome | str:
        """Ask the outside world for the answer to a *call* step, or ``timed_out`` without one.

        Called outside any transaction; takes no longer than ``seconds``.
        """
        match question:
            case NameEnquiry():
                return self.registry.ask(question, seconds=seconds)
        raise TypeError(f"nobody to ask about {type(question).__name__}")

    def words(self, language: str, channel: str) -> Words:
        """Return the bank's voice in one language on one channel."""
        return Words(language, channel)

    def trace(self, kind: str, **facts: object) -> None:
        """Show the simulator what happened: demo only, no secrets, never fails a turn."""
        if not self.settings.demo_mode:
            return
        event = json.dumps({"kind": kind, "at": self.now().isoformat(), **facts}, default=str)
        self.waker.attempt(
            lambda: self.redis.xadd(UI_EVENTS, {"event": event}, maxlen=UI_KEPT, approximate=True)
        )


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the house has the clock


def build(settings: Settings, *, name: str, pool: int = 8) -> House:
    """Return a house built from settings. ``name`` shows in PostgreSQL as the application name."""
    engine = open_engine(settings.database_url, name=name, pool=pool)
    return furnish(settings, engine, clock=_now, ids=uuid_utils.compat.uuid7)


def _introduce(settings: Settings) -> None:
    """Have the words tell customers the numbers we are really reached at."""
    own = {
        "ussd": settings.ussd_code,
        "sms": settings.twilio_sms_from or settings.at_shortcode,
        "whatsapp": phone.spaced(settings.twilio_whatsapp_from),
    }
    CONTACTS.update({channel: number for channel, number in own.items() if number})


def furnish(
    settings: Settings, engine: Engine, *, clock: Callable[[], datetime], ids: Callable[[], UUID]
) -> House:
    """Return a house on a database, with a clock and ids of the caller's."""
    crashpoints.arm(settings.crash_at)
    _introduce(settings)
    client = redis.Redis.from_url(
        settings.redis_url, socket_timeout=0.5, socket_connect_timeout=0.3
    )
    house = House(
        settings=settings,
        engine=engine,
        keys=data_keys.load(engine, LocalKeys(settings.field_keys)),
        redis=client,
        providers=providers.connect(settings, TemplateBook(engine, clock=clock)),
        secrets=Secrets(settings.pin_pepper),
        registry=NameRegistry(settings.name_enquiry_base),
        waker=Wake(client),
        clock=clock,
        ids=ids,
    )
    with house.unit() as unit:
        outbox.register_senders(unit, house.providers.senders.values(), routes=settings.sms_routes)
    return house


@cache
def current() -> House:
    """Return this process's house, built on first use from the environment; jobs start here."""
    return build(load(), name="wekeza-worker", pool=6)
