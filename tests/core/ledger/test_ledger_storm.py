"""Many at once: one id posts once, opposite payments do not wait on each other, nothing is lost."""

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine

from core.ledger import book
from core.ledger.book import Leg
from tests.core.ledger.books import committed, customer, fund, kes, posted, send

CALLERS = 32


@pytest.fixture
def town(clean_engine):
    with committed(clean_engine) as unit:
        return [customer(unit, holds=kes(1000)).wallet for _ in range(4)]


def together(work, count):
    """Run work(0), work(1) … in as many threads, let go at once; return results and errors."""
    gate = Barrier(count)

    def one(number):
        gate.wait()
        try:
            return work(number)
        except book.IdReused as refused:
            return refused
        except book.InsufficientFunds as refused:
            return refused

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.fixture
def wide_engine(clean_engine):
    """The application's way with a connection for every caller."""
    engine = create_engine(clean_engine.url, pool_size=CALLERS)
    yield engine
    engine.dispose()


def test_one_id_from_many_posts_once(clean_engine, wide_engine, town):
    key = uuid4()

    def work(number):
        with committed(wide_engine) as unit:
            return send(unit, town[0], town[1], kes(10 if number % 4 else 11), key=key)

    answers = [answer for _ in range(3) for answer in together(work, CALLERS)]
    fresh = [
        answer for answer in answers if isinstance(answer, book.Posted) and not answer.replayed
    ]
    again = [answer for answer in answers if isinstance(answer, book.Posted) and answer.replayed]
    other = [answer for answer in answers if isinstance(answer, book.IdReused)]
    assert len(fresh) == 1 and again and other and len(fresh + again + other) == len(answers)
    with committed(clean_engine) as unit:
        assert posted(unit, town[0]) in (kes(990), kes(989))
        assert (
            unit.value("select count(*) from transactions where transaction_id = %(id)s", id=key)
            == 1
        )
        assert book.verify(unit) == []


def test_one_id_gets_one_answer_while_funds_arrive(clean_engine, town):
    for _ in range(5):
        key = uuid4()
        with committed(clean_engine) as unit:
            lacking = posted(unit, town[0]) + kes(1)

        def work(number, key=key, lacking=lacking):
            with committed(clean_engine) as unit:
                if number == 0:
                    return fund(unit, town[0], kes(1))
                try:
                    return send(unit, town[0], town[2], lacking, key=key)
                except book.InsufficientFunds as refused:
                    return refused

        outcomes = {type(answer) for answer in together(work, 6)[1:]}
        assert len(outcomes) == 1
        with committed(clean_engine) as unit:
            assert book.verify(unit) == []


def test_payments_against_each_other_never_deadlock(clean_engine, clean_admin_engine, town):
    def work(number):
        chance = random.Random(number)
        for _ in range(25):
            legs = []
            for _ in range(chance.choice((1, 1, 2, 3))):
                payer, payee = chance.sample(town, 2)
                legs.append(Leg(payer, payee, kes(chance.randint(1, 40))))
            try:
                with committed(clean_engine) as unit:
                    book.post(unit, id=uuid4(), type="transfer", legs=legs, wallet=None)
            except book.InsufficientFunds:
                continue

    together(work, 8)
    with clean_admin_engine.connect() as connection:
        deadlocks = connection.exec_driver_sql(
            "select deadlocks from pg_stat_database where datname = current_database()"
        ).scalar_one()
    assert deadlocks == 0
    with committed(clean_engine) as unit:
        assert sum(posted(unit, wallet).minor for wallet in town) == 4 * 1000_00
        assert book.verify(unit) == []


def test_limits_hold_against_two_wallets_at_once(clean_engine):
    with committed(clean_engine) as unit:
        payer, payee = customer(unit, holds=kes(140_000), tier=1), customer(unit, tier=3)
        second = book.open_account(unit, owner=payer.owner, currency="KES")
        fund(unit, second, kes(140_000))

    def work(number) -> UUID | None:
        try:
            with committed(clean_engine) as unit:
                wallet = (payer.wallet, second)[number % 2]
                return send(unit, wallet, payee.wallet, kes(20_000)).transaction_id
        except book.LimitExceeded:
            return None

    assert sum(done is not None for done in together(work, 10)) == 7
    with committed(clean_engine) as unit:
        assert posted(unit, payee.wallet) == kes(140_000)


def test_a_system_account_is_opened_once(clean_engine):
    def work(_):
        with committed(clean_engine) as unit:
            return book.system_account(unit, "suspense", "KES")

    assert len(set(together(work, 8))) == 1
