"""OFAC's files as published: ``sdn.csv``, the entries, and ``alt.csv``, their aliases; no header.

An empty field is ``-0-``. What else is known of an entry stands in its remarks, as words between
semicolons: ``DOB 12 Feb 1958; POB Kabul, Afghanistan; nationality Afghanistan; a.k.a. 'X'.``
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from core.screening.countries import code_of, codes_of
from core.screening.entries import (
    LONGEST_TEXT,
    Entry,
    ListBroken,
    NameTold,
    around,
    line,
    year,
)
from core.screening.party import EntryKind, Span

NOTHING = "-0-"
END = "\x1a"
"""The files end with it, as files of an older system do."""
_KINDS: dict[str, EntryKind] = {
    "individual": "person", "vessel": "vessel", "aircraft": "aircraft", NOTHING: "organisation",
}  # fmt: skip
_QUALITY_OF_REMARKS = re.compile(r"^[afn]\.k\.a\. '(?P<name>.+?)'$")
_DAY = re.compile(r"^\d{1,2} [A-Z][a-z]{2} \d{4}$")
_MONTH = re.compile(r"^[A-Z][a-z]{2} \d{4}$")
_YEAR = re.compile(r"^\d{4}$")


def read_sdn(lines: Iterable[str]) -> Iterator[Entry]:
    """Yield the entries of ``sdn.csv``.

    :raises ListBroken: at the first line that is none
    """
    yield from _each(lines, columns=12, entry=_entry)


def read_alt(lines: Iterable[str]) -> Iterator[Entry]:
    """Yield the aliases of ``alt.csv``: one entry a line, under the key of whose alias it is.

    :raises ListBroken: at the first line that is none
    """
    yield from _each(lines, columns=5, entry=_alias)


def _each(
    lines: Iterable[str], *, columns: int, entry: Callable[[Sequence[str]], Entry]
) -> Iterator[Entry]:
    rows = csv.reader(lines, strict=True)
    number = 0
    try:
        for row in rows:
            number = rows.line_num
            cells = [_cell(cell) for cell in row]
            if not any(cells) or (number == 1 and not cells[0].isdigit()):
                continue  # the last line of all, or a header that somebody added
            if len(cells) != columns or not cells[0].isdigit():
                raise ListBroken(line=str(number), why=f"{columns} fields after a number")
            yield entry(cells)
    except (csv.Error, UnicodeDecodeError) as why:
        raise ListBroken(line=str(number + 1), why=type(why).__name__) from None


def _cell(cell: str) -> str:
    told = line(cell.replace(END, ""))
    return "" if told == NOTHING else told


def _entry(cells: Sequence[str]) -> Entry:
    key, name, kind, programme, title, *_, remarks = cells
    if not name:
        raise ListBroken(line=key, why="an entry without a name")
    told = remarks.rstrip(".").split("; ")
    found = _KINDS.get(kind or NOTHING)
    if found is None:
        raise ListBroken(line=key, why=f"an entry of the kind {kind[:20]}")
    weak = (match["name"] for one in told if (match := _QUALITY_OF_REMARKS.match(one)))
    nations = [*_after(told, "nationality "), *_after(told, "citizen ")]
    homes = [one.rpartition(", ")[2] for one in _after(told, "POB ")]
    return Entry(
        key=key,
        kind=found,
        names=(NameTold(name, "primary"), *(NameTold(one, "weak") for one in weak)),
        born=tuple(sorted({span for one in _after(told, "DOB ") if (span := _span(one))})),
        countries=codes_of(nations),
        places=codes_of([*homes, *_in_brackets(told)]),
        programme=programme,
        remarks="; ".join(one for one in (title, remarks) if one)[:LONGEST_TEXT],
    )


def _alias(cells: Sequence[str]) -> Entry:
    key, _, _, name, _ = cells
    if not name:
        raise ListBroken(line=key, why="an alias without a name")
    return Entry(key=key, kind="unknown", names=(NameTold(name, "strong"),))


def _after(told: Iterable[str], word: str) -> list[str]:
    """Return what follows a word, also where it is an alternative."""
    plain = (one.removeprefix("alt. ") for one in told)
    return [one.removeprefix(word) for one in plain if one.startswith(word)]


def _in_brackets(told: Iterable[str]) -> list[str]:
    """Return the countries that issued documents: ``Passport A1 (Iran)``."""
    found = (re.search(r"\(([^()]+)\)", one) for one in told)
    return [match[1] for match in found if match and code_of(match[1])]


def _span(told: str) -> Span | None:
    """Return when somebody may have been born; None when the words tell no date."""
    if told.startswith("circa "):
        told = told.removeprefix("circa ")
        first, _, last = (
            told[-9:].partition("-") if re.search(r"\d{4}-\d{4}$", told) else (told, "", told)
        )
        return around(int(first[-4:]))[0], around(int(last[-4:]))[1]
    first, to, last = told.partition(" to ")
    begin, end = _period(first), _period(last) if to else None
    if begin is None or (to and end is None):
        return None
    span = begin[0], (end or begin)[1]
    return span if span[0] <= span[1] else None


def _period(told: str) -> Span | None:
    if _YEAR.match(told):
        return year(int(told))
    try:
        if _DAY.match(told):
            day = datetime.strptime(told, "%d %b %Y").date()  # noqa: DTZ007 - a day, nowhere
            return day, day
        if _MONTH.match(told):
            first = datetime.strptime(told, "%b %Y").date()  # noqa: DTZ007
            return first, _month_end(first)
    except ValueError:
        return None
    return None


def _month_end(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
