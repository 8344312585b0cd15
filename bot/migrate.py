"""Bringing the database up to date, and knowing whether it is."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine

from core.store.engine import APP_ROLE, open_engine
from core.store.keyring import Keyring

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
LONGEST_STATEMENT_MS = 15 * 60 * 1000


KeyringOf = Callable[[Connection], Keyring]


def upgrade(
    admin_url: str, *, app_url: str, keyring: KeyringOf | None = None, to: str = "head"
) -> None:
    """Run the migrations that are missing, then let the application's user act as its role.

    ``admin_url`` belongs to a user who may create roles; ``app_url`` is the address that the
    application itself uses. ``keyring`` is asked for the database's keys when it was filled before
    anything in it was sealed.
    """
    from alembic import command  # noqa: PLC0415 - a fifth of every process's start, for few of them

    engine = admin_engine(admin_url)
    try:
        with engine.connect() as connection:
            command.upgrade(_config(connection, keyring), to)
    finally:
        engine.dispose()
    _let_in(admin_url, app_url)


def pending(engine: Engine) -> list[str]:
    """Return the numbers of the migrations that have not run yet, oldest first."""
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 - as above
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    script = ScriptDirectory(str(MIGRATIONS))
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    waiting = script.iterate_revisions("head", current or "base")
    return [revision.revision for revision in reversed(list(waiting))]


def admin_engine(admin_url: str) -> Engine:
    """Return an engine for the owner's work: its statements may take their time."""
    return open_engine(
        admin_url,
        name="wekeza-admin",
        role=None,
        pool=1,
        overflow=1,
        statement_ms=LONGEST_STATEMENT_MS,
    )


def _config(connection: Connection, keyring: KeyringOf | None) -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config(attributes={"connection": connection, "keyring": keyring})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _let_in(admin_url: str, app_url: str) -> None:
    """Give the application's user its role: a password when it is the role, else membership."""
    app = psycopg.conninfo.conninfo_to_dict(_plain(app_url))
    user = str(app.get("user", ""))
    with psycopg.connect(_plain(admin_url), autocommit=True) as connection:
        me = connection.execute("select current_user").fetchone()
        if user == APP_ROLE:
            _log_in(connection, str(app.get("password", "")))
        elif me and user != me[0]:
            _run(connection, "grant {} to {}", sql.Identifier(APP_ROLE), sql.Identifier(user))


def _log_in(connection: psycopg.Connection, password: str) -> None:
    if password:
        # Hashed here, so that the password itself never stands in a statement or a server's log.
        secret = connection.pgconn.encrypt_password(
            password.encode(), APP_ROLE.encode(), b"scram-sha-256"
        )
        role, hashed = sql.Identifier(APP_ROLE), sql.Literal(secret.decode())
        _run(connection, "alter role {} login password {}", role, hashed)


def _run(connection: psycopg.Connection, statement: LiteralString, *parts: sql.Composable) -> None:
    connection.execute(sql.SQL(statement).format(*parts))


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
