"""Seals the book, and hands the feed to who must hear of it.

All of it follows what was committed and may be done twice without harm. No posting waits for it.
"""

from functools import cache
from importlib import import_module
from typing import Protocol

import structlog
from sqlalchemy import Engine

from bot.house import House
from core.ledger import feed
from core.ledger.feed import Batch, Event
from core.ledger.seals import Block, SealKey, seal
from core.store.engine import open_engine
from core.store.unit import open_unit

MOST_BLOCKS = 32
"""Blocks of one run: after a long pause the rest waits for the next one."""
STATEMENT_MS = 60_000  # one database transaction is never torn apart, and may be a large one
MOST_EVENTS = 2000
MOST_BATCHES = 16

log = structlog.get_logger()


class Consumer(Protocol):
    """A function that takes rows of the feed: at least once, and in order."""

    def __call__(self, house: House, name: str, events: tuple[Event, ...]) -> None:
        """Deal with the rows, outside any transaction; raise to have them again later."""


def seal_book(house: House) -> int:
    """Seal what has been written, and return in how many blocks."""
    key = SealKey(house.settings.seal_key)
    engine = _engine(house.settings.database_url)
    for sealed in range(MOST_BLOCKS):
        if _seal_next(house, engine, key) is None:
            return sealed
    return MOST_BLOCKS


def _seal_next(house: House, engine: Engine, key: SealKey) -> Block | None:
    with open_unit(
        engine,
        keys=house.keys,
        now=house.now(),
        new_id=house.new_id,
        correlation=str(house.new_id()),
    ) as unit:
        return seal(unit, key)


@cache
def _engine(url: str) -> Engine:
    return open_engine(url, name="wekeza-sealer", pool=1, statement_ms=STATEMENT_MS)


def deliver_feed(house: House) -> int:
    """Hand new rows to every consumer that is set up, and return how many rows were handed over.

    A consumer that fails is told apart from the others, and gets the same rows again.
    """
    delivered = 0
    for name, place in house.settings.feed_consumers.items():
        try:
            delivered += _deliver(house, name, _consumer(place))
        except Exception:
            log.exception("feed broke", consumer=name)
    return delivered


def _consumer(place: str) -> Consumer:
    module, _, name = place.rpartition(".")
    found: Consumer = getattr(import_module(module), name)
    return found


def _deliver(house: House, name: str, consumer: Consumer) -> int:
    delivered = 0
    for _ in range(MOST_BATCHES):
        batch = _take(house, name)
        if batch is None:
            break
        try:
            consumer(house, name, batch.events)
        except BaseException:
            with house.unit() as unit:
                feed.give_back(unit, batch)
            raise
        with house.unit() as unit:
            feed.advance(unit, batch)
        delivered += len(batch.events)
    return delivered


def _take(house: House, name: str) -> Batch | None:
    with house.unit() as unit:
        return feed.feed(unit, name, limit=MOST_EVENTS)
