"""Folds the events of the bank and its phones into what the page shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Event = Mapping[str, Any]


@dataclass(slots=True)
class Focus:
    """The message that the x-ray looks at."""

    address: str
    channel: str
    turn: Event = field(default_factory=dict)
    call: Event = field(default_factory=dict)
    duplicate: bool = False

    @property
    def correlation(self) -> str:
        """The id that ties everything the message set in motion together."""
        return str(self.turn.get("correlation", ""))

    @property
    def verdict(self) -> str:
        """How the bank took the call: ok, duplicate, refused, unheard or broken."""
        status = self.call.get("status", 200)
        if self.call.get("note") == "provider down" or status == 0:
            return "unheard"
        if status == 403:
            return "refused"
        if status >= 400:
            return "broken"
        return "duplicate" if self.duplicate else "ok"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing on the page that is no longer as it was."""

    kind: str
    address: str = ""
    facts: Event = field(default_factory=dict)


class Scene:
    """What a page with these phones shows. Kept for the life of one stream."""

    def __init__(self, phones: Iterable[str]) -> None:
        self.phones = tuple(phones)
        self.focus: Focus | None = None
        self._turns: dict[tuple[str, str], Focus] = {}

    def take(self, events: Iterable[Event]) -> list[Change]:
        """Fold events in and return what changed, in order; the x-ray at most once, at the end."""
        changes: list[Change] = []
        stale = False
        for event in events:
            match event:
                case {"kind": "bubble" | "screen" as kind, "phone": address}:
                    if address in self.phones:
                        changes.append(Change(kind, address, event))
                case {"kind": "tried" | "faults" | "reset" as kind}:
                    changes.append(Change(kind, facts=event))
                case _:
                    stale = self._looked(event) or stale
        if stale:
            changes.append(Change("xray"))
        return changes

    def _looked(self, event: Event) -> bool:
        """Let the x-ray see an event and return whether it shows something new."""
        if event.get("kind") in {"sent", "receipt", "session_end"}:
            return self.focus is not None
        at = str(event.get("address") or event.get("phone")), str(event.get("channel"))
        if at[0] not in self.phones:
            return False
        match event.get("kind"):
            case "turn":
                self._turns[at] = Focus(*at, turn=event)
            case "duplicate":
                self._last(at).duplicate = True
            case "call":
                last = self._last(at)
                last.call = event
                # A first delivery is no duplicate, whatever befell the one before.
                last.duplicate = last.duplicate and bool(event.get("note"))
            case _:
                return False
        self.focus = self._turns[at]
        return True

    def _last(self, at: tuple[str, str]) -> Focus:
        """Return what is known of the last message of a phone on a channel."""
        return self._turns.setdefault(at, Focus(*at))
