"""Where a conversation stands: as its row keeps it, and as the stories read it."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from core.crm.conversations import Talk
from flows.story import Flow
from flows.versions import Place

FIRST = 1
"""The version of what was kept before versions were."""


def told(talk: Talk, name: str) -> Place:
    """Return where a conversation stands in the story being told, which has this name."""
    return Place(
        flow=name,
        version=talk.flow_version or FIRST,
        state=talk.state or "",
        slots=talk.slots,
        trail=talk.trail,
        effect_id=talk.effect_id,
    )


def put(talk: Talk, place: Place) -> None:
    """Keep another place in the story being told."""
    talk.flow_version, talk.state, talk.effect_id = place.version, place.state, place.effect_id
    talk.slots, talk.trail = dict(place.slots), list(place.trail)


def lay_aside(story: Flow, effect_id: UUID | None) -> dict[str, Any]:
    """Return a story as it is kept while another one is told."""
    return {
        "flow": story.name,
        "version": story.version,
        "state": story.state,
        "slots": story.slots,
        "trail": list(story.trail),
        "effect_id": str(effect_id or ""),
    }


def aside(laid: Mapping[str, Any]) -> Place:
    """Return where a conversation stands in a story that was set aside."""
    return Place(
        flow=laid["flow"],
        version=laid.get("version", FIRST),
        state=laid["state"],
        slots=laid["slots"],
        trail=laid["trail"],
        effect_id=UUID(laid["effect_id"]) if laid["effect_id"] else None,
    )


def versions(talk: Talk) -> Iterator[tuple[str, int]]:
    """Yield the name and version of each story that is being told or was set aside."""
    if talk.flow is not None:
        yield talk.flow, talk.flow_version or FIRST
    for laid in talk.stack:
        yield laid["flow"], laid.get("version", FIRST)
