"""What the simulator's live stream sends: the events of the bank and its phones, drawn as HTML."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import redis

from bot import streams
from bot.house import UI_EVENTS
from bot.simulator.scene import Change, Scene

Draw = Callable[[list[Change]], str]


def recent(client: redis.Redis, *, most: int = 300) -> list[dict[str, Any]]:
    """Return the newest events, oldest first."""
    newest: Any = client.xrevrange(UI_EVENTS, count=most)
    return [json.loads(fields[b"event"]) for _, fields in reversed(newest)]


def frames(client: redis.Redis, scene: Scene, cursor: str, draw: Draw) -> Iterator[str]:
    """Yield events from ``cursor`` on as frames of ``text/event-stream``, then end."""

    def draw_all(cursor: str, entries: list[streams.Fields]) -> str:
        changed = scene.take(json.loads(fields[b"event"]) for fields in entries)
        return frame(cursor, changed, draw)

    return streams.follow(client, UI_EVENTS, cursor, draw_all, still=lambda: True)


def frame(cursor: str, changed: list[Change], draw: Draw) -> str:
    """Return one frame; an event that changes nothing here still moves the cursor."""
    if any(change.kind == "reset" for change in changed):
        return f"id: {cursor}\n{streams.RESYNC}"
    html = draw(changed)
    # Empty lines count: they are part of what the bank says.
    data = "".join(f"data: {line}\n" for line in html.split("\n")) if html else ""
    return f"id: {cursor}\n{data}\n"
