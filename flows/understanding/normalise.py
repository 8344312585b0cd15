"""Words as they are compared: one case, no accents, no marks; numbers stand for their kind.

Nothing is corrected. Slips of the thumb are met by the parts of words that are looked at, and by
training on slips.
"""

import re
import unicodedata
from dataclasses import dataclass

from flows.hearing import LONGEST

NUMBER, PHONE, CASE = "nnum", "ntel", "ncase"
"""What stands for any amount, phone or case number: which one it is changes no intent."""

_PIECE = re.compile(
    r"[^\W_]+(?:['\u2019\u02bc`][^\W_]+)*|[?!$\u20ac\u00a3]|[\U0001f300-\U0001faff]"
)
_CASE_NUMBER = re.compile(r"\bc[- .#]?\d{3}[- .]?\d{3}[- .]?\d\b", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"(?<!\w)\+?\d(?:[ -]?\d){8,14}(?!\w)")
_FIGURES = re.compile(r"\d[\d.,]*\d|\d")
_PARTS = re.compile(r"\d+|\D+")
_REPEATED = re.compile(r"([^\W\d])\1{2,}")
# French words that lose their vowel before another: l'argent, j'ai, qu'est-ce.
_ELIDED = frozenset({"l", "d", "j", "m", "t", "s", "n", "c", "qu", "jusqu", "lorsqu", "puisqu"})
_MARKS = {"$": "usd", "\u20ac": "eur", "\u00a3": "gbp", "k": ""}


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it is compared, and where the original has it."""

    norm: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Return the words of a message, in its order. Only so much of a long one is looked at."""
    said = text[:LONGEST]
    said, found = _set_apart(said, _CASE_NUMBER, CASE)
    said, phones = _set_apart(said, _LONG_NUMBER, PHONE)
    found += phones
    said, numbers = _set_apart(said, _FIGURES, NUMBER)
    found += numbers
    for piece in _PIECE.finditer(said):
        found += [Token(norm, piece.start(), piece.end()) for norm in _norms(piece.group())]
    found.sort(key=lambda token: token.start)
    return found


def normal(text: str) -> str:
    """Return a message as its tokens write it."""
    return " ".join(token.norm for token in tokens(text))


def _set_apart(said: str, pattern: re.Pattern[str], kind: str) -> tuple[str, list[Token]]:
    """Take out what a pattern finds, leaving the rest where it stands."""
    found = [Token(kind, one.start(), one.end()) for one in pattern.finditer(said)]
    return pattern.sub(lambda one: " " * len(one.group()), said) if found else said, found


def _norms(piece: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", piece).casefold())
    bare = "".join(c for c in folded if not unicodedata.combining(c))
    head, mark, rest = _cut(bare)
    words = [head, rest] if mark and head in _ELIDED else [head + rest]
    norms = []
    for word in words:
        for part in _PARTS.findall(_REPEATED.sub(r"\1", word)):
            norm = NUMBER if part.isdecimal() else _MARKS.get(part, part)
            if norm:
                norms.append(norm)
    return norms


def _cut(word: str) -> tuple[str, str, str]:
    """Part a word at its first apostrophe, and drop the others."""
    for at, letter in enumerate(word):
        if letter in "'\u2019\u02bc`":
            rest = "".join(c for c in word[at + 1 :] if c not in "'\u2019\u02bc`")
            return word[:at], letter, rest
    return word, "", ""
