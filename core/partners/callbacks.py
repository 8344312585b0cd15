"""Reading what partners call us with: whether it is theirs, and what every call has in common."""

import hmac
import json
from typing import Any
from uuid import UUID

from core.partners.partner import Call, NotGenuine, Unreadable


def require_secret(call: Call, secret: str) -> None:
    """Let a call pass that has our secret in its path: the mark of partners that sign nothing.

    :raises NotGenuine: if it has another or none, or none is set up
    """
    if not secret or not hmac.compare_digest(call.secret.encode(), secret.encode()):
        raise NotGenuine


def read_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in the body of a call.

    :raises Unreadable: if there is none
    """
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("not JSON") from None
    if not isinstance(told, dict):
        raise Unreadable("not an object")
    return told


def part_of(told: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the object under a name.

    :raises Unreadable: if there is none
    """
    part = told.get(name)
    if not isinstance(part, dict):
        raise Unreadable(f"no {name}")
    return part


def read_id(text: str) -> UUID:
    """Return an id of ours that a partner told us back.

    :raises Unreadable: if it is none
    """
    try:
        return UUID(text)
    except ValueError:
        raise Unreadable("not an id of ours") from None
