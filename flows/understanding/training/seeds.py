"""The phrases that the bundle is trained on, as people wrote them: a file for each intent.

``seeds/<language>/<intent>.txt``, ``seeds/sentiment/<language>/<kind>.txt`` and
``seeds/everyday/<language>.txt`` hold one phrase a line; lines that begin with ``#`` are comments.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flows.understanding.intents import INTENTS_OUTSIDE
from flows.understanding.normalise import normal

ROOM = Path(__file__).parent.parent
SEEDS = ROOM / "seeds"
LANGUAGES = ("en", "sw", "fr", "mixed", "sheng")
"""What a message may be written in; ``mixed`` has two of the others in it."""
FEELINGS = {
    "positive": "Positive",
    "neutral": "Neutral",
    "negative": "Negative",
    "very_negative": "VeryNegative",
}
_CODE = ("normalise.py", "lexicon.py", "lexicon.tsv", "featurise.py", "heads.py")
_TRAINING = ("seeds.py", "augment.py", "train.py")


class BadSeeds(ValueError):
    """The seeds cannot be trained on."""


@dataclass(frozen=True, slots=True)
class Seed:
    """A phrase, what it asks for (or how it sounds), and its language."""

    text: str
    label: str
    language: str


def intents(folder: Path = SEEDS) -> list[Seed]:
    """Return the phrases of all intents, in the same order every time, each once.

    :raises BadSeeds: if a file is of no intent, or there are none at all
    """
    found = [seed for language in LANGUAGES for seed in _read(folder / language, language)]
    if unknown := {seed.label for seed in found} - set(INTENTS_OUTSIDE):
        raise BadSeeds(f"there are no such intents: {', '.join(sorted(unknown))}")
    if not found:
        raise BadSeeds(f"there are no seeds in {folder}")
    return list(_once(found))


def feelings(folder: Path = SEEDS) -> list[Seed]:
    """Return the phrases that sound like something, labelled by the kinds of ``Feeling``.

    :raises BadSeeds: if a file is of no kind
    """
    found = [
        seed for language in LANGUAGES for seed in _read(folder / "sentiment" / language, language)
    ]
    if unknown := {seed.label for seed in found} - set(FEELINGS):
        raise BadSeeds(f"there are no such feelings: {', '.join(sorted(unknown))}")
    labelled = [Seed(one.text, FEELINGS[one.label], one.language) for one in found]
    return list(_once(labelled))


def everyday(folder: Path = SEEDS) -> list[Seed]:
    """Return phrases of no bank, labelled by their language: they show how a language looks."""
    return list(
        _once([Seed(one.text, one.label, one.label) for one in _read(folder / "everyday", "")])
    )


def contradictions(seeds: list[Seed]) -> list[tuple[Seed, Seed]]:
    """Return the phrases that are the same, as they are compared, under two intents."""
    first: dict[str, Seed] = {}
    found = []
    for seed in seeds:
        other = first.setdefault(normal(seed.text), seed)
        if other.label != seed.label:
            found.append((other, seed))
    return found


def fingerprint(folder: Path = SEEDS) -> str:
    """Return a hash of the seeds and of the code that turns them into a bundle."""
    digest = sha256()
    here = Path(__file__).parent
    files = [ROOM / name for name in _CODE] + [here / name for name in _TRAINING]
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    for file in sorted(folder.rglob("*.txt")):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _read(folder: Path, language: str) -> Iterator[Seed]:
    for file in sorted(folder.glob("*.txt")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if (text := line.strip()) and not text.startswith("#"):
                yield Seed(text, file.stem, language)


def _once(seeds: list[Seed]) -> Iterator[Seed]:
    """Leave out what is there already under the same label and language."""
    seen = set()
    for seed in seeds:
        key = (normal(seed.text), seed.label, seed.language)
        if key[0] and key not in seen:
            seen.add(key)
            yield seed
