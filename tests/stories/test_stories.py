"""Every conversation that is written down here is answered, word for word, by the real hub."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.words import CHANNELS, LANGUAGES
from tests.stories.runner import read, stories, tell


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.stem)
def test_a_story_goes_as_it_is_told(
    story: Path, pick_up: Callable, last_code: Callable[[], str]
) -> None:
    assert tell(story, pick_up, last_code) > 0


def test_money_is_sent_in_every_language_on_every_channel() -> None:
    told = {
        tuple(story.stem.split(".")[1:3]) for story in stories() if story.stem.startswith("send_")
    }
    assert told >= {(language, channel) for language in LANGUAGES for channel in CHANNELS}


def test_a_story_that_goes_otherwise_is_noticed(
    tmp_path: Path, pick_up: Callable, last_code: Callable[[], str]
) -> None:
    story = tmp_path / "wrong.en.sms.txt"
    story.write_text("@ +254712000001 sms\n< BAL\n> You have:\n> KES 1.00\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="KES 12,400"):
        tell(story, pick_up, last_code)


def test_a_line_that_means_nothing_is_no_story(tmp_path: Path) -> None:
    story = tmp_path / "broken.txt"
    story.write_text("Hello\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"broken\.txt:1"):
        list(read(story))
