"""Data keys: kept in the database, wrapped by a key that never is there (envelope encryption)."""

import hashlib
import os
from collections.abc import Sequence
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Engine

from core.store.keyring import KEY_BYTES, Keyring

_NONCE_BYTES = 12


class KeyProvider(Protocol):
    """Whoever wraps data keys: our own key file, or a vault. Never asked in a transaction."""

    def wrap(self, key: bytes) -> tuple[str, bytes]:
        """Return a data key as it may be stored, after the name of the key that wrapped it."""

    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        """Return a data key that was wrapped by the key of that name.

        :raises LookupError: if that key is not known
        """


class LocalKeys:
    """Wraps with keys of our own, the newest first, as the setting FIELD_KEYS gives them."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._newest = _name(keys[0])
        self._keys = {_name(key): AESGCM(key) for key in keys}

    def wrap(self, key: bytes) -> tuple[str, bytes]:
        """Return a data key wrapped by the newest of our keys."""
        nonce = os.urandom(_NONCE_BYTES)
        name = self._newest
        return name, nonce + self._keys[name].encrypt(nonce, key, b"data key")

    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        """Return a data key; raises what `KeyProvider.unwrap` does."""
        if name not in self._keys:
            raise LookupError(f"FIELD_KEYS lacks the key {name}")
        nonce, sealed = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
        return self._keys[name].decrypt(nonce, sealed, b"data key")


def load(engine: Engine, provider: KeyProvider) -> Keyring:
    """Return the keyring of a database, making its first keys when it has none."""
    with engine.connect() as connection:
        rows = _rows(connection)
        connection.rollback()
    if not rows:
        _make_first(engine, provider)
        return load(engine, provider)
    keys = {row[0]: provider.unwrap(row[2], row[3]) for row in rows}
    fields = {number: key for number, key in keys.items() if number > 0}
    return Keyring(fields, newest=max(fields), index_key=keys[0])


def _make_first(engine: Engine, provider: KeyProvider) -> None:
    """Make the key of the blind indexes, number 0, and the first data key, number 1."""
    made = [(number, *provider.wrap(os.urandom(KEY_BYTES))) for number in (0, 1)]
    with engine.begin() as connection:
        connection.exec_driver_sql("select pg_advisory_xact_lock(hashtextextended('keys', 0))")
        if _rows(connection):
            return
        for number, name, wrapped in made:
            connection.exec_driver_sql(
                "insert into data_keys (number, wrapped_by, wrapped) values (%s, %s, %s)",
                (number, name, wrapped),
            )


def _rows(connection: Connection) -> list[tuple[int, bool, str, bytes]]:
    found = connection.exec_driver_sql(
        "select number, true, wrapped_by, wrapped from data_keys where retired_at is null"
        " order by number"
    )
    return [(row[0], row[1], row[2], bytes(row[3])) for row in found]


def _name(key: bytes) -> str:
    """Return what a key is called in the database: nothing of it is told by its name."""
    return hashlib.sha256(b"name:" + key).hexdigest()[:12]
