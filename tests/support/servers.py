"""The tests' own PostgreSQL and Redis: one of each for a whole run, whatever the worker count."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import Engine, event

from bot import migrate
from bot.embedded import keys
from bot.embedded.postgres import APP, FORGETFUL, SUPERUSER, Postgres
from bot.embedded.redis import Redis
from core.store.engine import open_engine
from tests.support.keys import plant

MEMORY = Path("/dev/shm")
ROOM = 4 * 2**30
PREFIX = "wekeza-tests-"
TEMPLATE = "template_wekeza"


class Servers:
    """The servers of one test run. They start when first asked for; the run's end stops them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.keys = keys.read_or_make(home)
        self.postgres = Postgres(home, self.keys, tuning={**FORGETFUL, "max_connections": "200"})
        self.redis = Redis(home)

    def admin_url(self, database: str) -> str:
        """Return the superuser's address of a database."""
        return self.postgres.url(SUPERUSER, database)

    def app_url(self, database: str) -> str:
        """Return the application's address of a database."""
        return self.postgres.url(APP, database)

    def start_postgres(self) -> None:
        """Start PostgreSQL and migrate the template, unless another worker has."""
        self.postgres.start()
        with self.template_lock() as connection:
            if not _exists(connection, TEMPLATE):
                _create(connection, "template_draft")
                migrate.upgrade(
                    self.admin_url("template_draft"),
                    app_url=self.app_url("template_draft"),
                    to=newest_in_a_row(),
                )
                with self.admin("template_draft") as engine:
                    plant(engine)
                self.rename("template_draft", TEMPLATE)

    @contextlib.contextmanager
    def template_lock(self) -> Iterator[psycopg.Connection]:
        """Keep other workers from making the same template meanwhile."""
        with psycopg.connect(self.admin_url("postgres"), autocommit=True) as connection:
            connection.execute("select pg_advisory_lock(1)")
            yield connection

    def create(self, database: str, *, template: str = TEMPLATE) -> None:
        """Create a database as a copy of a template."""
        with psycopg.connect(self.admin_url("postgres"), autocommit=True) as connection:
            _create(connection, database, template)

    def rename(self, database: str, to: str) -> None:
        """Give a database another name: a half-made template never has the final one."""
        with psycopg.connect(self.admin_url("postgres"), autocommit=True) as connection:
            rename = sql.SQL("alter database {} rename to {}")
            connection.execute(rename.format(sql.Identifier(database), sql.Identifier(to)))

    def never_vacuum(self, database: str) -> None:
        """Let no vacuum come by: where all is rolled back it would learn that tables are empty.

        From then on PostgreSQL would read them whole, and plans would depend on when it came.
        """
        with psycopg.connect(self.admin_url(database), autocommit=True) as connection:
            tables = connection.execute(
                "select format('alter table %s set (autovacuum_enabled = false)', oid::regclass)"
                " from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
            ).fetchall()
            for (statement,) in tables:
                connection.execute(statement)

    def drop(self, database: str) -> None:
        """Drop a database, whoever is still connected to it."""
        with psycopg.connect(self.admin_url("postgres"), autocommit=True) as connection:
            drop = sql.SQL("drop database if exists {} with (force)")
            connection.execute(drop.format(sql.Identifier(database)))

    def exists(self, database: str) -> bool:
        """Return whether there is such a database."""
        with psycopg.connect(self.admin_url("postgres"), autocommit=True) as connection:
            return _exists(connection, database)

    @contextlib.contextmanager
    def app(self, database: str) -> Iterator[Engine]:
        """Open an engine that acts as the application, and close it.

        A machine that stalls for seconds between two statements is no fault of the work it tests,
        so its transactions may rest longer than the bank lets them.
        """
        engine = open_engine(self.app_url(database), name="wekeza-tests")
        event.listen(engine, "connect", _let_it_rest)
        try:
            yield engine
        finally:
            engine.dispose()

    @contextlib.contextmanager
    def admin(self, database: str) -> Iterator[Engine]:
        """Open an engine that acts as the superuser, and close it."""
        engine = open_engine(self.admin_url(database), name="wekeza-tests-admin", role=None)
        try:
            yield engine
        finally:
            engine.dispose()

    def stop(self) -> None:
        """Stop what runs."""
        self.postgres.stop()
        self.redis.stop()


def _let_it_rest(connection: psycopg.Connection, _: object) -> None:
    connection.execute("set idle_in_transaction_session_timeout = '60s'")
    connection.commit()


def newest_in_a_row() -> str:
    """Return the last migration that has all before it (some may be on another branch)."""
    names = {path.name[:4] for path in (migrate.MIGRATIONS / "versions").glob("[0-9]*.py")}
    number = 0
    while f"{number + 1:04}" in names:
        number += 1
    return f"{number:04}"


def make_home() -> Path:
    """Return a new folder for a run's servers, named after this process."""
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=_ground()))


def _ground() -> Path:
    """Return where servers stand: in memory if there is room, for nothing of theirs has to last.

    A database is made for nearly every test that commits: hundreds of files, copied and removed.
    """
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        return MEMORY
    return Path(tempfile.gettempdir())


def sweep() -> None:
    """Stop the servers of runs that were killed before they could."""
    places = {Path(tempfile.gettempdir()), MEMORY}
    for home in (home for place in places for home in place.glob(f"{PREFIX}*-*")):
        owner = int(home.name.removeprefix(PREFIX).split("-")[0])
        with contextlib.suppress(PermissionError):
            if home.stat().st_uid != os.geteuid() or _alive(owner):
                continue
            clear(home)


def clear(home: Path) -> None:
    """Stop a run's servers and remove its folder."""
    if (home / keys.FILE).exists():
        Servers(home).stop()
    shutil.rmtree(home, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _exists(connection: psycopg.Connection, database: str) -> bool:
    found = connection.execute("select from pg_database where datname = %s", [database])
    return found.rowcount == 1


def _create(connection: psycopg.Connection, database: str, template: str = "template1") -> None:
    drop = sql.SQL("drop database if exists {} with (force)")
    connection.execute(drop.format(sql.Identifier(database)))
    # Copying files beats replaying them: nothing here has to survive.
    create = sql.SQL("create database {} template {} strategy file_copy")
    connection.execute(create.format(sql.Identifier(database), sql.Identifier(template)))
