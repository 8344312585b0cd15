"""Passwords of staff: which are good enough, and their hashes.

Hashed with argon2id as OWASP's cheat sheet asks (19 MiB, two passes, one lane), always outside any
transaction. Chosen as NIST SP 800-63B section 5.1.1.2 asks: eight characters or more, any of
Unicode, no rules about kinds of characters, and nothing that anybody would try first.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cached_property
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import DeskRefusal

SHORTEST, LONGEST = 8, 128
LEAST_OF_ONES_OWN = 5
"""How many different characters must remain when everything anybody would try is taken away."""
AT_ONCE = 4
"""Hashes at the same time in a process: each takes 19 MiB."""
EXPECTED = (
    "1234567890", "0987654321", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefgh", "123456",
    "654321", "qwerty", "azerty", "asdfgh", "qazwsx", "1q2w3e4r", "abc123", "password", "passw0rd",
    "motdepasse", "neno", "siri", "letmein", "welcome", "karibu", "bienvenue", "admin", "changeme",
    "default", "secret", "iloveyou", "nakupenda", "monkey", "dragon", "sunshine", "princess",
    "football", "arsenal", "chelsea", "mungu", "jesus", "kenya", "nairobi", "uganda", "tanzania",
    "wekeza", "bank", "benki", "demo", "test", "staff",
)  # fmt: skip


class WeakPassword(DeskRefusal):
    """The new password is not good enough. Fact: ``why``: short, long or expected."""

    code = "weak_password"


class Passwords:
    """Judges, hashes and compares passwords. ``allowed`` pass although anybody knows them."""

    def __init__(self, *, allowed: Iterable[str] = ()) -> None:
        self._allowed = frozenset(allowed)
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._room = BoundedSemaphore(AT_ONCE)

    def choose(self, password: str, *, about: Iterable[str] = ()) -> str:
        """Return the hash of a new password. ``about`` is what is known of them: e-mail, name.

        :raises WeakPassword: if it is too short, too long, or among the first to be tried
        """
        if password not in self._allowed:
            _require_good(_normal(password), about)
        return self.hash(password)

    def hash(self, password: str) -> str:
        """Return the hash of a password, whatever it is."""
        with self._room:
            return self._hasher.hash(_normal(password))

    def verify(self, hash: str | None, password: str) -> bool:  # noqa: A002 - what it is
        """Return whether that is the password; without a hash it takes as long, and is not."""
        if len(password) > LONGEST:
            return False
        try:
            with self._room:
                return self._hasher.verify(hash or self._nobodys, _normal(password)) and bool(hash)
        except (VerificationError, InvalidHashError):
            return False

    @cached_property
    def _nobodys(self) -> str:
        """A hash that costs what a real one does, for those who do not exist."""
        return self._hasher.hash("the password of nobody at all")


def _normal(password: str) -> str:
    """Return a password in one form, however a keyboard composed its letters."""
    return unicodedata.normalize("NFKC", password)


def _require_good(password: str, about: Iterable[str]) -> None:
    if len(password) < SHORTEST:
        raise WeakPassword(why="short", least=str(SHORTEST))
    if len(password) > LONGEST:
        raise WeakPassword(why="long", most=str(LONGEST))
    left = password.casefold()
    theirs = [word for text in about for word in re.split(r"\W+", text.casefold())]
    for word in sorted({*theirs, *EXPECTED}, key=len, reverse=True):
        if len(word) >= 3:
            left = left.replace(word, "")
    if len(set(left)) < LEAST_OF_ONES_OWN:
        raise WeakPassword(why="expected")
