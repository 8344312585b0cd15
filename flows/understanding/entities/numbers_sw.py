"""Swahili numbers: ``elfu mbili mia tano``, ``laki moja na nusu``, and the street's ``soo tano``.

A scale stands before what it counts (*elfu tatu*, three thousand), which leaves some numbers open:
*elfu kumi na tano* is fifteen thousand, or ten thousand and five. The reader finds every reading
and prefers the largest, which is the usual one in speech; the others are told.
"""

from collections.abc import Sequence
from decimal import Decimal
from types import MappingProxyType

from flows.understanding.entities.numbers import MOST_WORDS, Number, digits

_ONES = "moja mbili tatu nne tano sita saba nane tisa"
_DECADES = "kumi ishirini thelathini arobaini hamsini sitini sabini themanini tisini"
_UNITS = {word: unit for unit, word in enumerate(_ONES.split(), start=1)}
_TENS = {word: 10 * tens for tens, word in enumerate(_DECADES.split(), start=1)}
_TENS |= {"arubaini": 40, "arobaine": 40, "thamanini": 80}
_HUNDREDS = frozenset({"mia", "soo", "sooh"})
_SCALES = MappingProxyType(
    dict.fromkeys(("elfu", "alfu", "thao", "thau", "ngiri", "ngwiri"), 1_000)
    | dict.fromkeys(("laki",), 100_000)
    | dict.fromkeys(("milioni", "milion", "milyoni", "mil"), 1_000_000)
    | dict.fromkeys(("bilioni", "bilion", "bil"), 1_000_000_000)
)
# What the street calls notes and coins. They stand alone.
NOTES = MappingProxyType({
    "ashu": 10, "ashuu": 10, "kinde": 10, "bao": 20, "mbao": 20, "finje": 50, "hamsa": 50,
    "chwani": 50, "rwabe": 200, "jirongo": 500,
})  # fmt: skip
NOTES_TOO = frozenset({"bao", "mbao", "hamsa", "kinde"})
"""Those of them that are words as well: a goal, a board."""
# Short for milioni and bilioni where they come first; behind a number they may be French.
_FIRST_ONLY = frozenset({"mil", "bil"})
# Counted money and nothing else: three of them need no other sign.
SLANG = frozenset({"soo", "sooh", "thao", "thau", "ngiri", "ngwiri"})
_PARTS = MappingProxyType({"nusu": Decimal("0.5"), "robo": Decimal("0.25")})
_JOINS = frozenset({"na", ","})
_ELIDES = 100_000
"""From this scale on, thousands may go unsaid: laki moja na hamsini is mostly 150,000."""

Readings = set[tuple[Decimal, int]]
"""Values, each with the place where its words end."""


def read(words: Sequence[str]) -> Number | None:
    """Return the longest number the words begin with, or None if they begin with none."""
    first = words[0] if words else ""
    if first in NOTES:
        return Number(Decimal(NOTES[first]), 1)
    if first == "sifuri":
        return Number(Decimal(0), 1)
    if first not in _KNOWN and digits(first) is None:
        return None
    known = _leading(words)
    found = _part_of_scale(known) | _number(known, 0, None)
    end = max((end for _, end in found), default=0)
    if not any(word in _KNOWN for word in known[:end]) or _runs_on(known, end):
        return None
    values = sorted({value for value, ends in found if ends == end}, reverse=True)
    return Number(values[0], end, tuple(values[1:]))


def _leading(words: Sequence[str]) -> list[str]:
    """Return the words up to the first that belongs to no number."""
    known: list[str] = []
    for word in words[:MOST_WORDS]:
        if word not in _KNOWN and word not in _JOINS and digits(word) is None:
            break
        known.append(word)
    return known


def _runs_on(words: list[str], end: int) -> bool:
    """Return whether more of a number follows than could be understood."""
    rest = words[end:]
    return bool(rest) and (rest[0] not in _JOINS or (rest[0] == "na" and len(rest) > 1))


def _part_of_scale(words: list[str]) -> Readings:
    """Read ``nusu milioni``."""
    if len(words) > 1 and words[0] in _PARTS and words[1] in _SCALES:
        return {(_PARTS[words[0]] * _SCALES[words[1]], 2)}
    return set()


