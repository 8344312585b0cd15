"""Data keys: kept in the database, wrapped by a key that never is there (envelope encryption).

A new key is announced before it seals: by the time it does, every process has looked and knows it.
The database's clock decides when that is, for all machines share it. NIST SP 800-57 part 1, 5.3 and
8.2.4: a key has a period in which it protects, a longer one in which it only opens, and an end.
"""

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Engine

from core.store.audit_key import AuditKey
from core.store.keyring import KEY_BYTES, Keyring

INDEX = 0
"""The number of the key that makes blind indexes. It never changes: every index would, too."""
ANNOUNCED_FOR = timedelta(seconds=60)
"""How long before it seals a key is known: four looks, and the longest transaction."""
SETTLES_FOR = timedelta(seconds=30)
"""How long a newer key seals before an older one may be destroyed: a process that has just looked
seals with the older one until it looks again, and ends its transaction after that."""
_NONCE_BYTES = 12
_COLUMNS = "number, wrapped_by, wrapped, active_from, created_at, retired_at"


class KeysAway(Exception):
    """Whoever wraps our data keys does not answer now."""


class KeyProvider(Protocol):
    """Whoever wraps data keys: our own key file, or a vault. Never asked in a transaction."""

    @property
    def newest(self) -> str:
        """The name of the key that wraps now."""

    def wrap(self, key: bytes) -> tuple[str, bytes]:
        """Return a data key as it may be stored, after the name of the key that wrapped it."""

    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        """Return a data key that was wrapped by the key of that name.

        :raises LookupError: if that key is not known
        """


class LocalKeys:
    """Wraps with keys of our own, the newest first, as the setting FIELD_KEYS gives them."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self.newest = _name(keys[0])
        self._keys = {_name(key): AESGCM(key) for key in keys}

    def wrap(self, key: bytes) -> tuple[str, bytes]:
        """Return a data key wrapped by the newest of our keys."""
        nonce = os.urandom(_NONCE_BYTES)
        return self.newest, nonce + self._keys[self.newest].encrypt(nonce, key, b"data key")

    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        """Return a data key; raises what `KeyProvider.unwrap` does."""
        if name not in self._keys:
            raise LookupError(f"FIELD_KEYS lacks the key {name}")
        nonce, sealed = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
        return self._keys[name].decrypt(nonce, sealed, b"data key")


class Successor:
    """Wraps with one provider, and still opens what the one before it wrapped."""

    def __init__(self, provider: KeyProvider, *, before: KeyProvider) -> None:
        self._provider, self._before = provider, before

    @property
    def newest(self) -> str:
        """The name of the key that wraps now."""
        return self._provider.newest

    def wrap(self, key: bytes) -> tuple[str, bytes]:
        """Return a data key wrapped by the provider of today."""
        return self._provider.wrap(key)

    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        """Return a data key; raises what `KeyProvider.unwrap` does."""
        whose = self._provider if name == self.newest else self._before
        return whose.unwrap(name, wrapped)


@dataclass(frozen=True, slots=True)
class Kept:
    """A data key as the database keeps it. ``wrapped`` is None once it was destroyed."""

    number: int
    wrapped_by: str
    wrapped: bytes | None
    active: bool
    active_from: datetime
    retired_at: datetime | None


def load(engine: Engine, provider: KeyProvider, *, audit: AuditKey) -> Keyring:
    """Return the keyring of a database, making its first keys when it has none."""
    kept = living(engine)
    if not kept:
        _make_first(engine, provider)
        kept = living(engine)
    return _ring(kept, provider, audit)


def load_in(connection: Connection, provider: KeyProvider, *, audit: AuditKey) -> Keyring:
    """Return the keyring as `load` does, inside a transaction: for the migration that seals.

    The table of keys is as new as that transaction, so nobody else sees it yet.
    """
    if not _rows(connection):
        _write(connection, _first(provider))
    return _ring([one for one in _rows(connection) if one.wrapped], provider, audit)


def taken_along(connection: Connection) -> list[tuple[object, ...]]:
    """Return the data keys of a database that is about to be emptied, wrapped as they are."""
    if connection.exec_driver_sql("select to_regclass('data_keys')").scalar() is None:
        return []
    return [tuple(row) for row in connection.exec_driver_sql(f"select {_COLUMNS} from data_keys")]


def bring_back(connection: Connection, keys: list[tuple[object, ...]]) -> None:
    """Put data keys that were taken along into the emptied database."""
    if keys:
        connection.exec_driver_sql("delete from data_keys")
        marks = ", ".join(["%s"] * len(keys[0]))
        connection.exec_driver_sql(f"insert into data_keys ({_COLUMNS}) values ({marks})", keys)


def announce(engine: Engine, provider: KeyProvider, *, after: timedelta = ANNOUNCED_FOR) -> int:
    """Make a data key that seals after a while, and return its number."""
    name, wrapped = provider.wrap(os.urandom(KEY_BYTES))
    with engine.begin() as connection:
        connection.exec_driver_sql("select pg_advisory_xact_lock(hashtextextended('keys', 0))")
        number: int = connection.exec_driver_sql(
            """
            insert into data_keys (number, wrapped_by, wrapped, active_from)
            select max(number) + 1, %s, %s, clock_timestamp() + %s from data_keys
            returning number
            """,
            (name, wrapped, after),
        ).scalar_one()
    return number


def is_settled(engine: Engine, number: int) -> bool:
    """Return whether every process seals with this data key by now, by the database's clock.

    A transaction that began before that, such as a long command's, is waited for.
    """
    with engine.connect() as connection:
        settled: bool = connection.exec_driver_sql(
            """
            select active_from + %s <= clock_timestamp() and not exists (
                select from pg_stat_activity
                where datname = current_database() and xact_start < active_from + %s)
            from data_keys where number = %s
            """,
            (SETTLES_FOR, SETTLES_FOR, number),
        ).scalar_one()
        connection.rollback()
    return settled


def rewrap(engine: Engine, provider: KeyProvider) -> int:
    """Wrap every data key anew that is not wrapped by the provider's newest; return how many."""
    stale = [one for one in living(engine) if one.wrapped_by != provider.newest]
    anew = [
        (*provider.wrap(key), number, one.wrapped_by)
        for one in stale
        for number, key in unwrapped([one], provider).items()
    ]
    with engine.begin() as connection:
        for row in anew:
            connection.exec_driver_sql(
                "update data_keys set wrapped_by = %s, wrapped = %s"
                " where number = %s and wrapped_by = %s",
                row,
            )
    return len(anew)


