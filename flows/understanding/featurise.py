"""Words as numbers: words, pairs of words, parts of words and what they stand for, hashed.

A feature is one of 2^17 buckets, so no vocabulary is kept and any text has features. Weights are
``1 + log(count)`` times the bucket's rarity in training; each block of features has length one.
"""

from binascii import crc32
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from flows.understanding.lexicon import concepts

BITS = 17
BUCKETS = 1 << BITS
SHORTEST, LONGEST = 2, 5
"""Letters in a part of a word, with the spaces around it."""
NEAR = 3
"""So far apart two concepts may be, and still be spoken of together."""
BLOCKS = (("words", 1.0), ("concepts", 0.7), ("parts", 1.0))
"""Which kinds of features there are, and how much each block counts."""

Rarity = NDArray[np.float32]
Places = NDArray[np.int32]
Weights = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Features:
    """A message's features: their buckets, and how much each counts."""

    places: Places
    weights: Weights


def bucket(feature: str) -> int:
    """Return where a feature stands. The same everywhere and for ever."""
    # The upper half of the sum is mixed in: its lower bits alone follow the last letters closely.
    mixed = crc32(feature.encode("utf-8", "surrogatepass"))
    return (mixed ^ (mixed >> BITS)) & (BUCKETS - 1)


def named(words: Sequence[str]) -> dict[str, Counter[str]]:
    """Return the features of a message by block, under their names."""
    meant = [concept for word in words for concept in concepts(word)]
    return {
        "words": Counter(_grams(words, "w")),
        "concepts": Counter(_together(meant)),
        "parts": Counter(part for word in words for part in _parts(word)),
    }


def counted(words: Sequence[str]) -> list[tuple[float, Places, Weights]]:
    """Return by block how much it counts, its buckets, and how often each is there, tamed."""
    found = named(words)
    blocks = []
    for block, scale in BLOCKS:
        names = found[block]
        at = np.fromiter(map(bucket, names), np.int32, len(names))
        tamed = np.fromiter((1.0 + log(many) for many in names.values()), np.float32, len(names))
        blocks.append((scale, at, tamed))
    return blocks


def weighed(blocks: Sequence[tuple[float, Places, Weights]], rarity: Rarity) -> Features:
    """Return counted blocks as features, each block scaled to its length."""
    weights = []
    for scale, at, tamed in blocks:
        rare = tamed * rarity[at]
        length = sqrt(float(rare @ rare)) or 1.0
        weights.append(rare * (scale / length))
    return Features(
        np.concatenate([at for _, at, _ in blocks]), np.concatenate(weights, dtype=np.float32)
    )


def featurise(words: Sequence[str], rarity: Rarity) -> Features:
    """Return a message's features."""
    return weighed(counted(words), rarity)


def _grams(words: Sequence[str], mark: str) -> Iterator[str]:
    for at, word in enumerate(words):
        yield f"{mark}:{word}"
        if at:
            yield f"{mark}:{words[at - 1]} {word}"


def _together(meant: Sequence[str]) -> Iterator[str]:
    """Name what is spoken of, and what is spoken of together: languages differ in the order."""
    for at, one in enumerate(meant):
        yield f"c:{one}"
        for other in meant[at + 1 : at + 1 + NEAR]:
            yield "k:" + " ".join(sorted((one, other)))


def _parts(word: str) -> Iterator[str]:
    padded = f" {word} "
    for size in range(SHORTEST, LONGEST + 1):
        if size > len(padded):
            return
        for at in range(len(padded) - size + 1):
            yield padded[at : at + size]
