"""Who is compared, and what is said of them on a list."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["person", "organisation", "unknown"]
Band = Literal["clear", "review", "block"]
EntryKind = Literal["person", "organisation", "vessel", "aircraft", "unknown"]
ListKind = Literal["sanctions", "pep"]
Span = tuple[date, date]
"""From the first to the last day on which somebody may have been born; a day alone is both."""


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody to compare with the lists: a customer, a payee, whoever a payment names."""

    kind: Kind
    name: str
    born: date | None = None
    country: str | None = None
    """ISO 3166, two letters."""
    year: int | None = None
    """Of birth, where that is all that is known of it."""

    @property
    def span(self) -> Span | None:
        """When they were born, as far as it is known."""
        if self.born is not None:
            return self.born, self.born
        return None if self.year is None else (date(self.year, 1, 1), date(self.year, 12, 31))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One name of an entry, with what its lists say of the entry."""

    entry_id: int
    family: str
    """The list that its key belongs to."""
    key: str
    entry: str
    """Its version: another one when any of its lists says something else of it."""
    list_kind: ListKind
    kind: EntryKind
    name: str
    quality: Literal["primary", "strong", "weak"]
    born: tuple[Span, ...]
    countries: frozenset[str]
    places: frozenset[str]
