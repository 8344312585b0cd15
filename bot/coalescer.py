"""Postings of many callers taken together, where they would otherwise queue for one account.

A posting by itself holds its accounts until its commit has reached the disk, so an account that
everybody pays into takes no more of them than there are such commits in a second. Taken together
they need one. It pays only where they would wait, so single postings go straight through until an
account is wanted by several at once, or very many are under way.

This is for callers whose whole unit of work is the posting, such as notices of payments that
arrive, or a bulk of an API client. A conversation's turn posts within its own unit.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Lock

from core.errors import Refusal
from core.ledger.book import Item, Posted, post, post_batch
from core.store.unit import Unit

MOST_TOGETHER = 500
HOT_FROM = 4
"""So many postings on one account at once, and it is hot."""
BUSY_FROM = 17
"""So many postings at once, and waiting for a commit of one's own costs more than sharing one."""


@dataclass(slots=True, eq=False)
class _Call:
    """A caller that waits. Its lock is held until its answer is there, or it is told to lead."""

    item: Item
    answer: Posted | Refusal | None = None
    error: BaseException | None = None
    alone: bool = False
    waiting: Lock = field(default_factory=Lock)


class Coalescer:
    """Posts one item for each caller. Threads share one; ``open_unit`` opens units that commit.

    There is no thread of its own: the first caller to wait takes all who have gathered, posts them
    in one unit, and hands the lead to one of those who came meanwhile.
    """

    def __init__(self, open_unit: Callable[[], AbstractContextManager[Unit]]) -> None:
        self._open_unit = open_unit
        self._lock = Lock()
        self._under_way: Counter[object] = Counter()
        self._count = 0
        self._gathered: list[_Call] = []
        self._led = False

    def post(self, item: Item) -> Posted:
        """Post an item and return once it is durable.

        :raises Refusal: as `core.ledger.book.post` does; it stays the answer to the item's id
        """
        sides = (item.leg.debit, item.leg.credit)
        with self._lock:
            self._count += 1
            self._under_way.update(sides)
            hot = max(self._under_way[side] for side in sides) >= HOT_FROM
            together = hot or self._count >= BUSY_FROM
        try:
            answer = self._together(item) if together else self._alone(item)
        finally:
            with self._lock:
                self._count -= 1
                self._under_way.subtract(sides)
                for side in sides:
                    if not self._under_way[side]:
                        del self._under_way[side]
        if isinstance(answer, Refusal):
            raise answer
        return answer

    def _alone(self, item: Item) -> Posted | Refusal:
        refused: Refusal | None = None
        with self._open_unit() as unit:
            try:
                return post(
                    unit,
                    id=item.id,
                    type=item.type,
                    legs=[item.leg],
                    wallet=item.wallet,
                    note=item.note,
                    reference=item.reference,
                )
            except Refusal as said:  # it is recorded, so its unit commits
                refused = said
        return refused

    def _together(self, item: Item) -> Posted | Refusal:
        call = _Call(item)
        call.waiting.acquire()
        with self._lock:
            self._gathered.append(call)
            leads, self._led = not self._led, True
        if not leads:
            with call.waiting:  # until there is an answer, or the lead is handed over
                pass
        if call.answer is None and call.error is None and not call.alone:
            self._lead(call)
        if call.error is not None:
            raise call.error
        if call.answer is None:
            return self._alone(item)
        return call.answer

    def _lead(self, own: _Call) -> None:
        """Post all who have gathered, the leader among them, and hand the lead on."""
        with self._lock:
            calls = self._gathered[:MOST_TOGETHER]
            del self._gathered[:MOST_TOGETHER]
        try:
            with self._open_unit() as unit:
                answers = post_batch(unit, [call.item for call in calls])
            for call, answer in zip(calls, answers, strict=True):
                call.answer = answer
        except BaseException as error:
            # Nothing of it was kept as far as we know; ids make a second try harmless. One caller's
            # mistake must not be another's, so each tries alone and hears of its own.
            for call in calls:
                call.alone = len(calls) > 1
                call.error = None if call.alone else error
            if not isinstance(error, Exception):
                raise
        finally:
            with self._lock:
                following = self._gathered[0] if self._gathered else None
                self._led = following is not None
            for call in calls:
                if call is not own:
                    call.waiting.release()
            if following is not None:
                following.waiting.release()
