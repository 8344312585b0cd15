"""English numbers: ``two thousand five hundred``, ``fifteen hundred``, ``half a million``."""

from collections.abc import Sequence
from decimal import Decimal
from types import MappingProxyType

from flows.understanding.entities.numbers import MOST_WORDS, Number, digits

_TO_NINETEEN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_DECADES = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: number for number, word in enumerate(_TO_NINETEEN.split())}
_TENS = {word: 10 * tens for tens, word in enumerate(_DECADES.split(), start=2)}
_TENS |= {"fourty": 40, "ninty": 90}
_SCALES = MappingProxyType(
    dict.fromkeys(("thousand", "thousands", "thousnd", "grand", "k"), 1_000)
    | dict.fromkeys(("million", "millions", "mln"), 1_000_000)
    | dict.fromkeys(("billion", "billions", "bn"), 1_000_000_000)
)
_HUNDREDS = frozenset({"hundred", "hundreds", "hundrend"})
_COUNTERS = frozenset({*_SCALES, *_HUNDREDS})
_KNOWN = frozenset({*_SMALL, *_TENS, *_SCALES, *_HUNDREDS})
STARTS = frozenset({*_KNOWN, "a", "half", "quarter"})
"""The words a number may begin with."""
_PARTS = (
    (("half", "a"), Decimal("0.5")),
    (("half",), Decimal("0.5")),
    (("a", "quarter", "of", "a"), Decimal("0.25")),
    (("a", "quarter"), Decimal("0.25")),
    (("quarter", "of", "a"), Decimal("0.25")),
    (("quarter",), Decimal("0.25")),
)
_AND_A_HALF = ("and", "a", "half")
_HALF = Decimal("0.5")


def read(words: Sequence[str]) -> Number | None:
    """Return the longest number the words begin with, or None if they begin with none."""
    said = list(words[:MOST_WORDS])
    if part := _part_of_scale(said):
        return part
    value, end, below = Decimal(0), 0, None
    while True:
        at = end + (end > 0 and said[end : end + 1] in (["and"], [","]))
        counted, after = _count(said, at)
        scale = _SCALES.get(said[after]) if after < len(said) else None
        if scale and after > at and (below is None or scale < below):
            value, end, below = value + counted * scale, after + 1, scale
            if tuple(said[end : end + 3]) == _AND_A_HALF:
                return _number(said, value + _HALF * scale, end + 3)
            continue
        if after > at and (below is None or counted < below):
            value, end = value + counted, after
        return _number(said, value, end)


def _number(said: list[str], value: Decimal, end: int) -> Number | None:
    """Return what was read, unless it is digits alone or more of a number runs on."""
    runs_on = end < len(said) and (said[end] in _KNOWN or digits(said[end]) is not None)
    if runs_on or not any(word in _KNOWN for word in said[:end]):
        return None
    return Number(value, end)


def _part_of_scale(said: list[str]) -> Number | None:
    """Read ``half a million``."""
    for words, part in _PARTS:
        size = len(words)
        if tuple(said[:size]) == words and len(said) > size and said[size] in _SCALES:
            return Number(part * _SCALES[said[size]], size + 1)
    return None


def _count(said: list[str], at: int) -> tuple[Decimal, int]:
    """Read what may stand before a scale, and where it ends; ``at`` if there is none."""
    if said[at : at + 1] == ["a"] and said[at + 1 : at + 2] and said[at + 1] in _COUNTERS:
        value, end = Decimal(1), at + 1
    else:
        value, end = _below_hundred(said, at)
    if end == at or end >= len(said):
        return value, end
    if said[end] in _HUNDREDS and value == value.to_integral_value():
        value, end = value * 100, end + 1
        joined = said[end : end + 1] == ["and"]
        rest, after = _below_hundred(said, end + joined)
        return (value + rest, after) if after > end + joined else (value, end)
    if tuple(said[end : end + 3]) == _AND_A_HALF and said[end + 3 : end + 4]:
        return (value + _HALF, end + 3) if said[end + 3] in _SCALES else (value, end)
    return value, end


def _below_hundred(said: list[str], at: int) -> tuple[Decimal, int]:
    word = said[at] if at < len(said) else ""
    if word in _TENS:
        unit = _SMALL.get(said[at + 1], 0) if at + 1 < len(said) else 0
        return (Decimal(_TENS[word] + unit), at + 2) if 0 < unit < 10 else (
            Decimal(_TENS[word]), at + 1,
        )  # fmt: skip
    number = Decimal(_SMALL[word]) if word in _SMALL else digits(word)
    return (Decimal(0), at) if number is None else (number, at + 1)
