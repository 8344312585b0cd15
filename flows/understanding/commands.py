"""Commands: each story's own words, in every language, as the templates list them.

A message that is a command and nothing else needs no guessing. Inside a longer message the same
words tell stories of one intent apart.
"""

import re
from dataclasses import dataclass
from functools import cache

from flows.hearing import phrases, plain
from flows.understanding.intents import INTENTS
from flows.words import LANGUAGES, Words

TELLS = 3
"""So many words beside a command, and the message tells what it is about."""

# Words around a command that change nothing about it.
FILLERS = frozenset({
    "please", "pls", "to", "my", "the", "a", "i", "want", "need", "would", "like", "of", "me",
    "tafadhali", "kwa", "ya", "la", "yangu", "langu", "wangu", "nataka", "naomba",
    "svp", "sil", "vous", "plait", "mon", "ma", "le", "les", "au", "je", "veux", "voudrais", "de",
    "du", "un", "une",
})  # fmt: skip

_LETTER = re.compile(r"[^\W\d]")


@dataclass(frozen=True, slots=True)
class Command:
    """A command that was heard, with the story it belongs to."""

    flow: str
    language: str | None
    """Its language, where only one has it."""
    confidence: float
    words: str


def whole(said: str, rest: str) -> Command | None:
    """Return the command that a message is, polite words and facts aside.

    ``said`` is the whole message as ``plain`` writes it, ``rest`` the same without what was taken
    for an amount or a number.
    """
    if not _LETTER.search(said):
        return None  # no command is made of digits alone
    bare = " ".join(word for word in rest.split() if word not in FILLERS)
    for way, confidence in ((said, 1.0), (rest, 0.98), (bare, 0.96)):
        if way in index():
            return Command(*index()[way], confidence, way)
    return None


def inside(said: str) -> list[Command]:
    """Return the commands within a message, the longest first."""
    padded = f" {said} "
    found = [way for spaced, way in _spaced() if spaced in padded]
    found.sort(key=lambda way: (-len(way), way))
    return [Command(*index()[way], 0.0, way) for way in found]


def says_more(text: str) -> bool:
    """Return whether a message tells something, beyond the story it asks for."""
    padded = f" {plain(text)} "
    asked = max((spaced for spaced, _ in _spaced() if spaced in padded), key=len, default="  ")
    rest = padded.replace(asked, " ", 1).split()
    return len([word for word in rest if word not in FILLERS]) >= TELLS


def prepare() -> None:
    """Learn every story's commands, once: it takes a moment."""
    _spaced()


@cache
def _spaced() -> tuple[tuple[str, str], ...]:
    """Return every command as it stands between other words, and itself."""
    return tuple((f" {way} ", way) for way in index())


@cache
def index() -> dict[str, tuple[str, str | None]]:
    """Return every command with its story, and its language where only one has it."""
    found: dict[str, tuple[str, str | None]] = {}
    for flow in INTENTS:
        for language in LANGUAGES:
            for way in phrases(Words(language, "sms").find(flow, "keywords") or ""):
                shared = way in found and found[way][1] != language
                found[way] = (flow, None if shared else language)
    return found
