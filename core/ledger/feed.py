"""The feed: everything that was ever written, in one order without gaps, for who must hear of it.

A position is a block and a place in it, so it never changes. A consumer has a name; the bank keeps
how far each has come. Every row reaches it at least once, and in order: a consumer that must not do
a thing twice keeps the position beside what it did.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from uuid import UUID

from core.ledger import leaf as leaves
from core.ledger import seals
from core.ledger.leaf import Leaf
from core.store.unit import Unit

LEASE = timedelta(minutes=2)
"""How long a batch may take before another process may read the same rows."""


class LeaseLost(Exception):
    """It took so long that another process reads under this name by now."""


@dataclass(frozen=True, slots=True)
class Event:
    """A row of the book and its position."""

    height: int
    index: int
    leaf: Leaf

    @property
    def line(self) -> str:
        """The row as one line of JSON, its position first."""
        facts = {"block": self.height, "index": self.index, **self.leaf.facts}
        return json.dumps({**facts, "entries": self.leaf.entries}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows to deal with, and the lease under which they were read. ``next`` is where to go on."""

    consumer: str
    lease: UUID
    events: tuple[Event, ...]
    next: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a consumer is behind: blocks, and the age of the first of them."""

    consumer: str
    blocks: int
    age: timedelta


def feed(unit: Unit, consumer: str, *, limit: int) -> Batch | None:
    """Take the next rows for a consumer; None when there are none or another process has them.

    Commit the unit, deal with the rows outside any transaction, then `advance` in another unit.
    """
    lease = unit.new_id()
    at = unit.one(
        "select * from ledger_feed_take(%(consumer)s, %(lease)s, %(until)s, %(now)s)",
        consumer=consumer,
        lease=lease,
        until=unit.now + LEASE,
        now=unit.now,
    )
    if at.height is None:
        return None
    found = tuple(islice(events(unit, at.height, at.index), limit))
    if not found:
        _move(unit, consumer, lease, at.height, at.index)
        return None
    last = found[-1]
    return Batch(consumer, lease, found, (last.height, last.index + 1))


def advance(unit: Unit, batch: Batch) -> None:
    """Write down that a batch was dealt with.

    :raises LeaseLost: if it was held too long; its rows are being delivered again
    """
    if not _move(unit, batch.consumer, batch.lease, *batch.next):
        raise LeaseLost(batch.consumer)


def give_back(unit: Unit, batch: Batch) -> None:
    """Let the rows of a batch that failed be read again at once."""
    first = batch.events[0]
    _move(unit, batch.consumer, batch.lease, first.height, first.index)


def events(unit: Unit, height: int, index: int = 0) -> Iterator[Event]:
    """Return the rows from a position on, block by block: memory holds one block."""
    while True:
        block = unit.maybe(
            "select height, xid_from, xid_to from ledger_blocks where height >= %(height)s"
            " order by height limit 1",
            height=height,
        )
        if block is None:
            return
        start = index if block.height == height else 0
        found = seals.read(unit, block.xid_from, block.xid_to)
        for place, one in enumerate(found[start:], start):
            yield Event(block.height, place, leaves.read(one))
        height, index = block.height + 1, 0


def lags(unit: Unit) -> list[Lag]:
    """Return how far every consumer is behind the last block."""
    rows = unit.all(
        """
        select c.consumer, h.height - n.height + 1 as blocks, n.sealed_at
          from feed_cursors c,
               (select max(height) as height from ledger_blocks) h,
               lateral (select b.height, b.sealed_at from ledger_blocks b
                         where b.height > c.height or (b.height = c.height and b.size > c.index)
                         order by b.height limit 1) n
        order by c.consumer limit 1000
        """
    )
    return [Lag(row.consumer, row.blocks, unit.now - row.sealed_at) for row in rows]


def _move(unit: Unit, consumer: str, lease: UUID, height: int, index: int) -> bool:
    moved: bool = unit.value(
        "select ledger_feed_move(%(consumer)s, %(lease)s, %(height)s, %(index)s, %(now)s)",
        consumer=consumer,
        lease=lease,
        height=height,
        index=index,
        now=unit.now,
    )
    return moved
