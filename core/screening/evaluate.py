"""How well screening works: how many of the listed it finds, and how many others it stops.

People come from files of the form ``full_name,date_of_birth,nationality`` (other columns are passed
over). Nothing of it is kept: it is measured with the candidates and scores that screening uses.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from time import perf_counter

from core.screening.candidates import look
from core.screening.countries import code_of
from core.screening.names import read
from core.screening.party import Kind, Party
from core.screening.perturb import WAYS, perturbed
from core.screening.score import name_of, score
from core.screening.screen import hits_of
from core.store.unit import Unit

COLUMNS = ("full_name", "date_of_birth", "nationality")


class NotPeople(ValueError):
    """A file does not have the columns it takes."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Somebody to compare, and which way of writing them wrongly made their name, if one did."""

    party: Party
    way: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """How many of some people were stopped, and how long each took, in seconds."""

    many: int
    stopped: int
    missed: tuple[Sample, ...]
    seconds: tuple[float, ...]

    @property
    def share(self) -> float:
        """The part of them that was stopped."""
        return self.stopped / self.many if self.many else 0.0


def people(lines: Iterable[str]) -> Iterator[Sample]:
    """Yield the people of a file.

    :raises NotPeople: if it has other columns
    """
    rows = csv.DictReader(lines)
    if not set(COLUMNS) <= set(rows.fieldnames or ()):
        raise NotPeople(f"the columns are {', '.join(COLUMNS)}")
    for row in rows:
        born, year = birth_of(row["date_of_birth"] or "")
        country = code_of(row["nationality"] or "")
        # Who was born is a person; of anybody else nothing is said.
        kind: Kind = "person" if born or year else "unknown"
        yield Sample(Party(kind, row["full_name"], born, country, year))


def birth_of(told: str) -> tuple[date | None, int | None]:
    """Return a date of birth, or the year alone where no more is told: ``1958``, ``1958-00``."""
    parts = told.strip().split("-")
    try:
        if len(parts) == 3:
            return date(*map(int, parts)), None
    except ValueError:
        pass
    return None, int(parts[0]) if parts[0].isdecimal() and int(parts[0]) > 0 else None


def written_wrongly(unit: Unit, many: int, *, seed: int) -> Iterator[Sample]:
    """Yield entries of the lists that hold, each written wrongly in one way, the ways in turn."""
    chance = Random(seed)  # noqa: S311 - a measurement that can be repeated
    rows = unit.all(
        """
        select name, kind, born, countries from screening_entries
        where last_version is null and kind in ('person', 'organisation')
        order by md5(entry_id::text || %(seed)s::text) limit %(many)s
        """,
        seed=seed,
        many=many,
    )
    ways = list(WAYS)
    for place, row in enumerate(rows):
        way, kind = ways[place % len(ways)], row.kind
        name = perturbed(row.name, way, chance)
        if not read(name).words:
            continue
        born, year = _birth(row.born[0].lower, row.born[0].upper) if row.born else (None, None)
        country = row.countries[0] if row.countries else None
        yield Sample(Party(_kind(kind), name, born, country, year), way)


def measure(unit: Unit, samples: Sequence[Sample]) -> Measured:
    """Compare people with the lists that hold, keeping nothing, and count those who are stopped."""
    missed, seconds = [], []
    for sample in samples:
        began = perf_counter()
        stopped = _stopped(unit, sample.party)
        seconds.append(perf_counter() - began)
        if not stopped:
            missed.append(sample)
    return Measured(len(samples), len(samples) - len(missed), tuple(missed), tuple(seconds))


def _stopped(unit: Unit, party: Party) -> bool:
    name = name_of(party)
    looked = look(unit, name.asked)
    return bool(hits_of((score(party, name, one) for one in looked.listed), looked.limits))


def _birth(first: date, end: date) -> tuple[date | None, int | None]:
    return (first, None) if (end - first).days == 1 else (None, first.year)


def _kind(kind: str) -> Kind:
    return "person" if kind == "person" else "organisation"
