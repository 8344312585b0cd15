"""Names written wrongly, as people and clerks do: what screening is measured with.

Everything follows from the chance that is passed in, so that a measurement can be repeated.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random

from core.screening.names import latin

LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WRITTEN = (
    ("mohamed", "muhammad"), ("muhammad", "mohammed"), ("mohammad", "mohamed"),
    ("ahmad", "ahmed"), ("hussein", "husayn"), ("husayn", "hussain"), ("abd al", "abdul"),
    ("abdul", "abdel"), ("yusuf", "youssef"), ("al ", "el "), ("kh", "h"), ("sh", "ch"),
    ("ou", "u"), ("oo", "u"), ("ee", "i"), ("q", "k"), ("y", "i"), ("j", "dj"), ("dh", "d"),
    ("gh", "g"), ("ts", "z"), ("ks", "x"), ("w", "v"), ("iya", "ia"), ("ei", "ey"), ("ck", "k"),
    ("ph", "f"), ("c", "k"), ("z", "s"), ("v", "w"), ("i", "y"),
)  # fmt: skip
"""One way to write a sound in Latin letters, and another; the first two that fit are changed."""
MOST_REWRITTEN = 2


def typo(words: Sequence[str], chance: Random) -> list[str]:
    """Change one letter of the longest words: another, none, one more, or two exchanged."""
    place = max(range(len(words)), key=lambda n: (len(words[n]) > 3, chance.random()))
    word, at = words[place], chance.randrange(len(words[place]))
    letter = chance.choice(LETTERS)
    wrong = chance.choice(
        (
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
        )
    )
    return [*words[:place], *([wrong] if wrong else []), *words[place + 1 :]]


def two_typos(words: Sequence[str], chance: Random) -> list[str]:
    """Change two letters."""
    return typo(typo(words, chance) or words, chance)


def transliterated(words: Sequence[str], chance: Random) -> list[str]:  # noqa: ARG001 - as the others
    """Write the sounds in other letters."""
    name, done = " ".join(words), 0
    for one, other in _WRITTEN:
        if one in name and done < MOST_REWRITTEN:
            name, done = name.replace(one, other, 1), done + 1
    return name.split()


def reordered(words: Sequence[str], chance: Random) -> list[str]:
    """Put the words in another order."""
    return chance.sample(list(words), len(words))


def middle_dropped(words: Sequence[str], chance: Random) -> list[str]:
    """Leave out a word between the first and the last."""
    if len(words) < 3:
        return list(words)
    place = chance.randrange(1, len(words) - 1)
    return [*words[:place], *words[place + 1 :]]


def initial(words: Sequence[str], chance: Random) -> list[str]:
    """Write a word as its first letter, of a name with others left."""
    if len(words) < 2:
        return list(words)
    place = (
        chance.randrange(len(words) - 1) if len(words) < 3 else chance.randrange(1, len(words) - 1)
    )
    return [*words[:place], words[place][0], *words[place + 1 :]]


def merged(words: Sequence[str], chance: Random) -> list[str]:
    """Run two words together."""
    if len(words) < 2:
        return list(words)
    place = chance.randrange(len(words) - 1)
    return [*words[:place], words[place] + words[place + 1], *words[place + 2 :]]


WAYS: Mapping[str, Callable[[Sequence[str], Random], list[str]]] = {
    "typo": typo,
    "two typos": two_typos,
    "transliteration": transliterated,
    "reorder": reordered,
    "dropped middle": middle_dropped,
    "initial": initial,
    "merged": merged,
}


def perturbed(name: str, way: str, chance: Random) -> str:
    """Return a name written wrongly in one of the `WAYS`; the name itself where that cannot be."""
    words = latin(name).replace("-", " ").replace(",", " ").split()
    return " ".join(WAYS[way](words, chance)) or name
