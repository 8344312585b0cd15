"""Looks at every part the house stands on, and says what is missing and how to mend it.

It needs nothing to be well: with broken settings it names them and looks at what can be looked at.
"""

import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx
import redis
import uuid_utils.compat
from cryptography.exceptions import InvalidTag
from rq import Worker
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot import keyrings, migrate
from bot.database import clock
from bot.embedded import keys, servers
from bot.embedded.processes import ServerFailed
from bot.embedded.redis import INSTALL, find_program
from bot.settings import BadSettings, Settings, load
from core.access import staff_counts
from core.demo.staff import EMAILS
from core.store import data_keys
from core.store.data_keys import KeysAway
from core.store.engine import open_engine
from core.store.keyring import Keyring
from core.store.unit import open_unit

PYTHONS = ((3, 11), (3, 12))
LEAST_FREE = 500 * 1024 * 1024
WORST_CLOCK = 5.0  # seconds between this machine and the database
OLDEST_POSTGRES = 18
KEY_YEAR = timedelta(days=366)
"""How long one data key seals at most (NIST SP 800-57 part 1, 5.3.6: one to two years)."""
LEFT = timedelta(hours=6)
"""How long a rotation may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One part: whether it is well, what was seen, and what to do."""

    part: str
    well: bool
    says: str
    fix: str = ""


class Unwell(Exception):
    """A part is not well. ``fix`` says what to do."""

    def __init__(self, says: str, *, fix: str) -> None:
        super().__init__(says)
        self.fix = fix


def examine() -> list[Finding]:
    """Look at everything; the bundled servers are started for it when they are down."""
    found = [_look("python", _python)]
    try:
        settings = load()
    except BadSettings as bad:
        fix = "correct the environment or .env; .env.example explains each setting"
        return [*found, *(_broken("settings", line, fix=fix) for line in bad.problems)]
    found.append(Finding(part="settings", well=True, says=_about(settings)))
    with ExitStack() as stack:
        try:
            stack.enter_context(servers.running(settings))
        except (ServerFailed, OSError, LookupError) as error:
            found.append(_broken("servers", str(error), fix=_how_to_get_servers(settings)))
        found += [_look(part, lambda look=look: look(settings)) for part, look in PARTS.items()]  # type: ignore[misc]
    return found


