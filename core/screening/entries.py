"""Entries as files tell them, whatever their format: what every reader of a format yields."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from core.errors import DeskRefusal
from core.screening.party import EntryKind, Span

Quality = Literal["primary", "strong", "weak"]
LONGEST_TEXT = 4000
"""Characters of remarks that are kept."""


class ListBroken(DeskRefusal):
    """A file is not what it should be, or not whole. Facts: ``line`` (or place), ``why``."""

    code = "list_broken"


class NameTold(NamedTuple):
    """A name of an entry, as it was published."""

    name: str
    quality: Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a file says under one key. The first name is the entry's own."""

    key: str
    kind: EntryKind
    names: tuple[NameTold, ...]
    born: tuple[Span, ...] = ()
    countries: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    programme: str = ""
    remarks: str = ""


@dataclass(slots=True)
class Told:
    """A file being read: its entries come one by one, what else it tells is known at the end."""

    entries: Iterator[Entry]
    published: date | None = field(default=None)


def year(number: int) -> Span:
    """Return a whole year."""
    return date(number, 1, 1), date(number, 12, 31)


def around(number: int) -> Span:
    """Return the years around one that is only about right."""
    return date(number - 1, 1, 1), date(number + 1, 12, 31)


def line(text: str) -> str:
    """Return a text on one line, without blanks around it."""
    return " ".join(text.split())
