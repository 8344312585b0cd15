"""Holds stories to their word: what changes is counted, and says what becomes of conversations.

``versions.json`` keeps a fingerprint of every version there ever was. ``findings`` compares it with
the stories as they are; ``locked`` writes down what has rightly changed.
"""

import ast
import hashlib
import inspect
import json
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any

from flows.story import START, Call, Flow, Moved, Step
from flows.versions import LOCK, Catalog, Place, stand

Lock = dict[str, list[dict[str, Any]]]
"""By story, its versions, oldest first: ``version``, ``fingerprint``, ``steps`` (name to kind) and
``unaffected``, the reasons why no live conversation could notice a change."""


def read() -> Lock:
    """Return what is written down."""
    lock: Lock = json.loads(LOCK.read_text(encoding="utf-8"))
    return lock


def write(lock: Lock) -> None:
    """Write it down, so that a change of one story is a change of few lines."""
    LOCK.write_text(json.dumps(lock, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def fingerprint(story: type[Flow]) -> str:
    """Return what changes when the steps, the paths, the slots or the effects of a story do."""
    told = {
        "steps": [_step(step) for step in story.steps],
        "paths": [list(path) for path in story.paths],
        "slots": sorted(slots(story)),
        "writes": sorted(story.writes),
        "moves_money": sorted(story.moves_money),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def slots(story: type[Flow]) -> set[str]:
    """Return the names of the slots that the code of a story uses."""
    found: set[str] = set()
    for kind in story.__mro__[: story.__mro__.index(Flow)]:
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(kind)))):
            found.update(_slots_in(node))
    return found


def findings(catalog: Catalog, lock: Lock) -> list[str]:
    """Return what is not as it was written down, one sentence each; empty when all is well."""
    found: list[str] = []
    for name, story in catalog.stories.items():
        if story.resumes:  # else it is gone with the next word, and nothing is kept in it
            found += _story(catalog, story, lock.get(name, []))
    for name in lock.keys() - catalog.stories.keys() - catalog.retired:
        found.append(f"{name}: it is told no more, and RETIRED does not name it.")
    return found


def locked(catalog: Catalog, lock: Lock, *, unaffected: Mapping[str, str]) -> Lock:
    """Return the lock with versions that are new, and with changes nobody live could notice.

    ``unaffected`` gives the reason for each story that changed without a new version.
    """
    new: Lock = {name: list(entries) for name, entries in lock.items()}
    for name, story in catalog.stories.items():
        entries = new.get(name, [])
        if not story.resumes:
            continue
        if not entries or entries[-1]["version"] < story.version:
            new[name] = [*entries, _entry(story)]
        elif name in unaffected and entries[-1]["version"] == story.version:
            reasons = [*entries[-1]["unaffected"], unaffected[name]]
            new[name] = [*entries[:-1], _entry(story) | {"unaffected": reasons}]
    return new


def _entry(story: type[Flow]) -> dict[str, Any]:
    return {
        "version": story.version,
        "fingerprint": fingerprint(story),
        "steps": {step.name: type(step).__name__ for step in story.steps},
        "unaffected": [],
    }


def _step(step: Step) -> list[Any]:
    """Return a step as its kind and what differs from the usual, so that new fields change none."""
    told = {
        one.name: getattr(step, one.name)
        for one in fields(step)
        if getattr(step, one.name) != _usual(one)
    }
    return [type(step).__name__, told]


def _usual(one: "Field[Any]") -> object:
    return one.default if one.default is not MISSING else None


def _story(catalog: Catalog, story: type[Flow], entries: list[dict[str, Any]]) -> Iterator[str]:
    written = {entry["version"]: entry for entry in entries}
    newest = max(written, default=0)
    if story.version not in written:
        yield (
            f"{story.name}: version {story.version} is not written down. Run `flow lock`."
            if story.version > newest
            else f"{story.name}: it is counted down, from {newest} to {story.version}."
        )
    elif written[story.version]["fingerprint"] != fingerprint(story):
        yield (
            f"{story.name}: it changed and is still version {story.version}. Count it up and say "
            f"what becomes of live conversations, or run `flow lock --unaffected {story.name} "
            "--because '...'` when none could notice."
        )
    for version, entry in written.items():
        if version < story.version:
            yield from _older(catalog, story, entry)


def _older(catalog: Catalog, story: type[Flow], entry: dict[str, Any]) -> Iterator[str]:
    name, version = story.name, entry["version"]
    kept = catalog.past.get((name, version))
    if kept is not None:
        if fingerprint(kept) != entry["fingerprint"]:
            yield f"{name}: the version {version} that is kept is not the one that was told."
        return
    move = story.moves.get(version)
    if move is None:
        yield f"{name}: nothing says what becomes of conversations of version {version}."
        return
    for state in move.states.keys() - entry["steps"].keys():
        yield f"{name}: version {version} has no step {state!r} to move."
    for state, kind in entry["steps"].items():
        yield from _step_moved(catalog, move, Place(name, version, state), kind)


def _step_moved(catalog: Catalog, move: Moved, place: Place, kind: str) -> Iterator[str]:
    """Say what is wrong with where the conversations of one older step go on."""
    at, name = f"step {place.state!r} of version {place.version}", place.flow
    standing = stand(catalog, place)
    told = move.states.get(place.state)
    if standing.fate == "anew" and told != START and kind not in {"End", "Become"}:
        yield f"{name}: {at} is gone. Map it, name a safe step, or say 'start'."
        return
    step = standing.story and standing.story.step_at(standing.place.state)
    if kind == Call.__name__ and not isinstance(step, Call) and told != START:
        yield f"{name}: {at} waits for an answer that nobody hears where it leads."


def _slots_in(node: ast.AST) -> Iterator[str]:
    """Yield the slots one piece of code names: read, written, dropped or looked for."""
    match node:
        case ast.Subscript(value=ast.Attribute(attr="slots"), slice=ast.Constant(value=str(name))):
            yield name
        case ast.AugAssign(target=ast.Attribute(attr="slots"), value=ast.Dict(keys=keys)):
            yield from (
                key.value
                for key in keys
                if isinstance(key, ast.Constant) and isinstance(key.value, str)
            )
        case ast.Call(
            func=ast.Attribute(value=ast.Attribute(attr="slots"), attr="pop" | "get"),
            args=[ast.Constant(value=str(name)), *_],
        ):
            yield name
        case ast.Compare(
            left=ast.Constant(value=str(name)), comparators=[ast.Attribute(attr="slots")]
        ):
            yield name