def _number(words: list[str], at: int, below: int | None) -> Readings:
    """Read a number at a place in every way; each of its scales is below the one before."""
    found: Readings = set()
    if at < len(words) and words[at] in _SCALES:
        found |= _scaled(words, at, below)
    for value, end in _group(words, at):
        found.add((value, end))
        if (
            end < len(words) and words[end] in _SCALES and words[end] not in _FIRST_ONLY
        ):  # mia mbili elfu, 5 thao
            scale = _SCALES[words[end]]
            if below is None or scale < below:
                found |= _with_rest(words, value * scale, end + 1, scale)
    return found


def _scaled(words: list[str], at: int, below: int | None) -> Readings:
    """Read a scale and what it counts: ``elfu tatu``; alone, it is one of it."""
    scale = _SCALES[words[at]]
    if below is not None and scale >= below:
        return set()
    counts = _group(words, at + 1) or {(Decimal(1), at + 1)}
    found: Readings = set()
    for count, end in counts:
        found |= _with_rest(words, count * scale, end, scale)
    return found


def _with_rest(words: list[str], value: Decimal, end: int, scale: int) -> Readings:
    """Add what follows a scale to its value: a part of it, or a smaller number."""
    found: Readings = {(value, end)}
    joined = end < len(words) and words[end] in _JOINS
    at = end + joined
    if joined and at < len(words) and words[at] in _PARTS:
        return found | {(value + _PARTS[words[at]] * scale, at + 1)}
    if not joined and at < len(words) and words[at] not in _COUNTERS:
        return found  # elfu mbili mbili: two thousand each
    for rest, last in _number(words, at, scale):
        if rest < scale:
            found.add((value + rest, last))
        if joined and scale >= _ELIDES and rest * 1000 < scale and rest % 10 == 0:
            found.add((value + rest * 1000, last))
    return found


def _group(words: list[str], at: int) -> Readings:
    """Read a number below a thousand in every way: ``mia mbili na hamsini`` may be 200 too."""
    if at >= len(words):
        return set()
    if words[at] not in _HUNDREDS:
        return _below_hundred(words, at)
    count = _one(words, at + 1)
    value, end = (count * 100, at + 2) if count else (Decimal(100), at + 1)
    found = {(value, end)}
    joined = end < len(words) and words[end] in _JOINS
    if joined and words[end + 1 : end + 2] == ["nusu"] and not count:
        found.add((value + 50, end + 2))
    found |= {
        (value + rest, last) for rest, last in _below_hundred(words, end + joined) if rest < 100
    }
    return found


def _below_hundred(words: list[str], at: int) -> Readings:
    """Read tens, units or digits; digits may be above a hundred, and counted in hundreds."""
    if at >= len(words):
        return set()
    if words[at] in _TENS:
        value = Decimal(_TENS[words[at]])
        found = {(value, at + 1)}
        joined = at + 1 < len(words) and words[at + 1] in _JOINS
        unit = _one(words, at + 1 + joined)
        return found | ({(value + unit, at + 2 + joined)} if unit else set())
    number = Decimal(_UNITS[words[at]]) if words[at] in _UNITS else digits(words[at])
    if not number:
        return set()
    if number < 100 and words[at + 1 : at + 2] and words[at + 1] in SLANG & _HUNDREDS:
        return {(number * 100, at + 2)}  # 5 soo
    return {(number, at + 1)}


def _one(words: list[str], at: int) -> Decimal | None:
    """Return the one to nine at a place, in a word or in a digit."""
    word = words[at] if at < len(words) else ""
    if word in _UNITS:
        return Decimal(_UNITS[word])
    return Decimal(word) if len(word) == 1 and word in "123456789" else None


_COUNTERS = frozenset({*_HUNDREDS, *_SCALES})
_KNOWN = frozenset({*_UNITS, *_TENS, *_HUNDREDS, *_SCALES, *_PARTS})
STARTS = frozenset({*_KNOWN, *NOTES, "sifuri"})
"""The words a number may begin with."""
