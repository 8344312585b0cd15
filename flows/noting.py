"""Words of the customer's own that go with money, or with a request for it."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from flows.hearing import plain
from flows.story import GIVEN

if TYPE_CHECKING:
    from core.bank import Bank

MOST_WORDS = 5
"""A purpose is a few words; more of them tell a story."""
_PURPOSE = re.compile(
    r".*\b(?:for|kwa ajili ya|ya|za|pour)\s+(?P<what>[^\d?!.;]+)[.!]?\s*", re.IGNORECASE | re.DOTALL
)
# What is said of when, whom and how, and never of what for.
_NO_PURPOSE = frozenset({
    "me", "him", "her", "them", "you", "us", "now", "today", "tomorrow", "leo", "kesho", "sasa",
    "simu", "moi", "lui", "elle", "demain", "aujourdhui", "free", "please", "kila",
})  # fmt: skip


class Noting:
    """The note of a story in which one may be said, and dropped again."""

    widest: ClassVar[Mapping[str, object]] = {"note": "n" * 140}
    """A note, as wide as it gets."""
    bank: "Bank"
    slots: dict[str, str]

    def note_words(self, said: str) -> None:
        """Remember the words, as they will be shown."""
        self.slots["note"] = self.bank.clean_note(said)

    def forget_note(self, _: str) -> None:
        """Go without words."""
        self.slots.pop("note", None)

    def note_purpose(self, whom: str) -> None:
        """Remember what the money is for, where that was said when the story was asked for."""
        words = self.slots.pop(f"{GIVEN}note", "")
        purpose = self.bank.clean_note(what_for(words, whom))
        if purpose and "note" not in self.slots:
            self.slots["note"] = purpose


def what_for(text: str, whom: str) -> str:
    """Return what money is for, as it was written: ``lunch`` in "send 2k to Brian for lunch".

    ``whom`` is who the money is for: "500 for Brian" says that and nothing else.
    """
    found = _PURPOSE.fullmatch(text)
    if found is None:
        return ""
    purpose = found["what"].strip(" ,'\"")
    said = plain(purpose).split()
    if not 1 <= len(said) <= MOST_WORDS or not _NO_PURPOSE.isdisjoint(said):
        return ""
    return "" if set(plain(whom).split()) & set(said) else purpose
