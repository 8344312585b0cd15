"""More phrases out of the seeds: as thumbs slip, as people mix languages, with other facts.

All of it follows from the seed it is given, so that training twice is training the same.
"""

from random import Random

from flows.understanding import lexicon
from flows.understanding.normalise import CASE, NUMBER, PHONE
from flows.understanding.training.seeds import Seed

SLIPS = 2
"""How many copies with slips of the thumb are made of a phrase."""
MIXES = 1
"""How many copies with words of another language."""
SLIPPED = 0.25
"""How many of a phrase's longer words slip, roughly; one at least."""
SHORTEST = 4
"""Shorter words are written right by most, and are too like others when they are not."""
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_VOWELS = "aeiou"
# Where mixing takes its words from; what comes of it is mixed, unless it stays within one city.
_MIXED_WITH = {
    "en": ("sw", "sheng", "fr"),
    "sw": ("en", "sheng"),
    "fr": ("en",),
    "mixed": ("en", "sw", "sheng"),
    "sheng": ("en", "sw"),
}
_KEPT = frozenset({NUMBER, PHONE, CASE})


def augmented(words: list[str], seed: Seed, chance: Random) -> list[tuple[list[str], str]]:
    """Return copies of a phrase's words, each with its language after the change."""
    made = [(slipped(words, chance), seed.language) for _ in range(SLIPS)]
    for _ in range(MIXES):
        mixed = _mixed(words, seed.language, chance)
        if mixed != words:
            language = seed.language if seed.language in ("mixed", "sheng") else ""
            made.append((mixed, language))
    return [(copy, language) for copy, language in made if copy != words]


def slipped(words: list[str], chance: Random) -> list[str]:
    """Return words as a hurried thumb would write them."""
    long = [at for at, word in enumerate(words) if len(word) >= SHORTEST and word not in _KEPT]
    if not long:
        return words
    many = max(1, round(len(long) * SLIPPED))
    hit = set(chance.sample(long, min(many, len(long))))
    return [_slip(word, chance) if at in hit else word for at, word in enumerate(words)]


def _slip(word: str, chance: Random) -> str:
    at = chance.randrange(1, len(word))
    match chance.choice(("drop", "swap", "near", "double", "vowels")):
        case "drop":
            return word[:at] + word[at + 1 :]
        case "swap":
            return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
        case "near":
            return word[:at] + _near(word[at], chance) + word[at + 1 :]
        case "double":
            return word[:at] + word[at - 1] + word[at:]
        case _:
            bare = word[0] + "".join(letter for letter in word[1:] if letter not in _VOWELS)
            return bare if len(bare) >= SHORTEST - 1 else word


def _near(letter: str, chance: Random) -> str:
    """Return a letter beside this one on the keyboard."""
    for row in _KEYS:
        if (at := row.find(letter)) >= 0:
            return chance.choice(row[max(0, at - 1) : at] + row[at + 1 : at + 2])
    return letter


def _mixed(words: list[str], language: str, chance: Random) -> list[str]:
    """Return words with about half of those that stand for something in another language."""
    other = chance.choice(_MIXED_WITH[language])
    mixed = list(words)
    for at, word in enumerate(words):
        meant = lexicon.concepts(word)
        if not meant or word in _KEPT or chance.random() < 0.5:
            continue
        said = lexicon.words()[meant[0]].get(other, ())
        if said and word not in said and not set(said) & _KEPT:
            mixed[at] = said[0] if chance.random() < 0.6 else chance.choice(said)
    return mixed
