"""Where a conversation goes on when the stories have changed since it was spoken to last.

It goes on in the version it started, where that is kept; else it is moved, version by version, by
what the story says in ``moves``. An effect that was read back and not yet done loses its id on the
way, and is read back again under a new one: the old id can never be paid any more, for nothing
holds it. A process that meets a conversation of a *newer* version, as happens while a release is
rolled out, leaves it as it is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Literal
from uuid import UUID

from flows.story import GIVEN, START, Call, Choose, Flow, Moved, Secret, Trail

LOCK = Path(__file__).parent / "versions.json"

Fate = Literal["current", "finishes", "moves", "anew", "retired", "newer"]
"""In the version that is told now; in an older one that is kept; in a later one than it started;
from the start of the story; not at all; in another process, for this one does not know it yet."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The stories a process can tell."""

    stories: Mapping[str, type[Flow]]
    past: Mapping[tuple[str, int], type[Flow]] = field(default_factory=dict)
    retired: frozenset[str] = frozenset()

    def told(self, name: str, version: int) -> type[Flow] | None:
        """Return the story of exactly this version, or None when it is not told here."""
        current = self.stories.get(name)
        if current is not None and current.version == version:
            return current
        return self.past.get((name, version))

    def is_newer(self, name: str, version: int) -> bool:
        """Return whether this is of a release that this process does not know yet."""
        current = self.stories.get(name)
        return name not in self.retired if current is None else version > current.version


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation stands in a story, as it is kept."""

    flow: str
    version: int
    state: str
    slots: Mapping[str, str] = field(default_factory=dict)
    trail: Trail = field(default_factory=list)
    effect_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a conversation goes on here."""

    fate: Fate
    place: Place
    story: type[Flow] | None = None
    """None when it is retired or newer."""
    hears: bool = True
    """What the customer says next answers the question they saw; else it is asked anew first."""


def stand(catalog: Catalog, kept: Place) -> Standing:
    """Return where a kept conversation goes on in the stories of this process. It never fails."""
    if catalog.is_newer(kept.flow, kept.version):
        return Standing("newer", kept)
    current = catalog.stories.get(kept.flow)
    if current is None:
        return Standing("retired", kept)
    place, safe, same_effect = kept, START, True
    while (story := catalog.told(place.flow, place.version)) is None:
        move = current.moves.get(place.version, Moved())
        place = renamed(place, move)
        safe = move.states.get(safe, safe) if move.safe == START else move.safe
        same_effect = same_effect and move.same_effect
    if place.version == kept.version and story.step_at(place.state):
        return Standing("current" if story is current else "finishes", place, story)
    return _settled(story, place, kept, safe=safe, same_effect=same_effect)


def kind_of(place: Place) -> str | None:
    """Return which kind of step a conversation stands on, or stood on in a version long gone."""
    return _kinds().get((place.flow, place.version), {}).get(place.state)


def _settled(
    story: type[Flow], place: Place, kept: Place, *, safe: str, same_effect: bool
) -> Standing:
    """Return the standing of a place that was moved, on a step that is really there."""
    named = story.step_at(place.state) is not None
    step = story.step_at(place.state if named else safe)
    if step is None:
        return _anew(story)
    trail = [(state, slots) for state, slots in place.trail if story.step_at(state)]
    place = replace(place, state=step.name, trail=trail)
    hears = named and kind_of(kept) == type(step).__name__
    # A question to the outside world may be under way with the id: it keeps it until the answer.
    if place.effect_id is None or same_effect or isinstance(step, Call):
        return Standing("moves", place, story, hears=hears)
    return _read_back_again(story, place, hears=hears)


def _read_back_again(story: type[Flow], place: Place, *, hears: bool) -> Standing:
    """Take the id from an effect, and go back to its read-back where that was passed."""
    place = replace(place, effect_id=None)
    passed = [state for state, _ in place.trail]
    for state in (place.state, *reversed(passed)):
        step = story.step_at(state)
        if isinstance(step, Choose) and step.mints:
            trail = place.trail[: passed.index(state)] if state in passed else place.trail
            return Standing("moves", replace(place, state=state, trail=trail), story, hears=False)
    if isinstance(story.step_at(place.state), Secret):
        return _anew(story)  # nothing says what the secret would agree to
    return Standing("moves", place, story, hears=hears)


def _anew(story: type[Flow]) -> Standing:
    return Standing("anew", Place(story.name, story.version, START), story, hears=False)


def renamed(place: Place, move: Moved) -> Place:
    """Return a place with the names of the next version."""
    return replace(
        place,
        version=place.version + 1,
        state=move.states.get(place.state, place.state),
        slots=_slots(place.slots, move),
        trail=[(move.states.get(at, at), _slots(then, move)) for at, then in place.trail],
    )


def _slots(slots: Mapping[str, str], move: Moved) -> dict[str, str]:
    return {new: value for old, value in slots.items() if (new := _slot(old, move)) is not None}


def _slot(name: str, move: Moved) -> str | None:
    if name.startswith(GIVEN):
        step = name.removeprefix(GIVEN)
        return f"{GIVEN}{move.states.get(step, step)}"
    return move.slots.get(name, name)


@cache
def _kinds() -> Mapping[tuple[str, int], Mapping[str, str]]:
    """Return the kinds of steps of every version there ever was."""
    return {
        (name, entry["version"]): entry["steps"]
        for name, entries in json.loads(LOCK.read_text(encoding="utf-8")).items()
        for entry in entries
    }
