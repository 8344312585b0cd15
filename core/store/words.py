"""Words, sealed: what the log keeps of a message, and what still has to be said.

Both are sealed for the message they belong to. Sent once more as another message, they are sealed
anew.
"""

from collections.abc import Mapping
from typing import Any, overload
from uuid import UUID

from core.store.unit import Unit

_CONTENT, _PAYLOAD = "messages.content", "outbox.payload"


@overload
def sealed_content(unit: Unit, content: str, message: UUID) -> bytes: ...
@overload
def sealed_content(unit: Unit, content: None, message: UUID) -> None: ...
def sealed_content(unit: Unit, content: str | None, message: UUID) -> bytes | None:
    """Return the words of a message as the log keeps them."""
    return None if content is None else unit.keys.seal(content, field=_CONTENT, row=message)


def opened_content(unit: Unit, content: bytes | None, message: UUID) -> str | None:
    """Return the words of a message of the log; None while the bank has not found them."""
    return None if content is None else unit.keys.open(content, field=_CONTENT, row=message)


def sealed_payload(unit: Unit, payload: Mapping[str, Any], message: UUID) -> bytes:
    """Return what a message has to say, as the outbox keeps it."""
    return unit.keys.seal_json(payload, field=_PAYLOAD, row=message)


def opened_payload(unit: Unit, payload: bytes, message: UUID) -> dict[str, Any]:
    """Return what a message has to say: a ``reply``, or an ``alert`` and its ``facts``."""
    known: dict[str, Any] = unit.keys.open_json(payload, field=_PAYLOAD, row=message)
    return known
