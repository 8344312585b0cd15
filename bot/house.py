"""Everything the house is made of, built once per process."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from uuid import UUID

import redis
import uuid_utils.compat
from sqlalchemy import Engine

from bot import keyrings, partners, providers
from bot.providers import Providers
from bot.settings import BadSettings, Settings, load, numbers
from bot.wake import Wake
from channels.message import Door, Sender
from core import phone
from core.access import approvals, staff_counts
from core.access.passwords import Passwords
from core.access.pins import Secrets
from core.approvals.catalog import KINDS
from core.crm.templates import TemplateBook
from core.demo.staff import EMAILS, PASSWORD
from core.partners import questions
from core.partners.name_enquiry import NameEnquiry, NameRegistry
from core.partners.partner import Partner
from core.partners.questions import Answerers
from core.store import crashpoints, outbox
from core.store.crashpoints import reached
from core.store.engine import open_engine
from core.store.files import Files
from core.store.key_watch import Watch
from core.store.keyring import Keyring, UnknownKey
from core.store.unit import Unit, open_unit
from core.store.ussd_presses import PressBook
from flows.story import Outcome
from flows.words import CONTACTS, Words

DEMO_STAFF = (
    "DATABASE_URL: the demo's staff can sign in there, and their passwords are public; "
    "take another database, or: flask --app bot user deactivate EMAIL"
)
UI_EVENTS = "ui:events"
UI_DESK = "ui:desk"
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
    passwords: Passwords
    registry: NameRegistry
    waker: Wake
    clock: Callable[[], datetime]
    ids: Callable[[], UUID]
    key_watch: Watch | None = None
    partners: Mapping[str, Partner] = field(default_factory=dict)
    """The firms outside that orders go to, by name."""
    answerers: Answerers = field(default_factory=dict)
    """Who answers the questions of *call* steps, beside the registry of names."""

    def now(self) -> datetime:
        """Return the time; the only clock in the house."""
        return self.clock()

    def new_id(self) -> UUID:
        """Return a new id that sorts by time (UUID version 7, RFC 9562)."""
        return self.ids()

    @contextmanager
    def unit(self, correlation: str | None = None) -> Iterator[Unit]:
        """Run one unit of work, then wake whoever sends what it left in the outbox.

        :raises UnknownKey: if something was sealed by a key that this process did not know; it does
            by then, so the work can be done again
        """
        if self.key_watch is not None:
            self.key_watch.look()
        try:
            with open_unit(
                self.engine,
                keys=self.keys,
                now=self.now(),
                new_id=self.new_id,
                correlation=correlation or str(self.new_id()),
            ) as unit:
                yield unit
        except UnknownKey:
            if self.key_watch is not None:
                self.key_watch.look_now()
            raise
        if unit.heard:
            self.waker.note_heard(unit.heard)  # before the drain wakes that marks them
        self.wake(unit.wakes)

    def files(self, folder: str) -> Files:
        """Return the sealed files of a folder under DATA_DIR."""
        return Files(self.settings.data_dir, folder, self.keys)

    def open_file(self, folder: str, file: UUID) -> bytes:
        """Return what is in a sealed file, also when its data key is newer than what we know.

        Whoever calls has noted who looks at it and why.

        :raises FileNotFoundError: if there is none of that id
        """
        try:
            return self.files(folder).read(file)
        except UnknownKey:
            if self.key_watch is None:
                raise
            self.key_watch.look_now()
            return self.files(folder).read(file)

    def wake(self, keys: set[str]) -> None:
        """Wake the drains of these numbers. Never fails: the sweep finds what was missed."""
        if keys:
            reached("turn.before_wake")
            self.waker.wake(keys)

    def door(self, route: str) -> Door | None:
        """Return the adapter behind a webhook's route, or None when none is set up for it."""
        return self.providers.doors.get(route)

    def sender(self, provider: str, channel: str) -> Sender:
        """Return a number that answers what came in from a provider on a channel.

        Where the provider has several, the outbox finds the one that was written to.
        """
        return next(
            one
            for one in self.providers.senders.values()
            if (one.provider, one.channel) == (provider, channel)
        )

    def ask(self, question: object, *, seconds: float) -> Outcome | str:
        """Ask the outside world for the answer to a *call* step, or ``timed_out`` without one.

        Called outside any transaction; takes no longer than ``seconds``.
        """
        known = {NameEnquiry: self.registry, **self.answerers}
        return questions.ask(question, known, seconds=seconds)

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

    def tell(self, topic: str, **facts: UUID | str) -> None:
        """Tell live pages of the desk that something changed; they fetch what they may see.

        ``topic`` is ``queue``, ``approvals``, ``case:<id>``, ``presence:<case id>`` or one of the
        pages of operations or compliance (`bot.console.live`); facts are ids alone, never words or
        names. Call it after the commit. Never fails what it tells of.
        """
        event = {"topic": topic, **{name: str(value) for name, value in facts.items()}}
        self.waker.attempt(
            lambda: self.redis.xadd(UI_DESK, event, maxlen=UI_KEPT, approximate=True)  # type: ignore[arg-type]
        )


