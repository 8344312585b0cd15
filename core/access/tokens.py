"""Secrets that are found at random: cookies, invitations, recovery codes. Only hashes are kept.

A hash without salt or cost is enough for them: 256 random bits (recovery codes: 50 bits, used once,
behind the count of wrong tries) cannot be guessed from it, unlike a password.
"""

import hashlib
import secrets

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another when read aloud
_HALF = 5


def fresh() -> str:
    """Return a new secret of 43 letters that nobody can guess, fit for a cookie or a URL."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """Return what is kept of a secret."""
    return hashlib.sha256(token.encode()).digest()


def fresh_code() -> str:
    """Return a new recovery code, such as ``k7mwp-3xq9d``."""
    halves = ("".join(secrets.choice(_LETTERS) for _ in range(_HALF)) for _ in range(2))
    return "-".join(halves)


def code_digest(staff: object, code: str) -> bytes:
    """Return what is kept of a recovery code of somebody's, however it is typed."""
    letters = "".join(letter for letter in code.lower() if letter in _LETTERS)
    return hashlib.sha256(f"recovery:{staff}:{letters}".encode()).digest()
