"""How alike two names are, from 0 to 1, and which of their words answer each other.

Words are set against each other, the likest first, and each counts by its length. A name that runs
its words together or takes them apart is compared once more without blanks; the better of both
counts. Whichever name comes first, the answer is the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Indel, JaroWinkler

from core.screening.names import Name, sound

ALIKE = 0.8
"""Jaro-Winkler from which two words may be one word written twice."""
SOUNDS = 0.95
"""What two words count for that sound alike and are not the same."""
HEARD_LETTERS = 3
"""Consonants that two words need to sound alike: fewer are common to too many."""
SHORT = 4
SHORT_ALIKE = 0.6
"""Jaro-Winkler likes short words too well: the letters they share must be this part of them."""
INITIAL = 0.9
"""What a word counts for that is the first letter of the other."""
HEARD = 0.93
"""What names are at most that are told by their consonants alone."""
HEARD_ALIKE = 0.85
"""Jaro-Winkler from which the consonants of two words may be one word."""
MISSING = 0.5
"""How much of its length a word weighs that the other name leaves out, once two words agree."""


Words = tuple[str, ...]
Judge = Callable[[str, str], float]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two words that answer each other."""

    left: str
    right: str
    score: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two names are; ``joined`` says that it was found without blanks."""

    score: float
    pairs: tuple[Pair, ...]
    joined: bool = False


def compare(left: Name, right: Name) -> Likeness:
    """Return how alike two names are; 1 when their words are the same, in whatever order."""
    if not left.words or not right.words:
        return Likeness(0.0, ())
    if left.words == right.words:
        return Likeness(1.0, tuple(Pair(word, word, 1.0) for word in left.words))
    if left.vowels and right.vowels:
        return _compared(left.words, right.words, left.spoken, right.spoken, alike)
    heard = _compared(left.sounds, right.sounds, left.sounds, right.sounds, heard_alike)
    return Likeness(heard.score * HEARD, heard.pairs, heard.joined)


def _compared(
    left: Words, right: Words, left_spoken: Words, right_spoken: Words, alike: Judge
) -> Likeness:
    pairs = _pairs(left, right, alike)
    aligned = _weighed(left, right, pairs)
    joined = max(
        Indel.normalized_similarity("".join(left), "".join(right)),
        Indel.normalized_similarity("".join(left_spoken), "".join(right_spoken)),
    )
    return Likeness(max(aligned, joined), pairs, joined=joined > aligned)


@lru_cache(maxsize=65536)
def heard_alike(left: str, right: str) -> float:
    """Return how alike the consonants of two words are; 0 when they are not one word."""
    if left == right:
        return 1.0
    if min(len(left), len(right)) < HEARD_LETTERS:
        return 0.0
    found: float = JaroWinkler.similarity(left, right)
    return found if found >= HEARD_ALIKE else 0.0


@lru_cache(maxsize=262144)
def alike(left: str, right: str) -> float:
    """Return how alike two words are; 0 when they are not one word written twice."""
    if left == right:
        return 1.0
    if len(left) == 1 or len(right) == 1:
        return INITIAL if left[0] == right[0] and max(len(left), len(right)) > 1 else 0.0
    found: float = JaroWinkler.similarity(left, right)
    if found < ALIKE:
        return 0.0
    heard = sound(left)
    if len(heard) >= HEARD_LETTERS and heard == sound(right):
        return max(found, SOUNDS)
    if min(len(left), len(right)) <= SHORT:
        found = min(found, Indel.normalized_similarity(left, right))
    return found if found >= SHORT_ALIKE else 0.0


def _pairs(left: Words, right: Words, alike: Judge) -> tuple[Pair, ...]:
    """Return which words answer each other: the likest first, each once."""
    likely = [
        (score, min(one, other), max(one, other), place, there)
        for place, one in enumerate(left)
        for there, other in enumerate(right)
        if (score := alike(one, other))
    ]
    likely.sort(key=lambda pair: (-pair[0], -len(pair[1]) - len(pair[2]), pair[1], pair[2]))
    found, used, there_used = [], set[int](), set[int]()
    for score, _, _, place, there in likely:
        if place not in used and there not in there_used:
            used.add(place)
            there_used.add(there)
            found.append(Pair(left[place], right[there], score))
    return tuple(found)


def _weighed(left: Words, right: Words, pairs: tuple[Pair, ...]) -> float:
    letters = sum(map(len, left)) + sum(map(len, right))
    held = sum(len(pair.left) + len(pair.right) for pair in pairs)
    agreed = sum((len(pair.left) + len(pair.right)) * pair.score for pair in pairs)
    missing = letters - held
    weight = MISSING if len(pairs) > 1 else 1.0
    return agreed / (held + missing * weight) if held else 0.0
