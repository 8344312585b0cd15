"""Callers whose postings are taken together are answered as if each had been alone."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Lock
from uuid import uuid4

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from bot.coalescer import Coalescer
from core.errors import Refusal
from core.ledger import book
from core.ledger.book import Item, Leg, Posted
from core.store.unit import open_unit
from tests.core.ledger.books import NOW, committed, customer, kes, posted
from tests.support.keys import KEYS

CALLERS = 24


@pytest.fixture
def wide_engine(clean_engine):
    engine = create_engine(clean_engine.url, pool_size=CALLERS)
    yield engine
    engine.dispose()


@pytest.fixture
def units(wide_engine):
    """Opens units, and counts how many were committed."""

    class Units:
        opened = 0
        lock = Lock()

        @contextmanager
        def __call__(self):
            with open_unit(
                wide_engine, keys=KEYS, now=NOW, new_id=uuid4, correlation="test"
            ) as unit:
                yield unit
            with self.lock:
                self.opened += 1

    return Units()


@pytest.fixture
def town(clean_engine):
    with committed(clean_engine) as unit:
        shop = book.open_account(unit, owner=None, currency="KES", kind="collection", floor=None)
        return [customer(unit, holds=kes(1000)).wallet for _ in range(CALLERS)], shop


def pay(payer, payee, amount, *, key=None):
    return Item(key or uuid4(), "transfer", Leg(payer, payee, amount), wallet=payer)


def together(coalescer, items):
    gate = Barrier(len(items))

    def one(item):
        gate.wait()
        try:
            return coalescer.post(item)
        except (Refusal, DBAPIError) as error:
            return error

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(one, items))


def test_one_caller_goes_straight_through(units, town):
    payers, shop = town
    key = uuid4()
    coalescer = Coalescer(units)
    assert coalescer.post(pay(payers[0], shop, kes(1), key=key)) == Posted(key, replayed=False)
    with pytest.raises(book.InsufficientFunds):
        coalescer.post(pay(payers[0], shop, kes(5000)))
    with pytest.raises(book.IdReused):
        coalescer.post(pay(payers[0], shop, kes(2), key=key))


def test_callers_of_a_hot_account_share_commits(clean_engine, units, town):
    payers, shop = town
    coalescer = Coalescer(units)
    for _ in range(5):
        answers = together(coalescer, [pay(payer, shop, kes(1)) for payer in payers])
        assert all(isinstance(answer, Posted) for answer in answers)
    assert units.opened < 5 * CALLERS
    with committed(clean_engine) as unit:
        assert posted(unit, shop) == kes(5 * CALLERS)
        assert book.verify(unit) == []


def test_each_hears_of_its_own_refusal_and_its_own_mistake(clean_engine, units, town):
    payers, shop = town
    items = [pay(payer, shop, kes(1)) for payer in payers]
    items[3] = pay(payers[3], shop, kes(1001))  # more than there is
    items[7] = pay(payers[7], uuid4(), kes(1))  # to nobody
    coalescer = Coalescer(units)
    answers = together(coalescer, items)
    assert isinstance(answers[3], book.InsufficientFunds)
    assert isinstance(answers[7], DBAPIError)
    assert sum(isinstance(answer, Posted) for answer in answers) == CALLERS - 2
    with committed(clean_engine) as unit:
        assert posted(unit, shop) == kes(CALLERS - 2)


def test_one_id_from_all_of_them_posts_once(clean_engine, units, town):
    payers, shop = town
    one = pay(payers[0], shop, kes(1))
    answers = together(Coalescer(units), [one] * CALLERS)
    assert [answer.replayed for answer in answers].count(False) == 1
    with committed(clean_engine) as unit:
        assert posted(unit, shop) == kes(1)


def test_it_is_ready_again_after_the_database_was_away(units, town):
    payers, shop = town
    coalescer = Coalescer(units)
    broken = Coalescer(_away)
    errors = together_broken(broken, [pay(payer, shop, kes(1)) for payer in payers])
    assert all(isinstance(error, ConnectionError) for error in errors)
    assert isinstance(coalescer.post(pay(payers[0], shop, kes(1))), Posted)


@contextmanager
def _away():
    raise ConnectionError("gone")
    yield


def together_broken(coalescer, items):
    gate = Barrier(len(items))

    def one(item):
        gate.wait()
        try:
            return coalescer.post(item)
        except ConnectionError as error:
            return error

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(one, items))
