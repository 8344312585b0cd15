"""French numbers: ``deux mille cinq cents``, ``quatre-vingt-dix``, ``un million et demi``."""

from collections.abc import Sequence
from decimal import Decimal
from types import MappingProxyType

from flows.understanding.entities.numbers import MOST_WORDS, Number, digits

_TO_SIXTEEN = (
    "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
)
_SMALL = {word: number for number, word in enumerate(_TO_SIXTEEN.split())} | {"une": 1}
_TENS = MappingProxyType({
    "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60,
    "septante": 70, "huitante": 80, "octante": 80, "nonante": 90,
})  # fmt: skip
_SCALES = MappingProxyType(
    {"mille": 1_000, "million": 1_000_000, "millions": 1_000_000}
    | {"milliard": 1_000_000_000, "milliards": 1_000_000_000}
)
_HUNDREDS = frozenset({"cent", "cents"})
_KNOWN = frozenset({*_SMALL, *_TENS, *_SCALES, *_HUNDREDS, "vingts"})
STARTS = frozenset({*_KNOWN, "demi"})
"""The words a number may begin with."""
_HALVES = (("et", "demi"), ("et", "demie"))
_HALF = Decimal("0.5")
# Sixty and eighty go on to nineteen: soixante-dix, quatre-vingt-dix-neuf.
_TO_NINETEEN = frozenset({60, 80})


def read(words: Sequence[str]) -> Number | None:
    """Return the longest number the words begin with, or None if they begin with none."""
    said = list(words[:MOST_WORDS])
    if said[:1] == ["demi"] and said[1:2] and said[1] in _SCALES:
        return Number(_HALF * _SCALES[said[1]], 2)
    value, end, below = Decimal(0), 0, None
    while True:
        counted, after = _group(said, end)
        scale = _SCALES.get(said[after]) if after < len(said) else None
        if scale and (after > end or scale == 1_000) and (below is None or scale < below):
            counted = counted if after > end else Decimal(1)  # mille stands alone
            value, end, below = value + counted * scale, after + 1, scale
            if tuple(said[end : end + 2]) in _HALVES:
                return _number(said, value + _HALF * scale, end + 2)
            continue
        if after > end:
            value, end = value + counted, after
        return _number(said, value, end)


def _number(said: list[str], value: Decimal, end: int) -> Number | None:
    """Return what was read, unless it is digits alone or more of a number runs on."""
    runs_on = end < len(said) and (said[end] in _KNOWN or digits(said[end]) is not None)
    if runs_on or not any(word in _KNOWN for word in said[:end]):
        return None
    return Number(value, end)


def _group(said: list[str], at: int) -> tuple[Decimal, int]:
    """Read a number below a thousand, and where it ends; ``at`` if there is none."""
    word = said[at] if at < len(said) else ""
    if (number := digits(word)) is not None:
        return number, at + 1
    hundreds = _SMALL.get(word, 0)
    if word in _HUNDREDS:
        value, end = 100, at + 1
    elif 1 < hundreds < 10 and said[at + 1 : at + 2] and said[at + 1] in _HUNDREDS:
        value, end = hundreds * 100, at + 2
    else:
        value, end = 0, at
    rest, after = _below_hundred(said, end)
    return Decimal(value + rest), after


def _below_hundred(said: list[str], at: int) -> tuple[int, int]:
    word = said[at] if at < len(said) else ""
    if word == "quatre" and said[at + 1 : at + 2] in (["vingt"], ["vingts"]):
        tens, end = 80, at + 2
    elif word in _TENS:
        tens, end = _TENS[word], at + 1
    else:
        return _to_nineteen(said, at)
    joined = said[end : end + 1] == ["et"]
    rest, after = _to_nineteen(said, end + joined)
    # "et" comes before one and eleven alone: vingt et un, soixante et onze.
    most = 19 if tens in _TO_NINETEEN else 9
    if after > end + joined and 0 < rest <= most and (not joined or rest in {1, 11}):
        return tens + rest, after
    return tens, end


def _to_nineteen(said: list[str], at: int) -> tuple[int, int]:
    word = said[at] if at < len(said) else ""
    if word not in _SMALL:
        return 0, at
    unit = _SMALL.get(said[at + 1], 0) if word == "dix" and at + 1 < len(said) else 0
    return (10 + unit, at + 2) if 7 <= unit <= 9 else (_SMALL[word], at + 1)
