"""Listens in while a story is told: which sentences are said, and which paths are walked.

The words and the flows do what they always do; they are only overheard.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partialmethod

import pytest

from flows import manners
from flows.catalog import STORIES
from flows.story import Flow
from flows.words import LANGUAGES, Words, blocks

BY_PEOPLE = ("says", "says_between", "solved_between", "left", "handed_back")
"""What is said around a person's answer, which is no step of a flow."""
_LABELS = ("nav_", "say_", "button")


def _sentences() -> frozenset[str]:
    found = {f"refusals.{block}" for block in blocks("refusals", LANGUAGES[0])}
    for block in blocks("manners", LANGUAGES[0]):
        if block not in manners.MANNERS and not block.startswith(_LABELS):
            found.add(f"manners.{block.partition('__')[0]}")
    for flow in STORIES.values():
        found |= {f"{flow.page}.{step.name}" for step in flow.steps}
        found |= {f"{flow.page}.about_{step.name}" for step in flow.steps}
    found |= {f"agent.{block}" for block in BY_PEOPLE}
    return frozenset(found)


SENTENCES = _sentences()
"""The names of everything the bank may answer: ``page.block`` of templates, without labels."""


@dataclass(frozen=True, slots=True, order=True)
class Way:
    """One path of a flow, walked."""

    flow: str
    trigger: str
    source: str
    dest: str

    def __str__(self) -> str:
        return f"{self.flow}: {self.source} -{self.trigger}-> {self.dest}"


@dataclass
class Ear:
    """What was heard since it was last asked."""

    said: list[tuple[str, str]] = field(default_factory=list)
    """The name of every sentence that was made, and its words."""
    ways: list[Way] = field(default_factory=list)

    def take(self, shown: str = "") -> tuple[list[str], list[Way]]:
        """Return what was heard, and listen anew.

        Of the sentences only those that were ``shown`` count: a turn may make one and drop it, when
        it turns out that the customer meant something else.
        """
        said = [name for name, words in self.said if words in shown]
        ways = self.ways
        self.said, self.ways = [], []
        return said, ways


@contextmanager
def overhearing() -> Iterator[Ear]:
    """Listen to all that is said and walked in this process meanwhile."""
    ear = Ear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Words, "find", partialmethod(_find, ear, Words.find))
        patch.setattr(Flow, "pull", partialmethod(_pull, ear, Flow.pull))
        yield ear


def _find(
    words: Words, ear: Ear, find, page: str, block: str, facts: Mapping[str, object] | None = None
) -> str | None:
    found = find(words, page, block, facts)
    if found is not None and f"{page}.{block}" in SENTENCES:
        ear.said.append((f"{page}.{block}", found))
    return found


def _pull(story: Flow, ear: Ear, pull, trigger: str, said: str = "") -> None:
    stood = story.state
    pull(story, trigger, said)
    ear.ways.append(Way(story.name, trigger, stood, story.state))
