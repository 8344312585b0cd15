"""The score of a party against one listed name: the names, then what speaks for or against.

Each part is kept, so that a hit can say in words why it is one.
"""

from dataclasses import dataclass

from core.screening.compare import Likeness, compare
from core.screening.evidence import Evidence, gather
from core.screening.names import Name, read
from core.screening.party import Listed, Party

LEAST_NAME = 0.7
"""Names less alike than this are no hit, whatever else speaks for it."""
DIGITS = 3
PEOPLE = frozenset(("person", "unknown"))
"""Kinds of entries whose names are read as those of people are."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One listed name with its score and the parts of it."""

    listed: Listed
    score: float
    """From 0 to 1, with three digits."""
    likeness: Likeness
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """A party's name as it is compared with people, and with everybody else."""

    person: Name
    firm: Name
    asked: Name
    """The one that candidates are found by."""


def name_of(party: Party) -> Read:
    """Return a party's name as it is compared: people and firms leave out other words."""
    person, firm = read(party.name), read(party.name, organisation=True)
    return Read(person, firm, firm if party.kind == "organisation" else person)


def score(party: Party, name: Read, listed: Listed, *, listed_as: Name | None = None) -> Scored:
    """Return how surely a party is who a listed name means.

    ``name`` is `name_of` the party, ``listed_as`` the `listed_name` where that is known.
    """
    ours = name.person if listed.kind in PEOPLE else name.firm
    likeness = compare(ours, listed_as or listed_name(listed))
    if likeness.score < LEAST_NAME:
        return Scored(listed, round(likeness.score, DIGITS), likeness, ())
    evidence = gather(party, listed)
    total = likeness.score + sum(one.weight for one in evidence)
    return Scored(listed, round(min(1.0, max(0.0, total)), DIGITS), likeness, evidence)


def listed_name(listed: Listed) -> Name:
    """Return a listed name as it is compared."""
    return read(listed.name, organisation=listed.kind not in PEOPLE)
