"""Stories on WhatsApp go by Meta in the very words they go by Twilio.

A few of them in every run; all with ``--whatsapp meta``.
"""

from collections.abc import Iterator

import pytest

from tests.stories import kept
from tests.stories.heard import Ear
from tests.stories.play import tell
from tests.stories.script import Story, stories
from tests.stories.stage import Stage, Telling

ALWAYS = 40
"""How many are told in every run: spread over all there are."""
FIRST = 5_000
"""The numbers of these tellings: none of them meets those of the others."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose what to tell."""
    if "language" in metafunc.fixturenames:
        every = [
            pytest.param(story, language, id=f"{story.name}-{language}")
            for story in stories()
            for language, channel in story.tellings
            if channel == "whatsapp"
        ]
        step = 1 if metafunc.config.getoption("--whatsapp") else max(1, len(every) // ALWAYS)
        metafunc.parametrize(("story", "language"), every[::step])


def test_a_story_goes_the_same_by_meta(
    story: Story, language: str, stage: Stage, numbered: Iterator[int], ear: Ear
) -> None:
    number = FIRST + next(numbered)
    told = tell(Telling(stage, story, language, "whatsapp", number, carrier="meta"), ear)
    kept.compare(kept.place(story, language, "whatsapp"), told)
