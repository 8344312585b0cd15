"""Rehearsals: any operation of the book done and undone, so its answer is the real one's."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from core.errors import Refusal
from core.ledger.accounts import Balance, balance
from core.store.unit import Unit

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rehearsal(Generic[T]):
    """What an operation would answer now, and what the accounts asked about would hold then."""

    answer: T | Refusal
    balances: Mapping[UUID, Balance]


class _Undo(Exception):
    """Leaves the savepoint when the rehearsal is over."""


def rehearse(
    unit: Unit, operation: Callable[[], T], *, accounts: Iterable[UUID] = ()
) -> Rehearsal[T]:
    """Do an operation within a savepoint, look at what it did, and undo it.

    Nothing is kept, its id included, and its locks are given back. It is the operation itself that
    runs, so the answer cannot differ from the real one's on the same book.
    """
    answer: T | Refusal
    after: dict[UUID, Balance] = {}
    with suppress(_Undo), unit.savepoint():
        try:
            answer = operation()
        except Refusal as refused:
            answer = refused
        after = {account: balance(unit, account) for account in accounts}
        raise _Undo
    return Rehearsal(answer, after)
