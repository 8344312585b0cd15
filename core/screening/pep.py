"""Politically exposed persons: a file of our own, for lists that others sell in formats of theirs.

UTF-8, with the header ``id,name,aliases,born,countries,position``. Aliases and countries (ISO 3166,
two letters, or names) are separated by semicolons; ``born`` is a day (``1958-02-12``) or a year.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from core.screening.countries import codes_of
from core.screening.entries import LONGEST_TEXT, Entry, ListBroken, NameTold, line, year
from core.screening.party import Span

HEADER = ("id", "name", "aliases", "born", "countries", "position")


def read_pep(lines: Iterable[str]) -> Iterator[Entry]:
    """Yield the people of a file of politically exposed persons.

    :raises ListBroken: at the first line that is none
    """
    rows = csv.DictReader(lines, strict=True)
    try:
        if tuple(rows.fieldnames or ()) != HEADER:
            raise ListBroken(line="1", why=f"the header is {','.join(HEADER)}")
        for row in rows:
            if None in row or None in row.values():
                raise ListBroken(line=str(rows.line_num), why=f"{len(HEADER)} fields")
            yield _entry(row, str(rows.line_num))
    except (csv.Error, UnicodeDecodeError) as why:
        raise ListBroken(line=str(rows.line_num + 1), why=type(why).__name__) from None


def _entry(row: Mapping[str, str], number: str) -> Entry:
    key, name = line(row["id"]), line(row["name"])
    if not key or not name or len(key) > 60:
        raise ListBroken(line=number, why="an entry without an id or a name")
    aliases = [line(one) for one in row["aliases"].split(";")]
    return Entry(
        key=key,
        kind="person",
        names=(NameTold(name, "primary"), *(NameTold(one, "strong") for one in aliases if one)),
        born=_born(row["born"].strip(), number),
        countries=codes_of(row["countries"].split(";")),
        programme="PEP",
        remarks=line(row["position"])[:LONGEST_TEXT],
    )


def _born(told: str, number: str) -> tuple[Span, ...]:
    if not told:
        return ()
    try:
        if len(told) == 4:
            return (year(int(told)),)
        day = date.fromisoformat(told)
    except ValueError:
        raise ListBroken(line=number, why="a date of birth that is none") from None
    return ((day, day),)
