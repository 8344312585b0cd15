"""What was said in every story, in each language and on each channel once, kept word for word.

``told/send_money/en.ussd.txt`` is what a telling must say again. Whoever changes words, or a story,
tells it anew with ``--retell``, reads the difference and keeps it.
"""

import difflib
from collections.abc import Iterator
from pathlib import Path

from tests.stories.play import Told
from tests.stories.script import FOLDER, Story

KEPT = FOLDER / "told"
_RETELL = "python -m pytest tests/stories --retell"


class ToldOtherwise(AssertionError):
    """A story was not told in the words that are kept."""


def place(story: Story, language: str, channel: str, *, folder: Path = KEPT) -> Path:
    """Return where the words of one telling are kept."""
    return folder / story.name / f"{language}.{channel}.txt"


def keep(path: Path, told: Told) -> None:
    """Keep the words of a telling from now on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(told.text, encoding="utf-8")


def compare(path: Path, told: Told) -> None:
    """Compare a telling with what is kept.

    :raises ToldOtherwise: with the difference, line by line, if it is not the same
    """
    if not path.exists():
        raise ToldOtherwise(f"{path} is not kept yet: {_RETELL}")
    kept = path.read_text(encoding="utf-8")
    if kept == told.text:
        return
    lines = difflib.unified_diff(
        kept.splitlines(), told.lines, "kept", "told now", lineterm="", n=4
    )
    raise ToldOtherwise(
        "\n".join([f"{path} is told otherwise now.", *lines, f"If that is right: {_RETELL}"])
    )


def files(folder: Path = KEPT) -> Iterator[Path]:
    """Yield every file that words are kept in."""
    yield from sorted(folder.glob("**/*.txt"))


def walked(folder: Path = KEPT) -> frozenset[str]:
    """Return every path that is walked in what is kept, as ``str(Way)`` has it."""
    return frozenset(
        line[2:]
        for path in files(folder)
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("# ") and "-> " in line
    )
