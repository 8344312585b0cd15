"""Puts changed stories in force under live conversations, as a release does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows import choices, words
from flows.catalog import PAST, STORIES
from tests.flows.changed import BEFORE, NOW, write_pages


class Release:
    """A release of changed stories that waits to be published."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def publish(self) -> None:
        """Have this process tell the changed stories from now on."""
        for name, story in NOW.items():
            self._monkeypatch.setitem(STORIES, name, story)
        for version, story in BEFORE.items():
            self._monkeypatch.setitem(PAST, version, story)

    def roll_back(self) -> None:
        """Have this process tell the stories of before: to it, what others told is newer."""
        self._monkeypatch.undo()


def _forget_words() -> None:
    for kept in (words._environment, words._template, words._standing, choices._spoken):
        kept.cache_clear()


@pytest.fixture
def release(tmp_path: Path) -> Iterator[Release]:
    """A release of changed stories, with their pages."""
    pages = tmp_path / "pages"
    write_pages(pages)
    with pytest.MonkeyPatch.context() as found, pytest.MonkeyPatch.context() as catalog:
        found.setattr(words, "TEMPLATES", [words.TEMPLATES, pages])
        _forget_words()
        yield Release(catalog)
    _forget_words()
