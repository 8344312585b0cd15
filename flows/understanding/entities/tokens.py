"""A message cut into words, numbers and marks, each of which knows where it stood."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_PIECES = re.compile(
    r"(?P<number>[0-9]+(?:[.,'\u2019][0-9]+)*)"
    r"|(?P<word>[^\W\d_](?:[^\W\d_]|[\u0300-\u036f]|['\u2019\u02bc](?=[^\W\d_]))*)"
    r"|(?P<mark>/[=-]|\S)"
)
_APOSTROPHES = re.compile("['\u2019\u02bc]")
# What French leaves out before a vowel: l'agent, d'euros, j'envoie, qu'on.
_ELISION = re.compile("^(?:[cdjlmnst]|qu)['\u2019\u02bc](?=.)")


@dataclass(frozen=True, slots=True)
class Span:
    """Where something was said: ``text[start:end]``, what kind of thing it is, and what it is."""

    kind: str
    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a message: a ``word``, a ``number`` or a ``mark``, as it stands in the text."""

    kind: str
    start: int
    end: int
    text: str
    plain: str
    """Without case, accents, apostrophes, or what French leaves out before a vowel."""


def cut(text: str) -> list[Token]:
    """Return the pieces of a text in their order. Spaces are no pieces."""
    return [
        Token(
            found.lastgroup or "mark",
            found.start(),
            found.end(),
            found[0],
            _plain(found[0]) if found.lastgroup == "word" else found[0],
        )
        for found in _PIECES.finditer(text)
    ]


def _plain(word: str) -> str:
    if word.isascii() and word.isalpha():
        return word.lower()
    folded = _APOSTROPHES.sub("", _ELISION.sub("", word.casefold()))
    letters = unicodedata.normalize("NFKD", folded)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


class Message:
    """The pieces of one message, and which of them have been read already."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = cut(text)
        self.spans: list[Span] = []
        self._read = [False] * len(self.tokens)

    def __len__(self) -> int:
        return len(self.tokens)

    def free(self, start: int, end: int | None = None) -> bool:
        """Return whether these tokens exist and nobody has read them."""
        last = start + 1 if end is None else end
        return 0 <= start < last <= len(self.tokens) and not any(self._read[start:last])

    def plain(self, at: int) -> str:
        """Return the token at a place as it is compared, or nothing where there is none."""
        return self.tokens[at].plain if 0 <= at < len(self.tokens) else ""

    def kind(self, at: int) -> str:
        """Return the kind of the token at a place, or nothing where there is none."""
        return self.tokens[at].kind if 0 <= at < len(self.tokens) else ""

    def glued(self, at: int) -> bool:
        """Return whether the token at a place stands right behind the one before it."""
        return 0 < at < len(self.tokens) and self.tokens[at - 1].end == self.tokens[at].start

    def written(self, start: int, end: int) -> str:
        """Return the tokens from ``start`` up to ``end`` as they were written."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end]

    def hide(self, start: int, end: int) -> None:
        """Let nobody else read these tokens."""
        self._read[start:end] = [True] * (end - start)

    def take(self, kind: str, start: int, end: int, value: str) -> str:
        """Read these tokens as one thing, so that they are read as nothing else."""
        self.hide(start, end)
        self.spans.append(Span(kind, self.tokens[start].start, self.tokens[end - 1].end, value))
        return value

    def phrase(self, at: int, phrases: Iterable[Sequence[str]]) -> int:
        """Return where the longest of these phrases ends that begins here; ``at`` if none does."""
        end = at
        for words in phrases:
            if at + len(words) > end and all(map(self._is, range(at, at + len(words)), words)):
                end = at + len(words)
        return end

    def _is(self, at: int, word: str) -> bool:
        return self.plain(at) == word
