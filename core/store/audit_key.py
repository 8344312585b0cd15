"""The key of the audit log: what chains its rows, so that nobody without it can write one."""

import hashlib
import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_BYTES = 32


class AuditKey:
    """Derived from the bank's seal key by HKDF-SHA256 (RFC 5869); never in the database.

    ``id`` names it, and tells nothing of it.
    """

    def __init__(self, seal_key: bytes) -> None:
        self._key = HKDF(SHA256(), _BYTES, salt=None, info=b"wekeza audit log").derive(seal_key)
        self.id = self._hash(b"name", b"").hex()[:16]

    def chain(self, previous: bytes, row: bytes) -> bytes:
        """Return the hash of a row that follows the row with the hash ``previous``; 32 bytes."""
        return self._hash(b"row", previous + row)

    def digest(self, content: bytes) -> bytes:
        """Return a fingerprint of what will be sealed, the same however often it is sealed anew."""
        return self._hash(b"details", content)

    def _hash(self, purpose: bytes, content: bytes) -> bytes:
        return hmac.digest(self._key, purpose + b":" + content, hashlib.sha256)
