"""Many at one hold, or at one transaction: never more than approved, never more than was paid."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import create_engine

from core.errors import Refusal
from core.ledger import book
from core.ledger.book import OverCapture
from tests.core.ledger.books import (
    NOW,
    capture,
    close,
    committed,
    customer,
    hold,
    kes,
    posted,
    send,
)

CALLERS = 32
LATE = NOW + timedelta(days=8)


@pytest.fixture
def wide_engine(clean_engine):
    """The application's way with a connection for every caller."""
    engine = create_engine(clean_engine.url, pool_size=CALLERS)
    yield engine
    engine.dispose()


@pytest.fixture
def town(clean_engine):
    with committed(clean_engine) as unit:
        return [customer(unit, holds=kes(1000)).wallet for _ in range(3)]


def together(engine, works, *, now=NOW):
    """Run each work in a unit and a thread of its own, let go at once; return what came of it."""
    gate = Barrier(len(works))

    def one(work):
        gate.wait()
        try:
            with committed(engine, now) as unit:
                return done(work, unit)
        except Refusal as refused:
            return refused.code

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def done(work, unit):
    """Commit a refusal as an edge does: what was refused is recorded."""
    try:
        return work(unit)
    except Refusal as refused:
        return refused.code


def amounts(answers):
    return sum(one.amount.minor for one in answers if not isinstance(one, str | int))


def test_many_captures_never_take_more_than_the_policy_allows(clean_engine, wide_engine, town):
    with committed(clean_engine) as unit:
        held = hold(unit, town[0], town[1], kes(100), over=OverCapture(points=1000))
    works = [lambda unit, n=n: capture(unit, held, kes(5 + n % 3)) for n in range(CALLERS)]
    answers = together(wide_engine, works)
    with committed(clean_engine) as unit:
        seen = book.hold(unit, held)
        assert amounts(answers) == seen.captured.minor <= 110_00
        assert seen.captured.minor > 110_00 - 5_00, "nobody was turned away without need"
        assert set(map(str, answers)) & {"capture_exceeds_hold", "hold_closed"}
        assert posted(unit, town[1]) == kes(1000) + seen.captured
        assert book.verify(unit) == []


def test_one_capture_presented_by_many_is_one(clean_engine, wide_engine, town):
    key = uuid4()
    with committed(clean_engine) as unit:
        held = hold(unit, town[0], town[1], kes(100))
    answers = together(wide_engine, [lambda unit: capture(unit, held, kes(60), key=key)] * CALLERS)
    assert sorted(one.replayed for one in answers) == [False] + [True] * (CALLERS - 1)
    with committed(clean_engine) as unit:
        assert posted(unit, town[1]) == kes(1060)
        assert book.verify(unit) == []


def test_a_capture_and_the_sweep_never_both_have_the_hold(clean_engine, wide_engine, town):
    """The sweep's clock is past the hold's time, the captures' is not yet: one of them wins."""
    for _ in range(4):
        with committed(clean_engine) as unit:
            held = hold(unit, town[0], town[1], kes(10))
            before = posted(unit, town[1])
        works = [lambda unit, held=held: capture(unit, held)] * 4

        def sweep(unit):
            unit.now = LATE
            return book.expire(unit)

        *answers, swept = together(wide_engine, [*works, sweep])
        with committed(clean_engine) as unit:
            seen = book.hold(unit, held)
            assert (seen.status == "expired") == (swept == 1)
            assert (seen.status == "captured") == (amounts(answers) == 10_00)
            assert posted(unit, town[1]) == before + seen.captured
            assert book.balance(unit, town[0]).held == kes(0) or seen.status == "open"
            assert book.verify(unit) == []


def test_sweeps_at_once_share_the_work(clean_engine, wide_engine, town):
    with committed(clean_engine) as unit:
        for n in range(60):
            hold(unit, town[n % 3], town[(n + 1) % 3], kes(1))
    ended = 0
    for _ in range(20):
        ended += sum(together(wide_engine, [lambda unit: book.expire(unit, most=7)] * 4, now=LATE))
    assert ended == 60
    with committed(clean_engine) as unit:
        assert [book.balance(unit, one).available for one in town] == [kes(1000)] * 3
        assert book.verify(unit) == []


def test_many_reversals_never_give_back_more_than_was_paid(clean_engine, wide_engine, town):
    with committed(clean_engine) as unit:
        paid = send(unit, town[0], town[1], kes(100)).transaction_id

    def back(unit, amount):
        return book.reverse(unit, id=uuid4(), transaction=paid, amount=amount)

    works = [lambda unit, n=n: back(unit, kes(7 + n % 5)) for n in range(CALLERS - 1)]
    answers = together(wide_engine, [*works, lambda unit: back(unit, None)])
    with committed(clean_engine) as unit:
        assert amounts(answers) <= 100_00
        assert posted(unit, town[0]).minor == 900_00 + amounts(answers)
        back(unit, None) if amounts(answers) < 100_00 else None
        assert posted(unit, town[0]) == kes(1000)
        assert book.verify(unit) == []


def test_an_account_closes_or_takes_a_hold_but_not_both(clean_engine, wide_engine, town):
    works = [lambda unit: hold(unit, town[0], town[1], kes(1))] * 8
    *_, closed = together(wide_engine, [*works, lambda unit: close(unit, town[0], town[2])])
    with committed(clean_engine) as unit:
        held = book.balance(unit, town[0]).held
        assert (closed == "holds_open") == (held != kes(0))
        assert book.verify(unit) == []


def end_one(unit, held, chance):
    """Capture, void or raise a hold, whatever chance says."""
    what = chance.randrange(3)
    if what == 0:
        return capture(unit, held, final=True)
    if what == 1:
        return book.void(unit, id=uuid4(), hold=held)
    return book.raise_hold(unit, id=uuid4(), hold=held, amount=kes(1))


def test_holds_against_each_other_never_deadlock(clean_engine, clean_admin_engine, town):
    def begin(unit, chance):
        return hold(unit, *chance.sample(town, 2), kes(chance.randint(1, 30)))

    def end(unit, chance):
        known = book.open_holds(unit, chance.choice(town), limit=1)
        return end_one(unit, known[0].hold_id, chance) if known else None

    def work(seed):
        chance = random.Random(seed)
        for _ in range(20):
            for part in (begin, end):
                with committed(clean_engine) as unit:
                    done(partial(part, chance=chance), unit)
            with committed(clean_engine, LATE if chance.random() < 0.1 else NOW) as unit:
                book.expire(unit, most=3)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    with clean_admin_engine.connect() as connection:
        deadlocks = connection.exec_driver_sql(
            "select deadlocks from pg_stat_database where datname = current_database()"
        ).scalar_one()
    assert deadlocks == 0
    with committed(clean_engine) as unit:
        assert book.verify(unit) == []