def destroy(engine: Engine, number: int) -> None:
    """Destroy a data key for good. Whoever calls has made sure that it opens nothing any more."""
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "update data_keys set wrapped = null, retired_at = clock_timestamp() where number = %s",
            (number,),
        )


def living(engine: Engine) -> list[Kept]:
    """Return the keys that still open something, by number."""
    with engine.connect() as connection:
        rows = _rows(connection)
        connection.rollback()
    return [one for one in rows if one.retired_at is None]


def every(engine: Engine) -> list[Kept]:
    """Return every key there ever was, by number."""
    with engine.connect() as connection:
        rows = _rows(connection)
        connection.rollback()
    return rows


def _make_first(engine: Engine, provider: KeyProvider) -> None:
    """Make the key of the blind indexes and the first data key."""
    made = _first(provider)
    with engine.begin() as connection:
        connection.exec_driver_sql("select pg_advisory_xact_lock(hashtextextended('keys', 0))")
        if not _rows(connection):
            _write(connection, made)


def _first(provider: KeyProvider) -> list[tuple[int, str, bytes]]:
    return [(number, *provider.wrap(os.urandom(KEY_BYTES))) for number in (INDEX, 1)]


def _write(connection: Connection, made: list[tuple[int, str, bytes]]) -> None:
    for row in made:
        connection.exec_driver_sql(
            "insert into data_keys (number, wrapped_by, wrapped) values (%s, %s, %s)", row
        )


def _ring(kept: Sequence[Kept], provider: KeyProvider, audit: AuditKey) -> Keyring:
    keys = unwrapped(kept, provider)
    index_key = keys.pop(INDEX)
    return Keyring(keys, newest=newest_of(kept), index_key=index_key, audit=audit)


def _rows(connection: Connection) -> list[Kept]:
    found = connection.exec_driver_sql(
        "select number, wrapped_by, wrapped, active_from <= clock_timestamp(), active_from,"
        " retired_at from data_keys order by number"
    )
    return [
        Kept(row[0], row[1], None if row[2] is None else bytes(row[2]), row[3], row[4], row[5])
        for row in found
    ]


def unwrapped(kept: Iterable[Kept], provider: KeyProvider) -> dict[int, bytes]:
    """Return data keys as they are, by number."""
    return {
        one.number: provider.unwrap(one.wrapped_by, one.wrapped)
        for one in kept
        if one.wrapped is not None
    }


def newest_of(kept: Sequence[Kept]) -> int:
    """Return the number of the newest key that may seal by now."""
    return max(one.number for one in kept if one.number != INDEX and one.active)


def _name(key: bytes) -> str:
    """Return what a key is called in the database: nothing of it is told by its name."""
    return hashlib.sha256(b"name:" + key).hexdigest()[:12]
