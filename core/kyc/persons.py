"""Names and birth dates of people: brought to one form, plausible, and compared with each other.

Documents write a name in their own order and way (``OTIENO, Amina A.``); what counts is whether the
same words are there, whatever their case, accents and order.
"""

import re
import unicodedata
from datetime import date
from typing import Literal

from rapidfuzz.distance import JaroWinkler

Alike = Literal["same", "close", "differs"]
YOUNGEST, OLDEST = 18, 110
"""Years."""
SHORTEST_INITIAL = 1
CLOSE = 0.92
"""Jaro-Winkler, from where on two words count as one written in two ways."""
_TITLES = frozenset(
    {
        "mr", "mrs", "ms", "miss", "dr", "prof", "rev", "sir", "eng", "hon", "hajj", "hajji",
        "alhaji", "alhaja", "bwana", "bi", "mzee", "mme", "mlle", "monsieur", "madame",
    }
)  # fmt: skip
_WORD = re.compile(r"[a-z]+")
_JOINED = re.compile(r"(?<=[a-z])['\u2019\u02bc`](?=[a-z])")
_SAME_LETTER = re.compile(r"(.)\1{3,}")


def words(name: str) -> list[str]:
    """Return the words of a name in small letters without accents, its titles left out."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(one for one in plain if not unicodedata.combining(one))
    return [one for one in _WORD.findall(_JOINED.sub("", bare)) if one not in _TITLES]


def is_plausible_name(name: str) -> bool:
    """Return whether people may be called so: two words at least, of letters, none a mere noise."""
    found = words(name)
    return (
        len(found) >= 2
        and any(len(one) > 1 for one in found)
        and not any(one.isdigit() for one in name)
        and not any(_SAME_LETTER.search(one) for one in found)
    )


def is_plausible_birth(born: date, today: date) -> bool:
    """Return whether somebody who banks here may be born then."""
    return YOUNGEST <= age(born, today) <= OLDEST


def age(born: date, today: date) -> int:
    """Return how many years old somebody is; below nought before they are born."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def compare_names(declared: str, read: str) -> Alike:
    """Return whether two ways to write a name are the same person's.

    Close is when one leaves words out that the other has, or writes an initial, or another letter:
    two of its words at least must be there. A person judges what is close.
    """
    mine, theirs = words(declared), words(read)
    if mine and sorted(mine) == sorted(theirs):
        return "same"
    fewer, more = sorted((mine, theirs), key=len)
    left = list(more)
    for one in fewer:
        match = next((other for other in left if _is_like(one, other)), None)
        if match is None:
            return "differs"
        left.remove(match)
    return "close" if len(fewer) >= 2 else "differs"


def _is_like(one: str, other: str) -> bool:
    if len(one) == SHORTEST_INITIAL or len(other) == SHORTEST_INITIAL:
        return one[0] == other[0]
    return JaroWinkler.similarity(one, other) >= CLOSE
