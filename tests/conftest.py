"""What every test may ask for: real servers, a database of its own, a frozen time, known ids."""

import itertools
import os
import random
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
import redis
from sqlalchemy import Engine
from xdist.scheduler.loadscope import LoadScopeScheduling

from bot.serve import settle
from core.store.unit import Unit
from tests.support import servers as support
from tests.support.compiled import keep_compiled
from tests.support.emptied import Beginning, begin
from tests.support.keys import FIELD_KEYS, KEYS, SEAL_KEY_TEXT
from tests.support.servers import Servers

pytest_plugins = ("tests.stories.plugin",)

HOME = pytest.StashKey[Path]()
NOW = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)  # a Wednesday, 12:30 in Nairobi
BANK = "template_bank"
TESTS = Path(__file__).parent
COUNTED = {"bot", "channels", "core", "flows", "worker"}
LONGEST = (
    "tests/stories/test_stories.py", "tests/browser/", "tests/bot/embedded/test_launch.py",
    "tests/kill/", "tests/flows/test_generated.py", "tests/worker/test_run.py",
)  # fmt: skip
"""What is begun first, in this order: a file that takes a minute must not be the last to begin."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the run's folder. Workers of xdist get it from the process that runs them."""
    given = getattr(config, "workerinput", {}).get("servers_home")
    if given is None:
        support.sweep()
        signal.signal(signal.SIGTERM, _end_like_ctrl_c)
    config.stash[HOME] = Path(given) if given else support.make_home()
    # Every database a test gets has data keys that this key wraps, and a log that this one chains.
    os.environ.setdefault("FIELD_KEYS", FIELD_KEYS)
    os.environ.setdefault("SEAL_KEY", SEAL_KEY_TEXT)
    keep_compiled(config.stash[HOME] / "compiled")


