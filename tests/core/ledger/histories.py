"""Judges what readers saw of a busy bank against what its book says in the end.

Every look must be a state the book was in at that moment: the sum constant, no account below its
floor, each posting whole or not there, none missing that was answered before the look began, and
none there that was asked for after it ended.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from core.store.unit import Unit
from tests.core.ledger.busy_bank import POSTINGS, History, Seen

ENTRIES = "select transaction_id, account_id, version, balance_after from ledger_entries"
POSTED = POSTINGS.replace("count(*)", "transaction_id")
REFUSED = "select id from ledger_refusals"


class Wrong(AssertionError):
    """Somebody saw what cannot have been."""


@dataclass(frozen=True)
class Book:
    """The book in the end: which posting made which version of which account, and its balance."""

    posted: set[UUID]
    refused: set[UUID]
    made: Mapping[UUID, Mapping[UUID, int]]
    """The last version that a posting made, by posting and account."""
    balances: Mapping[tuple[UUID, int], int]

    @classmethod
    def read(cls, unit: Unit) -> "Book":
        """Read all of it."""
        made: dict[UUID, dict[UUID, int]] = defaultdict(dict)
        balances = {}
        for row in unit.all(ENTRIES):
            own = made[row.transaction_id]
            own[row.account_id] = max(own.get(row.account_id, 0), row.version)
            balances[row.account_id, row.version] = row.balance_after
        posted = {row[0] for row in unit.all(POSTED)}
        return cls(posted, {row[0] for row in unit.all(REFUSED)}, made, balances)


def judge(history: History, book: Book, *, total: int, most_looks: int) -> None:
    """Judge a whole history; of its looks at most so many, spread over it.

    :raises Wrong: at the first thing that cannot have been
    """
    _is(book.posted == {one.id for one in history.done if one.posted}, "posted, if told so")
    _is(book.refused == {one.id for one in history.done if not one.posted}, "refused, if told so")
    for seen in history.seen[:: len(history.seen) // most_looks + 1]:
        judge_look(seen, history, book, total=total)
    _nobody_sees_time_run_back(history)


def judge_look(seen: Seen, history: History, book: Book, *, total: int) -> None:
    """Judge one look at all accounts.

    :raises Wrong: if the book was never in that state, or not then
    """
    _is(sum(one.posted for one in seen.accounts.values()) == total, "the sum is constant")
    for account, one in seen.accounts.items():
        _is(one.floor is None or one.free >= one.floor, "no account is below its floor")
        _is(one.posted == book.balances[account, one.version], "a balance is its version's")
    there = 0
    for done in (one for one in history.done if one.posted):
        inside = {
            version <= seen.accounts[account].version
            for account, version in book.made[done.id].items()
        }
        _is(len(inside) == 1, "a posting is there whole or not at all")
        there += True in inside
        _is(True in inside or done.ended >= seen.began, "what was answered is there")
        _is(False in inside or done.began <= seen.ended, "what was not asked for is not")
    _is(seen.postings == there, "as many postings as balances tell of")


def _nobody_sees_time_run_back(history: History) -> None:
    """Whoever looks after somebody else has looked sees at least as much."""
    ended = sorted(history.seen, key=lambda one: one.ended)
    newest: dict[UUID, int] = {}
    earlier = 0
    for seen in sorted(history.seen, key=lambda one: one.began):
        while ended[earlier].ended < seen.began:
            for account, one in ended[earlier].accounts.items():
                newest[account] = max(newest.get(account, 0), one.version)
            earlier += 1
        behind = any(one.version < newest.get(at, 0) for at, one in seen.accounts.items())
        _is(not behind, "nobody sees time run back")


def _is(true: bool, promise: str) -> None:
    if not true:
        raise Wrong(promise)
