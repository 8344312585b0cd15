"""Something is taken from a real story, and the checker must notice whenever its behaviour breaks.

Most of what can be taken away is a fault. What is none is named here, each kind with its reason:
the story then does less for the customer, and nothing that was promised is broken.
"""

import re
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.commands.dressing import dress
from flows import check
from flows.catalog import STORIES
from flows.story import START, Ask, Choose, Code, Flow, Path, Prove, Step, sources
from flows.words import LANGUAGES, blocks
from tests.flows.planted import sound

OPTIONS = re.compile(r"\{% block (\w+) %\}.*?\{% endblock %\}\n?", re.DOTALL)


@dataclass(frozen=True)
class Mutant:
    """A story with something taken away, or a page of words without a block."""

    what: str
    flow: type[Flow]
    page: str = ""
    without: str = ""
    harmless: str = ""
    """Why nothing breaks, where nothing does."""

    def __str__(self) -> str:
        return self.what


def made(flow: type[Flow], **changes: object) -> type[Flow]:
    return type(flow.__name__, (flow,), {"__doc__": flow.__doc__, "page": flow.page, **changes})


def without_paths() -> Iterator[Mutant]:
    for flow in STORIES.values():
        for n, path in enumerate(flow.paths):
            rest = (*flow.paths[:n], *flow.paths[n + 1 :])
            gone = {f for f in flow.writes if all(f not in other[5:] for other in rest)}
            yield Mutant(
                f"{flow.name}: no path {path[:3]}",
                made(
                    flow, paths=rest, writes=flow.writes - gone, moves_money=flow.moves_money - gone
                ),
                harmless=_path_is_spare(flow, path, rest),
            )


def _path_is_spare(flow: type[Flow], path: Path, rest: tuple[Path, ...]) -> str:
    trigger, dest = str(path[0]), str(path[2])
    reached = any(str(other[2]) == dest for other in rest)
    if any(path[3:5]) and reached:
        return "the unconditional path of the same trigger is walked instead"
    steps = [flow.step_at(source) for source in sources(path)]
    if reached and all(_asks_again(step, trigger) for step in steps):
        return "the refusal is told and the step asked again, and another answer may be given"
    if flow.name == "menu" and trigger in STORIES and reached:
        return "the option is a story of its own, and is told all the same"
    return ""


def _asks_again(step: Step | None, trigger: str) -> bool:
    """Return whether a refusal may simply be told here, because another answer may be given."""
    if isinstance(step, Code):
        return trigger == "too_many_codes"  # the one that was sent may still be entered
    asked = isinstance(step, Ask | Choose)
    return asked and trigger not in {"answer", *getattr(step, "options", ())}


def without_options() -> Iterator[Mutant]:
    for flow in STORIES.values():
        for step in flow.steps:
            for option in getattr(step, "options", ()):
                rest = tuple(one for one in step.options if one != option)  # type: ignore[union-attr]
                told = any(option == path[0] and step.name in sources(path) for path in flow.paths)
                aside = "" if told else "it may still be asked for in words"
                yield Mutant(
                    f"{flow.name}.{step.name}: no option {option}",
                    made(flow, steps=changed(flow, step, replace(step, options=rest))),
                    harmless=aside,
                )


def changed(flow: type[Flow], step: Step, other: Step) -> tuple[Step, ...]:
    return tuple(other if one is step else one for one in flow.steps)


def without_words() -> Iterator[Mutant]:
    for flow in STORIES.values():
        for language in LANGUAGES:
            for block in blocks(flow.page, language):
                special = "__" in block
                yield Mutant(
                    f"{flow.name}: no {block} in {language}",
                    flow,
                    page=f"{language}/{flow.page}.j2",
                    without=block,
                    harmless="the wording for all channels fits this one too" if special else "",
                )


def without_proof() -> Iterator[Mutant]:
    for flow in STORIES.values():
        if not flow.moves_money:
            continue
        yield Mutant(f"{flow.name}: money is not declared", made(flow, moves_money=frozenset()))
        yield Mutant(f"{flow.name}: writing is not declared", made(flow, writes=frozenset()))
        for step in flow.steps:
            if isinstance(step, Choose) and step.mints:
                steps = changed(flow, step, replace(step, mints=False))
                yield Mutant(
                    f"{flow.name}: {step.name} reads nothing back", made(flow, steps=steps)
                )
            if isinstance(step, Prove):
                yield Mutant(f"{flow.name}: {step.name} is skipped", skipped(flow, step))


def skipped(flow: type[Flow], step: Prove) -> type[Flow]:
    """Lead whoever would be asked for the PIN to where the right one leads, effect and all."""
    on = next(path for path in flow.paths if path[0] == "proven" and step.name in sources(path))
    paths = tuple(
        (path[0], path[1], on[2], *(*path[3:], None, None)[:2], *on[5:])
        if path[2] == step.name
        else path
        for path in flow.paths
        if step.name not in sources(path)
    )
    return made(flow, paths=paths, steps=tuple(one for one in flow.steps if one is not step))


def undeclared_writes() -> Iterator[Mutant]:
    for flow in STORIES.values():
        for name in flow.writes - flow.moves_money:
            stranger = (
                "a stranger has nothing yet that could be undone" if flow.for_strangers else ""
            )
            yield Mutant(
                f"{flow.name}: {name} is not declared to write",
                made(flow, writes=flow.writes - {name}),
                harmless=stranger,
            )


@cache
def mutants() -> list[Mutant]:
    return [
        *without_paths(), *without_options(), *without_words(), *without_proof(),
        *undeclared_writes(),
    ]  # fmt: skip


def judge(mutant: Mutant) -> None:
    pages = {}
    if mutant.page:
        kept = OPTIONS.sub(
            lambda found: "" if found[1] == mutant.without else found[0], sound.real(mutant.page)
        )
        pages = {mutant.page: kept}
    # Of the words only the story's own are looked at, so the others need no walk.
    stories = {**STORIES, mutant.flow.name: mutant.flow}
    with sound.spoken(pages) if pages else nullcontext():
        found = check.of(mutant.flow, stories, dress=dress)
    if not mutant.harmless:
        assert found, f"nobody noticed: {mutant}"


@pytest.mark.no_cover  # whole walks over and over, of lines the other tests have run
@settings(max_examples=15, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.deferred(lambda: st.sampled_from(mutants())))
def test_what_is_taken_away_is_noticed(mutant: Mutant) -> None:
    judge(mutant)


@pytest.mark.soak
@pytest.mark.parametrize("story", STORIES)
def test_whatever_is_taken_away_is_noticed(story: str) -> None:
    for mutant in mutants():
        if mutant.flow.name == story:
            judge(mutant)


def test_few_of_the_mutants_are_harmless() -> None:
    paths = [mutant for mutant in mutants() if not mutant.page]
    harmless = [mutant for mutant in paths if mutant.harmless]
    assert len(paths) > 150
    assert len(harmless) < len(paths) / 4
    assert START not in {mutant.without for mutant in mutants()}
