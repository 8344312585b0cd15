"""Making a database ready to be worked with: its migrations, and the demo bank."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine

from bot import house as houses
from bot import keyrings, migrate
from bot.settings import Settings
from core.access import audit_anchor
from core.demo import bank, identities
from core.kyc import pages
from core.ledger import anchors
from core.store import data_keys
from core.store.engine import open_engine
from core.store.files import Files
from core.store.keyring import Keyring
from core.store.unit import open_unit

LONGEST_STATEMENT_MS = 60_000
DEMO_PICTURE = Path(__file__).parent / "static" / "id-card.png"
_NONE = UUID(int=0)


def upgrade(settings: Settings) -> list[str]:
    """Run the migrations that are missing and return their numbers."""
    engine = migrate.admin_engine(settings.database_admin_url)
    try:
        missing = migrate.pending(engine)
    finally:
        engine.dispose()
    # Also when none is missing: the application's password may have changed.
    migrate.upgrade(
        settings.database_admin_url,
        app_url=settings.database_url,
        keyring=lambda connection: keyrings.load_in(connection, settings),
    )
    return missing


def seed(settings: Settings) -> bool:
    """Load the demo bank, relative to now, if the bank is empty; return whether it was."""
    engine = open_engine(
        settings.database_url, name="wekeza-seed", pool=1, statement_ms=LONGEST_STATEMENT_MS
    )
    try:
        keys, now = keyrings.load(engine, settings), clock(engine)
        loaded = bank.load(engine, keys=keys, now=now, pepper=settings.pin_pepper)
        if loaded:
            _draw_pictures(settings, engine, keys, now)
        return loaded
    finally:
        engine.dispose()


def _draw_pictures(settings: Settings, engine: Engine, keys: Keyring, now: datetime) -> None:
    """Put the demo's pictures of documents on the disk: the bank itself has no hand there."""
    files = Files(settings.data_dir, pages.FOLDER, keys)
    with open_unit(
        engine, keys=keys, now=now, new_id=lambda: _NONE, correlation=str(_NONE)
    ) as unit:
        identities.draw(unit, files, DEMO_PICTURE.read_bytes())


def empty(settings: Settings) -> None:
    """Forget everything and migrate afresh. For the demo bank: nothing of it comes back.

    The data keys alone stay: processes that run seal with those they know.
    """
    engine = migrate.admin_engine(settings.database_admin_url)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("set local lock_timeout = '30s'")
            known = data_keys.taken_along(connection)
            connection.exec_driver_sql("drop schema public cascade; create schema public")
        upgrade(settings)
        with engine.begin() as connection:
            data_keys.bring_back(connection, known)
    finally:
        engine.dispose()
    # They vouch for a book and a log that are gone, and would call the new ones forged.
    for place in (anchors.place, audit_anchor.place):
        place(settings.data_dir).unlink(missing_ok=True)


def begin_anew(settings: Settings) -> None:
    """Forget everything and load the demo bank of today, also while the house is open.

    Processes that run lose their connections, which know statements on tables that are gone, and
    open new ones when they next need them.
    """
    empty(settings)
    seed(settings)
    _hang_up(settings)
    houses.build(settings, name="wekeza-seed", pool=1).engine.dispose()  # registers the numbers


def _hang_up(settings: Settings) -> None:
    admin = migrate.admin_engine(settings.database_admin_url)
    try:
        with admin.begin() as connection:
            connection.exec_driver_sql(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
                " and application_name like 'wekeza-%%'"
            )
    finally:
        admin.dispose()


def clock(engine: Engine) -> datetime:
    """Return the time of the database, for those who work without a house."""
    with engine.connect() as connection:
        time: datetime = connection.exec_driver_sql("select clock_timestamp()").scalar_one()
        return time
