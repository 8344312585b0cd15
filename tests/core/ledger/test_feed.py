"""The feed is the sealed order, without gaps; each consumer hears of every row at least once."""

from dataclasses import replace

import pytest

from core.ledger import feed
from core.ledger.feed import LEASE, LeaseLost
from tests.core.ledger.sealed import Sealed, fill
from tests.support import alone

servers = alone.servers  # whose transactions nobody else keeps open


@pytest.fixture
def book(clean_engine, clean_admin_engine):
    book = Sealed(clean_engine, clean_admin_engine)
    fill(book)
    return book


def take(book, name="warehouse", *, limit=7, minutes=0):
    with book.unit(minutes) as unit:
        return feed.feed(unit, name, limit=limit)


def advance(book, batch):
    with book.unit() as unit:
        feed.advance(unit, batch)


def read_all(book, name="warehouse", *, limit=7):
    events = []
    while batch := take(book, name, limit=limit):
        events += batch.events
        advance(book, batch)
    return events


def positions(events):
    return [(event.height, event.index) for event in events]


def test_every_row_is_heard_of_once_and_in_order(book):
    heard = read_all(book)
    expected = [(block.height, index) for block in book.blocks for index in range(block.size)]
    assert positions(heard) == expected
    assert set(book.paid) <= {event.leaf.id for event in heard}
    book.pay(2)
    assert take(book) is None, "what is not sealed has no place yet"
    block = book.seal()
    assert positions(read_all(book)) == [(block.height, index) for index in range(block.size)]


@pytest.mark.parametrize("limit", [1, 13, 1000])
def test_the_size_of_a_batch_changes_nothing(book, limit):
    assert positions(read_all(book, limit=limit)) == positions(read_all(book, "other", limit=20))


def test_two_workers_of_a_consumer_share_no_rows(book):
    first = take(book)
    assert take(book) is None
    assert take(book, "analytics") is not None, "another consumer has its own place"
    advance(book, first)
    assert positions(take(book).events)[0] == first.next


def test_a_worker_that_vanished_is_followed_by_another(book):
    lost = take(book)
    late = LEASE.total_seconds() / 60
    again = take(book, minutes=late)
    assert positions(again.events) == positions(lost.events)
    with pytest.raises(LeaseLost):
        advance(book, lost)
    advance(book, again)
    with pytest.raises(LeaseLost):
        advance(book, again)


def test_a_cursor_never_turns_back(book):
    advance(book, take(book))
    batch = take(book)
    with pytest.raises(LeaseLost):
        advance(book, replace(batch, next=(1, 0)))


def test_how_far_a_consumer_is_behind(book):
    assert read_all(book, "quick")
    advance(book, take(book))
    with book.unit(10) as unit:
        lags = {lag.consumer: lag for lag in feed.lags(unit)}
    assert set(lags) == {"warehouse"}
    assert (lags["warehouse"].blocks, lags["warehouse"].age.total_seconds()) == (3, 600)