def _end_like_ctrl_c(*_: object) -> None:
    """A run that is told to go must still stop its servers."""
    raise KeyboardInterrupt


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest; count branches only where rooms are tested by themselves.

    Counting makes Python half as fast, and stories, pages and kills walk through all rooms again.
    """
    items.sort(key=_turn)
    for item in items:
        room = item.path.relative_to(TESTS).parts[0]
        if room not in COUNTED:
            item.add_marker(pytest.mark.no_cover)


def _turn(item: pytest.Item) -> int:
    found = (turn for turn, path in enumerate(LONGEST) if item.nodeid.startswith(path))
    return next(found, len(LONGEST))


def pytest_collection_finish() -> None:
    """Spare the garbage collector the tests themselves, as the web server spares it its code."""
    settle()


class _ByFile(LoadScopeScheduling):
    """A file is one process's, and all pages are another's: each would start a house of its own."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return "tests/browser" if file.startswith("tests/browser/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    """Give out tests by file in the order of ``items``, whatever ``--dist`` says."""
    config.option.loadscopereorder = False
    return _ByFile(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker of xdist where the servers are."""
    node.workerinput["servers_home"] = str(node.config.stash[HOME])  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers when the whole run is over."""
    if HOME in config.stash and not hasattr(config, "workerinput"):
        support.clear(config.stash[HOME])


@pytest.fixture(scope="session")
def shared(pytestconfig: pytest.Config) -> Iterator[Servers]:
    """The run's PostgreSQL (with a migrated template database) and, when asked for, Redis.

    What is made once for a process stands here, also when a module with servers of its own is the
    first to ask for it (`tests.support.alone`).
    """
    servers = Servers(pytestconfig.stash[HOME])
    servers.start_postgres()
    yield servers
    servers.stop()


@pytest.fixture(scope="session")
def servers(shared: Servers) -> Servers:
    """The servers that a test's own databases stand on."""
    return shared


@pytest.fixture(scope="session")
def worker_name(pytestconfig: pytest.Config) -> str:
    """The name of this process among those that run the tests."""
    return getattr(pytestconfig, "workerinput", {}).get("workerid", "main")


@pytest.fixture(scope="session")
def now() -> datetime:
    """The time of every test."""
    return NOW


@pytest.fixture
def new_id() -> Callable[[], UUID]:
    """Ids that are the same in every run and sort by when they were made."""
    chance, count = random.Random(384), itertools.count(int(NOW.timestamp() * 1000))

    def make() -> UUID:
        bits = next(count) << 80 | chance.getrandbits(80)
        return UUID(int=bits & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)

    return make


# --- One database per process, for tests that roll back ---------------------------------------


@pytest.fixture(scope="session")
def database(shared: Servers, worker_name: str) -> str:
    """The name of this process's own database: migrated, empty."""
    name = f"wekeza_{worker_name}"
    shared.create(name)
    shared.never_vacuum(name)
    return name


@pytest.fixture(scope="session")
def beginning(shared: Servers, database: str) -> Beginning:
    """What stands in this process's database from the start: migrations' own rows."""
    with shared.admin(database) as engine, engine.begin() as connection:
        return begin(connection)


@pytest.fixture(scope="session")
def engine(shared: Servers, database: str, beginning: Beginning) -> Iterator[Engine]:
    """The application's way to this process's database. What you commit, you must undo."""
    with shared.app(database) as engine:
        yield engine


@pytest.fixture(scope="session")
def admin_engine(shared: Servers, database: str, beginning: Beginning) -> Iterator[Engine]:
    """The superuser's way to this process's database."""
    with shared.admin(database) as engine:
        yield engine


@pytest.fixture
def unit(engine: Engine, now: datetime, new_id: Callable[[], UUID]) -> Iterator[Unit]:
    """A unit of work that never commits."""
    with engine.connect() as connection:
        outer = connection.begin()
        yield Unit(connection, now, new_id, "00000000-0000-7000-8000-000000000001", KEYS)
        outer.rollback()


# --- One database per test, for tests that commit ----------------------------------------------


@pytest.fixture
def clean_database(servers: Servers, worker_name: str) -> Iterator[str]:
    """The name of a migrated, empty database that only this test sees."""
    name = f"clean_{worker_name}"
    servers.create(name)
    yield name
    servers.drop(name)


@pytest.fixture
def clean_engine(servers: Servers, clean_database: str) -> Iterator[Engine]:
    """The application's way to ``clean_database``."""
    with servers.app(clean_database) as engine:
        yield engine


@pytest.fixture
def clean_admin_engine(servers: Servers, clean_database: str) -> Iterator[Engine]:
    """The superuser's way to ``clean_database``."""
    with servers.admin(clean_database) as engine:
        yield engine


@pytest.fixture(scope="session")
def pepper() -> bytes:
    """The pepper the demo bank's PINs are hashed with in tests."""
    return b"pepper for tests, 32 bytes long."


@pytest.fixture(scope="session")
def bank_template(shared: Servers, now: datetime, pepper: bytes) -> str:
    """The name of a template with the demo bank in it, made once for the whole run."""
    with shared.template_lock():
        if not shared.exists(BANK):
            shared.create("bank_draft")
            _load_demo_bank(shared, "bank_draft", now=now, pepper=pepper)
            shared.rename("bank_draft", BANK)
    return BANK


def _load_demo_bank(servers: Servers, name: str, *, now: datetime, pepper: bytes) -> None:
    from core.demo import bank

    with servers.app(name) as engine:
        bank.load(engine, keys=KEYS, now=now, pepper=pepper)


@pytest.fixture
def bank_database(servers: Servers, bank_template: str, worker_name: str) -> Iterator[str]:
    """The name of a database with the demo bank in it, that only this test sees."""
    name = f"bank_{worker_name}"
    servers.create(name, template=bank_template)
    yield name
    servers.drop(name)


@pytest.fixture
def bank_engine(servers: Servers, bank_database: str) -> Iterator[Engine]:
    """The application's way to ``bank_database``."""
    with servers.app(bank_database) as engine:
        yield engine


@pytest.fixture
def bank_admin_engine(servers: Servers, bank_database: str) -> Iterator[Engine]:
    """The superuser's way to ``bank_database``."""
    with servers.admin(bank_database) as engine:
        yield engine


# --- Redis --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _redis_started(shared: Servers, worker_name: str) -> str:
    shared.redis.start()
    number = int(worker_name.removeprefix("gw")) if worker_name.startswith("gw") else 0
    return shared.redis.url.replace("db=0", f"db={number % 16}")


@pytest.fixture
def redis_url(_redis_started: str) -> str:
    """The address of an empty Redis database that only this process uses."""
    with redis.Redis.from_url(_redis_started) as client:
        client.flushdb()
    return _redis_started
