"""A number at a place in a message, in figures, in words, or in both: 1,500 · 2.5k · elfu 2."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from core.money import Money, NotAnAmount
from flows.understanding.entities import numbers_en, numbers_fr, numbers_sw
from flows.understanding.entities.numbers import MOST_WORDS, Number
from flows.understanding.entities.tokens import Message

_READERS = (numbers_sw.read, numbers_en.read, numbers_fr.read)
# Right behind the figures. A k may stand apart as well.
_SUFFIXES = MappingProxyType({
    "k": 1_000, "m": 1_000_000, "mn": 1_000_000, "mln": 1_000_000, "mio": 1_000_000,
    "b": 1_000_000_000, "bn": 1_000_000_000,
})  # fmt: skip
_ONE_POINT = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,3}|,[0-9]{1,2})")
_FINEST = "TND"
"""The currency with the most digits, so that nothing said is rounded here."""
MOST_FIGURES = 15
UNCLEAR = Decimal(0)
"""The value of number words that are no number together. None of them is to be read alone."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number somebody said, and how."""

    value: Decimal
    end: int
    """Where its tokens end."""
    other: Decimal | None = None
    """What else its words may mean, the likeliest of it."""
    counts_money: bool = False
    """It was said in a way that money alone is counted: 2k, soo tano."""
    in_words: bool = False


def read(message: Message, at: int) -> Quantity | None:
    """Return the number at a place, or None if there is none that is clear."""
    said = _in_words(message, at)
    if message.kind(at) != "number":
        return said
    figures = _in_figures(message, at)
    if said and (figures is None or said.end > figures.end):
        return said
    return figures


def _in_words(message: Message, at: int) -> Quantity | None:
    first = at if message.kind(at) == "word" else at + 1
    if message.plain(first) not in STARTS:
        return None
    words, places = _following(message, at)
    best: Number | None = None
    for reader in _READERS:
        found = reader(words)
        if found and found.value > 0 and (best is None or found.length > best.length):
            best = found
    run = next((place for place, word in enumerate(words) if word not in _COUNTING), len(words))
    if run > (best.length if best else 1):
        return Quantity(UNCLEAR, places[run - 1] + 1)  # two fifty, thao thirty
    if best is None:
        return None
    said = words[: best.length]
    return Quantity(
        best.value,
        places[best.length - 1] + 1,
        other=next(iter(best.others), None),
        counts_money=_counts_money(said),
        in_words=True,
    )


def _counts_money(said: Sequence[str]) -> bool:
    """Return whether money alone is counted like this: a soo may also be an English so."""
    if said[0] in numbers_sw.NOTES and said[0] not in numbers_sw.NOTES_TOO:
        return True
    slang = [word for word in said if word in numbers_sw.SLANG]
    return bool(slang) and (len(said) > 1 or slang[0] not in {"soo", "sooh"})


def _following(message: Message, at: int) -> tuple[Sequence[str], Sequence[int]]:
    """Return the words from a place on that may be one number, and their places."""
    words: list[str] = []
    places: list[int] = []
    for place in range(at, min(at + 2 * MOST_WORDS, len(message))):
        word = message.plain(place)
        hyphen = word == "-" and message.glued(place) and message.glued(place + 1)
        if place > at and message.kind(place) == "number" and message.glued(place):
            break  # 5k5
        if not message.free(place) or (
            message.kind(place) == "mark" and word != "," and not hyphen
        ):
            break
        if message.kind(place) == "word" and word not in _WITHIN:
            break
        if not hyphen:
            words.append(word)
            places.append(place)
    return words, places


def _in_figures(message: Message, at: int) -> Quantity | None:
    end = _grouped(message, at)
    written = message.written(at, end).replace("\u00a0", " ").replace("\u202f", " ")
    suffix = message.plain(end) if message.kind(end) == "word" else ""
    times = _SUFFIXES.get(suffix, 0) if message.glued(end) or suffix == "k" else 0
    if times and not message.free(end):
        times = 0
    if times and _ONE_POINT.fullmatch(written):
        value: Decimal | None = Decimal(written.replace(",", "."))
    else:
        value = _decimal(written.replace("\u2019", "'"))
    if value is None:
        return None
    return Quantity(value * (times or 1), end + bool(times), counts_money=bool(times))


def _grouped(message: Message, at: int) -> int:
    """Return where figures end that may stand in groups of three, as French writes: 95 000."""
    end = at + 1
    if not re.fullmatch(r"[1-9][0-9]{0,2}", message.plain(at)):
        return end
    while (
        message.free(end)
        and re.fullmatch(r"[0-9]{3}(?:,[0-9]{2})?", message.plain(end))
        and message.tokens[end].start - message.tokens[end - 1].end == 1
        and end - at < 5
    ):
        end += 1
    return end


def _decimal(written: str) -> Decimal | None:
    if sum(map(str.isdigit, written)) > MOST_FIGURES:
        return None
    try:
        return Money.parse(written, _FINEST).major
    except NotAnAmount:
        return None


_JOINS = frozenset({"na", "and", "et", "of", "a", "demi", "demie"})
STARTS = numbers_sw.STARTS | numbers_en.STARTS | numbers_fr.STARTS
_WITHIN = STARTS | _JOINS
_COUNTING = STARTS - {"a", "un", "une", "half", "quarter", "demi", "nusu", "robo"}
