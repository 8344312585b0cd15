"""Addresses of customers, as tables hold them: by token alone; the real one stands sealed once.

A token is the blind index of an address (E.164, or a provider's own id), the same on every channel.
Whoever writes a token makes sure with `keep` that its address can be revealed again.
"""

from collections.abc import Iterable

from core.store.keyring import Keyring
from core.store.unit import Unit

SEALED = "contact_points.sealed"


def token(unit: Unit, address: str) -> str:
    """Return what stands for an address in the database."""
    return unit.keys.token(address, kind="address")


def keep(unit: Unit, address: str) -> str:
    """Make sure that an address can be revealed, and return its token."""
    known = token(unit, address)
    unit.run(
        """
        insert into contact_points (token, sealed, created_at)
        values (%(token)s, %(sealed)s, %(now)s) on conflict do nothing
        """,
        token=known,
        sealed=unit.keys.seal(address, field=SEALED, row=known),
        now=unit.now,
    )
    return known


def reveal(unit: Unit, tokens: Iterable[str]) -> dict[str, str]:
    """Return the addresses of tokens, each by its token; one that was erased is left out."""
    rows = unit.all(
        "select token, sealed from contact_points where token = any(%(tokens)s)",
        tokens=list(set(tokens)),
    )
    return {row.token: opened(unit.keys, row.token, row.sealed) for row in rows}


def opened(keys: Keyring, known: str, sealed: bytes) -> str:
    """Return the address of a token from its sealed form, for statements that join it."""
    return keys.open(sealed, field=SEALED, row=known)
