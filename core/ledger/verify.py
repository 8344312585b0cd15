"""Proves the book: every promise of the ledger as a set-based query that must find nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.ledger.checks import CHECKS, WARNINGS
from core.store.unit import Unit

MOST_PER_CHECK = 100  # enough to see what happened; the count of rows broken may be far greater


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that a row breaks: which check, which row (table and key), and what is wrong."""

    check: str
    row: str
    what: str


def verify(unit: Unit) -> list[Breach]:
    """Return every broken promise in the book, at most a hundred of each kind; none is whole."""
    return _found(unit, CHECKS)


def warnings(unit: Unit) -> list[Breach]:
    """Return what breaks no promise and wants looking at, at most a hundred of each kind."""
    return _found(unit, WARNINGS, now=unit.now)


def _found(unit: Unit, checks: Mapping[str, str], **facts: object) -> list[Breach]:
    # One statement, so that all checks see one state of the book while others go on posting.
    whole = " union all ".join(
        f"(select '{check}' as broken, c.* from ({sql}) c (which, what)"
        f" order by which limit {MOST_PER_CHECK})"
        for check, sql in checks.items()
    )
    return [Breach(row.broken, row.which, row.what) for row in unit.all(whole, **facts)]
