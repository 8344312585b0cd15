"""How a bank and a switch know each other: HMAC-SHA256 over the time, the call and its raw body."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

TIME_HEADER = "X-Rail-Time"
SIGNATURE_HEADER = "X-Rail-Signature"
FRESH = timedelta(minutes=5)
"""How far the two clocks may be apart; what is older is somebody's recording."""


def signature(secret: str, *, at: str, method: str, path: str, body: bytes) -> str:
    """Return the signature of a call, in hexadecimal digits."""
    words = f"{at}\n{method}\n{path}\n".encode() + body
    return hmac.new(secret.encode(), words, hashlib.sha256).hexdigest()


def signed(secret: str, *, at: datetime, method: str, path: str, body: bytes) -> dict[str, str]:
    """Return the headers that sign a call made at a time."""
    told = at.isoformat(timespec="seconds")
    made = signature(secret, at=told, method=method, path=path, body=body)
    return {TIME_HEADER: told, SIGNATURE_HEADER: made}


def is_genuine(
    secret: str,
    headers: Mapping[str, str],
    *,
    now: datetime,
    method: str,
    path: str,
    body: bytes,
) -> bool:
    """Return whether a call is the other side's and of this moment. Header names in lower case."""
    at = headers.get(TIME_HEADER.lower(), "")
    try:
        told = datetime.fromisoformat(at)
        fresh = abs(now - told) <= FRESH
    except (ValueError, TypeError):  # no time, or one that does not say where
        return False
    right = signature(secret, at=at, method=method, path=path, body=body)
    given = headers.get(SIGNATURE_HEADER.lower(), "")
    return bool(secret) and fresh and hmac.compare_digest(given.encode(), right.encode())