def wall_clock() -> datetime:
    """Return what time it is: the clock of a house, and of commands that need no house."""
    return datetime.now(UTC)  # noqa: TID251 - the house has the clock


def build(settings: Settings, *, name: str, pool: int = 8) -> House:
    """Return a house built from settings. ``name`` shows in PostgreSQL as the application name."""
    engine = open_engine(settings.database_url, name=name, pool=pool)
    return furnish(settings, engine, clock=wall_clock, ids=uuid_utils.compat.uuid7)


def _introduce(settings: Settings) -> None:
    """Have the words tell customers the numbers we are really reached at."""
    own = {
        "ussd": settings.ussd_code,
        "sms": next(iter(numbers(settings.twilio_sms_from)), settings.at_shortcode),
        "whatsapp": phone.spaced(next(iter(settings.whatsapp_numbers), "")),
        "paybill": settings.mpesa_shortcode,
    }
    CONTACTS.update({channel: number for channel, number in own.items() if number})


def furnish(
    settings: Settings, engine: Engine, *, clock: Callable[[], datetime], ids: Callable[[], UUID]
) -> House:
    """Return a house on a database, with a clock and ids of the caller's."""
    crashpoints.arm(settings.crash_at)
    approvals.register(KINDS)
    _introduce(settings)
    client = redis.Redis.from_url(
        settings.redis_url, socket_timeout=0.5, socket_connect_timeout=0.3
    )
    keys = keyrings.load(engine, settings)
    firms = partners.connect(settings, clock=clock, keys=keys)
    house = House(
        settings=settings,
        engine=engine,
        keys=keys,
        key_watch=Watch(engine, keyrings.provider(settings), keys),
        redis=client,
        providers=providers.connect(
            settings,
            lambda provider: TemplateBook(engine, clock=clock, provider=provider),
            PressBook(engine, clock=clock),
        ),
        secrets=Secrets(settings.pin_pepper),
        passwords=Passwords(allowed=(PASSWORD,) if settings.demo_mode else ()),
        registry=NameRegistry(settings.name_enquiry_base),
        waker=Wake(client),
        clock=clock,
        ids=ids,
        partners=firms,
        answerers=partners.answerers(settings, firms),
    )
    with house.unit() as unit:
        _refuse_demo_staff(settings, unit)
        outbox.register_senders(
            unit,
            house.providers.senders.values(),
            routes=settings.sms_routes,
            homes=house.providers.homes,
        )
    return house


def _refuse_demo_staff(settings: Settings, unit: Unit) -> None:
    """Open no house in production where log-ins work that everybody knows.

    :raises BadSettings: if there are any
    """
    if settings.environment == "production" and staff_counts.with_emails(unit, EMAILS):
        raise BadSettings([DEMO_STAFF])


@cache
def current() -> House:
    """Return this process's house, built on first use from the environment; jobs start here."""
    return build(load(), name="wekeza-worker", pool=6)
