"""One id presented by many at once: one answer for all of them, and for ever."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import create_engine

from core.ledger import book
from core.ledger.book import IdReused, InsufficientFunds, Leg, Posted
from tests.core.ledger.books import committed, customer, fund, kes, posted, send

CALLERS = 32


@pytest.fixture
def town(clean_engine):
    with committed(clean_engine) as unit:
        return [customer(unit, holds=kes(1000)).wallet for _ in range(3)]


@pytest.fixture
def wide_engine(clean_engine):
    """The application's way with a connection for every caller."""
    engine = create_engine(clean_engine.url, pool_size=CALLERS)
    yield engine
    engine.dispose()


def together(work, count=CALLERS):
    """Run work(0), work(1) … in as many threads, let go at once; return results and refusals."""
    gate = Barrier(count)

    def one(number):
        gate.wait()
        try:
            return work(number)
        except (IdReused, InsufficientFunds) as refused:
            return refused

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def times_posted(unit, key):
    return unit.value("select count(*) from transactions where transaction_id = %(id)s", id=key)


@pytest.mark.parametrize("legs", [1, 3])
def test_one_id_from_many_posts_once(clean_engine, wide_engine, town, legs):
    key = uuid4()
    body = [Leg(town[0], town[1], kes(10))] * legs

    def work(_):
        with committed(wide_engine) as unit:
            return book.post(unit, id=key, type="transfer", legs=body, wallet=town[0])

    answers = [answer for _ in range(3) for answer in together(work)]
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * (3 * CALLERS - 1)
    assert {answer.transaction_id for answer in answers} == {key}
    with committed(clean_engine) as unit:
        assert posted(unit, town[0]) == kes(1000 - 10 * legs)
        assert times_posted(unit, key) == 1
        assert book.verify(unit) == []


def test_a_changed_body_is_refused_whoever_comes_first(clean_engine, wide_engine, town):
    """Of two bodies under one id one wins; all who present the other are told so, now and later."""
    key = uuid4()
    bodies = (kes(10), kes(11))

    def work(number):
        with committed(wide_engine) as unit:
            return send(unit, town[0], town[1], bodies[number % 2], key=key)

    first, second = together(work), together(work)
    kinds = [{type(answer) for answer in first[half::2]} for half in (0, 1)]
    assert sorted(kinds, key=str) == sorted([{Posted}, {IdReused}], key=str)
    assert [type(answer) for answer in second] == [type(answer) for answer in first]
    with committed(clean_engine) as unit:
        assert posted(unit, town[0]) == kes(1000) - bodies[kinds.index({Posted})]
        assert times_posted(unit, key) == 1
        assert book.verify(unit) == []


def test_a_refused_id_stays_refused(clean_engine, wide_engine, town):
    key = uuid4()

    def work(_):
        with committed(wide_engine) as unit:
            try:
                return send(unit, town[0], town[1], kes(1001), key=key)
            except InsufficientFunds as refused:
                return refused  # the refusal is recorded, and commits

    assert {type(answer) for answer in together(work)} == {InsufficientFunds}
    with committed(clean_engine) as unit:
        fund(unit, town[0], kes(5000))
    assert {type(answer) for answer in together(work)} == {InsufficientFunds}
    with committed(clean_engine) as unit:
        assert posted(unit, town[0]) == kes(6000)
        assert times_posted(unit, key) == 0
        assert book.verify(unit) == []


def test_one_id_gets_one_answer_while_money_arrives(clean_engine, wide_engine, town):
    """Whether the money came in time or not, all who ask are told the same."""
    for _ in range(8):
        key = uuid4()
        with committed(clean_engine) as unit:
            lacking = posted(unit, town[0]) + kes(1)

        def work(number, key=key, lacking=lacking):
            with committed(wide_engine) as unit:
                if number == 0:
                    return fund(unit, town[0], kes(1))
                try:
                    return send(unit, town[0], town[2], lacking, key=key)
                except InsufficientFunds as refused:
                    return refused

        assert len({type(answer) for answer in together(work, 8)[1:]}) == 1
        with committed(clean_engine) as unit:
            assert book.verify(unit) == []
