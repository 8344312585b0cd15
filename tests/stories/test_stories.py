"""Every conversation that is written down is told by the real hub: its meaning, and its words."""

from collections.abc import Callable
from dataclasses import astuple

import pytest

from flows.words import CHANNELS, LANGUAGES
from tests.stories import kept
from tests.stories.coverage import UNWALKED, all_ways
from tests.stories.heard import Ear
from tests.stories.play import Told, tell
from tests.stories.plugin import WALKED
from tests.stories.script import Story, stories
from tests.stories.stage import Telling

Begin = Callable[[Story, str, str], Telling]
EVERY = stories()


def tellings(*, others: bool) -> list[object]:
    """Return what to tell: each story in each language and on each channel once, or the rest."""
    return [
        pytest.param(story, language, channel, id=f"{story.name}-{language}-{channel}")
        for story in EVERY
        for language, channel in (story.others if others else story.tellings)
    ]


@pytest.fixture
def told(
    story: Story,
    language: str,
    channel: str,
    begin: Begin,
    ear: Ear,
    request: pytest.FixtureRequest,
) -> Callable[[], Told]:
    """Tell the story, and note what was walked for the summary."""

    def do() -> Told:
        found = tell(begin(story, language, channel), ear)
        ways = [astuple(way) for way in sorted(found.ways)]
        request.node.user_properties.append((WALKED, (language, channel, ways, sorted(found.said))))
        return found

    return do


@pytest.mark.parametrize(("story", "language", "channel"), tellings(others=False))
def test_a_story_goes_as_it_is_told(
    story: Story,
    language: str,
    channel: str,
    told: Callable[[], Told],
    pytestconfig: pytest.Config,
) -> None:
    place, found = kept.place(story, language, channel), told()
    if pytestconfig.getoption("--retell"):
        kept.keep(place, found)
    kept.compare(place, found)


@pytest.mark.soak
@pytest.mark.parametrize(("story", "language", "channel"), tellings(others=True))
def test_a_story_means_the_same_everywhere(told: Callable[[], Told]) -> None:
    assert told().said


def test_what_is_kept_is_what_is_told() -> None:
    wanted = {kept.place(story, *pair) for story in EVERY for pair in story.tellings}
    assert set(kept.files()) == wanted, "a story is gone, or was not told with --retell"


def test_every_path_of_every_flow_is_walked_by_a_story() -> None:
    every = {str(way) for way in all_ways()}
    left = every - kept.walked() - UNWALKED.keys()
    assert not left, "no story walks there; docs/guides/tell-a-story.md says how to write one"


def test_money_is_sent_in_every_language_on_every_channel() -> None:
    sent = "# send_money: pin -proven-> sent"
    told = {path.stem for path in kept.files() if sent in path.read_text(encoding="utf-8")}
    assert told == {f"{language}.{channel}" for language in LANGUAGES for channel in CHANNELS}


def test_the_exceptions_are_needed() -> None:
    every = {str(way) for way in all_ways()}
    assert UNWALKED.keys() <= every, "there is no such path"
    assert not UNWALKED.keys() & kept.walked(), "a story walks it after all"
