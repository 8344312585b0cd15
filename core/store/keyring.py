"""Protected fields: sealed before they reach the database, and found again by blind indexes.

A field is sealed with AES-256-GCM under a data key, for one field of one row alone: moved anywhere
else it cannot be opened. A blind index is a keyed hash by which a row is found without its value.
NIST SP 800-38D section 8.3 allows a key 2^32 seals with random nonces: rotate long before that.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from threading import Lock
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.store.audit_key import AuditKey

KEY_BYTES = 32
_NUMBER_BYTES, _NONCE_BYTES, _TAG_BYTES = 4, 12, 16
_HEAD = 1 + _NUMBER_BYTES + _NONCE_BYTES
_VERSION = b"\x01"
_TOKEN_BYTES = 15  # 24 letters; two of a billion values meet with a chance of 4e-19
# Base32 (RFC 4648) in small letters, two at a time: a turn makes several tokens, and the standard
# library takes four times as long for each.
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = tuple(first + second for first in _LETTERS for second in _LETTERS)
_SHIFTS = range(8 * _TOKEN_BYTES - 10, -1, -10)


class UnknownKey(LookupError):
    """Something was sealed with a data key this process has not read (yet)."""


class BrokenSeal(Exception):
    """Sealed bytes were changed, or moved from the field or row they were sealed for."""


class Keyring:
    """The data keys a process knows, the newest of which seals. Safe to share between threads.

    ``audit`` is the key of the audit log.
    """

    def __init__(
        self, keys: Mapping[int, bytes], *, newest: int, index_key: bytes, audit: AuditKey
    ) -> None:
        self.audit = audit
        self._lock = Lock()
        self._index_key = index_key
        self.replace(keys, newest=newest)

    def replace(self, keys: Mapping[int, bytes], *, newest: int) -> None:
        """Know these data keys, by number, from now on, and seal with the newest."""
        with self._lock:
            self._ciphers = {number: AESGCM(key) for number, key in keys.items()}
            # One assignment: whoever seals meanwhile has a head and the cipher that belongs to it.
            self._sealing = newest, _VERSION + newest.to_bytes(_NUMBER_BYTES), self._ciphers[newest]

    @property
    def newest(self) -> int:
        """The number of the data key that seals."""
        return self._sealing[0]

    @property
    def known(self) -> frozenset[int]:
        """The numbers of all data keys that open something."""
        return frozenset(self._ciphers)

    def seal(self, text: str, *, field: str, row: object) -> bytes:
        """Return a text as it may stand in ``field`` (``table.column``) of that row."""
        return self.seal_bytes(text.encode(), field=field, row=row)

    def open(self, sealed: bytes, *, field: str, row: object) -> str:
        """Return what was sealed for that field of that row.

        :raises UnknownKey: if its data key is not known here
        :raises BrokenSeal: if it was changed or sealed for something else
        """
        return self.open_bytes(sealed, field=field, row=row).decode()

    def seal_json(self, value: object, *, field: str, row: object) -> bytes:
        """Seal a value made of what JSON has."""
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        return self.seal_bytes(text.encode(), field=field, row=row)

    def open_json(self, sealed: bytes, *, field: str, row: object) -> Any:  # noqa: ANN401 - JSON
        """Return a value that `seal_json` sealed; raises what `open` does."""
        return json.loads(self.open_bytes(sealed, field=field, row=row))

    def seal_bytes(self, content: bytes, *, field: str, row: object) -> bytes:
        """Seal bytes, such as a file."""
        _, head, cipher = self._sealing
        nonce = os.urandom(_NONCE_BYTES)
        return head + nonce + cipher.encrypt(nonce, content, _about(field, row))

    def open_bytes(self, sealed: bytes, *, field: str, row: object) -> bytes:
        """Return bytes that `seal_bytes` sealed; raises what `open` does."""
        if len(sealed) < _HEAD + _TAG_BYTES or sealed[:1] != _VERSION:
            raise BrokenSeal(field)
        cipher = self._ciphers.get(number_of(sealed))
        if cipher is None:
            raise UnknownKey(f"{field}: data key {number_of(sealed)}")
        try:
            return cipher.decrypt(
                sealed[1 + _NUMBER_BYTES : _HEAD], sealed[_HEAD:], _about(field, row)
            )
        except InvalidTag:
            raise BrokenSeal(field) from None

    def token(self, value: str, *, kind: str) -> str:
        """Return the blind index of a value: 24 letters and digits, the same for the same value.

        ``kind`` (``address``, ``email``, ``name``, ``id_number``) keeps equal values of different
        kinds apart. Whoever asks has brought the value into its one form (E.164, lower case).
        """
        tag = hmac.digest(self._index_key, f"{kind}:{value}".encode(), hashlib.sha256)
        number = int.from_bytes(tag[:_TOKEN_BYTES])
        return "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])


def number_of(sealed: bytes) -> int:
    """Return the number of the data key that sealed this."""
    return int.from_bytes(sealed[1 : 1 + _NUMBER_BYTES])


def _about(field: str, row: object) -> bytes:
    return f"{field}:{row}".encode()
