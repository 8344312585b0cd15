"""What the words of money stand for, in English, Swahili, French and Nairobi's Sheng.

Two uses: a word's concept is a feature beside the word itself, so that what was learnt of one
language helps in the others; and training puts a concept's word of one language in the place of
another's, as people do who mix them. The words stand in ``lexicon.tsv``.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

FILE = Path(__file__).parent / "lexicon.tsv"


def concepts(word: str) -> tuple[str, ...]:
    """Return what a word may stand for, as ``normalise`` writes it; nothing for most words."""
    return _index().get(word, ())


@cache
def words() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the words of each concept by language; the first of a language is the usual one."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    (_, *languages), *rest = rows
    return MappingProxyType({
        concept: MappingProxyType({
            language: tuple(ways.split())
            for language, ways in zip(languages, said, strict=True)
            if ways
        })
        for concept, *said in rest
    })  # fmt: skip


@cache
def _index() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for concept, ways in words().items():
        for word in sorted({word for said in ways.values() for word in said}):
            found[word] = (*found.get(word, ()), concept)
    return found
