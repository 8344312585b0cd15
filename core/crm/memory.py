"""What a conversation remembers, sealed as one value; the inbox's replies are sealed likewise."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.store.unit import Unit

REMEMBERED = ("slots", "trail", "stack", "last_reply", "outcome")
_MEMORY, _REPLY = "conversations.memory", "inbox.reply"


def sealed(unit: Unit, known: Mapping[str, Any], *, conversation: UUID) -> bytes:
    """Return what a conversation remembers as its row keeps it; ``known`` has every name."""
    return unit.keys.seal_json(known, field=_MEMORY, row=conversation)


def opened(unit: Unit, memory: bytes | None, *, conversation: UUID) -> dict[str, Any]:
    """Return what a conversation remembers; nothing yet before its first turn has ended."""
    if memory is None:
        return {"slots": {}, "trail": [], "stack": [], "last_reply": None, "outcome": None}
    known: dict[str, Any] = unit.keys.open_json(memory, field=_MEMORY, row=conversation)
    return known


def sealed_reply(unit: Unit, reply: Mapping[str, Any] | None, *, row: str) -> bytes | None:
    """Return a reply as the inbox keeps it for a second delivery; ``row`` names the message."""
    return None if reply is None else unit.keys.seal_json(reply, field=_REPLY, row=row)


def opened_reply(unit: Unit, reply: bytes | None, *, row: str) -> dict[str, Any] | None:
    """Return the reply that the inbox keeps; None where nothing was said at once."""
    return None if reply is None else unit.keys.open_json(reply, field=_REPLY, row=row)


def passed(trail: list[Any]) -> list[str]:
    """Return the steps that can be stepped back to: what of a trail may stand in clear."""
    return [step for step, _ in trail]


def aside(stack: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """Return where each story on a stack stands, without what was said in it."""
    return [
        {
            "flow": laid["flow"],
            "version": laid.get("version", 1),
            "state": laid["state"],
            "effect": bool(laid["effect_id"]),
            "passed": passed(laid["trail"]),
        }
        for laid in stack
    ] or None