def _look(part: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(part=part, well=True, says=look())
    except Unwell as unwell:
        return _broken(part, str(unwell), fix=unwell.fix)


def _broken(part: str, says: str, *, fix: str) -> Finding:
    return Finding(part=part, well=False, says=says, fix=fix)


def _about(settings: Settings) -> str:
    demo = ", demo" if settings.demo_mode else ""
    return f"{settings.environment}{demo}, data in {settings.data_dir}"


def _python() -> str:
    version = f"Python {sys.version.split()[0]}"
    if sys.version_info[:2] not in PYTHONS:
        raise Unwell(version, fix="use Python 3.11 or 3.12 (make run PYTHON=python3.12)")
    return version


def _keys(settings: Settings) -> str:
    file = settings.data_dir / keys.FILE
    if not file.exists():
        return "all from the environment"
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & 0o077:
        raise Unwell(f"{file} can be read by others (mode {mode:o})", fix=f"chmod 600 '{file}'")
    return f"kept in {file}: back it up, the database cannot be read without it"


def _field_keys(settings: Settings) -> str:
    with _open(settings) as engine:
        newest = _keyring(engine, settings).newest
        kept, now = data_keys.living(engine), clock(engine)
    wraps = keyrings.provider(settings).newest
    if any(one.wrapped_by != wraps for one in kept):
        fix = "flask --app bot keys rewrap: the key before must open them until then"
        raise Unwell(f"a data key is not wrapped by {wraps} yet", fix=fix)
    sealing = next(one for one in kept if one.number == newest)
    left = [one for one in kept if one.number != data_keys.INDEX and one.active_from < now - LEFT]
    age = now - sealing.active_from
    if len(left) > 1:
        older = ", ".join(str(one.number) for one in left if one.number != newest)
        fix = "flask --app bot keys rotate: it goes on where it was"
        raise Unwell(f"a rotation was not finished: data key {older} still opens", fix=fix)
    if age > KEY_YEAR:
        fix = "flask --app bot keys rotate, while the house is open"
        raise Unwell(f"data key {newest} has sealed for {age.days} days", fix=fix)
    by = "the vault" if settings.field_key_vault else "FIELD_KEYS"
    return f"data key {newest} seals since {sealing.active_from:%Y-%m-%d}, wrapped by {by}"


def _keyring(engine: Engine, settings: Settings) -> Keyring:
    try:
        return keyrings.load(engine, settings)
    except KeysAway as away:
        fix = "look at FIELD_KEY_VAULT and its token; what runs goes on, nothing new starts"
        raise Unwell(f"the vault does not answer: {away}", fix=fix) from None
    except (LookupError, InvalidTag) as error:
        fix = "give FIELD_KEYS every key that wrapped one (flask --app bot keys status)"
        raise Unwell(f"a data key cannot be unwrapped: {error}", fix=fix) from None


def _disk(settings: Settings) -> str:
    free = shutil.disk_usage(settings.data_dir).free
    if free < LEAST_FREE:
        raise Unwell(f"{free // 2**20} MB free", fix=f"make room where {settings.data_dir} is")
    return f"{free // 2**30} GB free"


def _postgres(settings: Settings) -> str:
    with _open(settings) as engine, engine.connect() as connection:
        version = str(connection.exec_driver_sql("show server_version").scalar_one())
    if int(version.split(".", maxsplit=1)[0]) < OLDEST_POSTGRES:
        raise Unwell(f"PostgreSQL {version}", fix=f"use PostgreSQL {OLDEST_POSTGRES} or newer")
    return f"PostgreSQL {version}, {'bundled' if settings.bundled_postgres else 'yours'}"


def _migrations(settings: Settings) -> str:
    with _open(settings) as engine:
        missing = migrate.pending(engine)
    if missing:
        raise Unwell(f"not yet run: {', '.join(missing)}", fix="flask --app bot db upgrade")
    return "up to date"


def _staff(settings: Settings) -> str:
    with _open(settings) as engine:
        keys = _keyring(engine, settings)
        with open_unit(
            engine, keys=keys, now=clock(engine), new_id=uuid_utils.compat.uuid7, correlation="0"
        ) as unit:
            known, many = staff_counts.with_emails(unit, EMAILS), staff_counts.administrators(unit)
    if known and not settings.demo_mode:
        raise Unwell(
            f"{known} of the demo's log-ins work, and their password is public",
            fix="flask --app bot user deactivate EMAIL, for each of them",
        )
    if not many:
        fix = "flask --app bot user create EMAIL --role admin --invite"
        raise Unwell("there is no administrator", fix=fix)
    return f"{many} administrator{'s' if many > 1 else ''}"


def _clock(settings: Settings) -> str:
    with _open(settings) as engine:
        apart = abs(clock(engine).timestamp() - time.time())
    if apart > WORST_CLOCK:
        raise Unwell(f"{apart:.0f} s from the database's", fix="let NTP set both clocks")
    return "agrees with the database's"


def _redis(settings: Settings) -> str:
    with redis.Redis.from_url(settings.redis_url, socket_connect_timeout=2) as client:
        try:
            version = client.info("server")["redis_version"]
        except redis.RedisError as error:
            raise Unwell(_first_line(error), fix="look at REDIS_URL, or unset it") from None
    return f"Redis {version}, {'bundled' if settings.bundled_redis else 'yours'}"


def _web(settings: Settings) -> str:
    seen = _ask(f"http://127.0.0.1:{settings.port}/api/health")
    if seen is None:
        return "not running; make run starts it"
    if seen.status_code != httpx.codes.OK:
        fix = f"read http://127.0.0.1:{settings.port}/api/health and the web process's log"
        raise Unwell(f"port {settings.port} answers {seen.status_code}", fix=fix)
    return f"answers on port {settings.port}"


def _worker(settings: Settings) -> str:
    if _ask(f"http://127.0.0.1:{settings.port}/api/health") is None:
        return "not running; make run starts it"
    with redis.Redis.from_url(settings.redis_url, socket_connect_timeout=2) as client:
        try:
            count = Worker.count(connection=client)
        except redis.RedisError:
            count = 0
    if not count:
        raise Unwell("no worker takes jobs", fix="python -m worker.run (the Procfile's worker)")
    return f"{count} at work"


def _twin(settings: Settings) -> str:
    if not settings.demo_mode:
        return "not needed: this is no demo"
    web, twin = settings.port, settings.twin_port
    if _ask(f"http://127.0.0.1:{web}/api/health") is None:
        return "not running; make run starts it"
    if _ask(f"http://127.0.0.1:{twin}/") is None:
        fix = "python -m bot.simulator.twin (the Procfile's twin)"
        raise Unwell(f"nobody answers on port {twin}", fix=fix)
    return f"answers on port {twin}"


PARTS: dict[str, Callable[[Settings], str]] = {
    "keys": _keys,
    "disk": _disk,
    "postgres": _postgres,
    "migrations": _migrations,
    "data keys": _field_keys,
    "staff": _staff,
    "clock": _clock,
    "redis": _redis,
    "web": _web,
    "worker": _worker,
    "twin": _twin,
}


@contextmanager
def _open(settings: Settings) -> Iterator[Engine]:
    engine = open_engine(settings.database_url, name="wekeza-doctor", pool=1)
    try:
        yield engine
    except SQLAlchemyError as error:
        fix = "look at DATABASE_URL; on a new database: flask --app bot db upgrade"
        raise Unwell(_first_line(error), fix=fix) from None
    finally:
        engine.dispose()


def _ask(address: str) -> httpx.Response | None:
    try:
        return httpx.get(address, timeout=5.0)
    except httpx.HTTPError:
        return None


def _first_line(error: Exception) -> str:
    """Return what went wrong, without the address: it may hold a password."""
    cause = getattr(error, "orig", None) or error
    return f"{type(cause).__name__}: {str(cause).strip().splitlines()[0][:160]}"


def _how_to_get_servers(settings: Settings) -> str:
    if settings.bundled_redis:
        try:
            find_program()
        except ServerFailed:
            return INSTALL
    return "read the log it names; or set DATABASE_URL and REDIS_URL to servers of your own"
