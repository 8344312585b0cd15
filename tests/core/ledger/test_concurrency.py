"""Many at once, as Jepsen tests a bank: twenty writers, readers in one snapshot, history judged."""

import time
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import create_engine

from core.ledger import verify
from core.store.unit import Unit
from tests.core.ledger import busy_bank
from tests.core.ledger.books import NOW
from tests.core.ledger.busy_bank import OPENING, Account, Done, History, Seen
from tests.core.ledger.histories import Book, Wrong, judge
from tests.support.keys import KEYS

ACCOUNTS, FEW = 30, 10
SECONDS, HUNT_SECONDS, LONG_SECONDS = 2.0, 5.0, 60.0
MOST_LOOKS = 100  # judged one by one, spread over the run
DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()"


@pytest.fixture
def url(clean_engine):
    """The application's address of an empty book."""
    return clean_engine.url.render_as_string(hide_password=False)


@pytest.fixture
def judges(clean_admin_engine):
    """The superuser's way to that book, for those who take their time."""
    engine = create_engine(clean_admin_engine.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield Unit(connection, NOW, uuid4, "judge", KEYS)
    engine.dispose()


@pytest.mark.parametrize("seconds", [SECONDS, pytest.param(LONG_SECONDS, marks=pytest.mark.soak)])
def test_a_busy_bank_is_a_right_one(clean_engine, url, judges, seconds):
    accounts = busy_bank.open_accounts(clean_engine, ACCOUNTS)
    history = busy_bank.run(url, accounts, seconds=seconds, seed=time.time_ns())
    book = Book.read(judges)
    print(f"{len(book.posted)} posted, {len(book.refused)} refused, {len(history.seen)} looks")
    assert book.posted and book.refused and history.seen
    judge(history, book, total=ACCOUNTS * OPENING.minor, most_looks=MOST_LOOKS)
    assert verify.verify(judges) == []


@pytest.mark.parametrize(
    "seconds", [HUNT_SECONDS, pytest.param(LONG_SECONDS, marks=pytest.mark.soak)]
)
def test_groups_never_deadlock(clean_engine, url, judges, seconds):
    """Groups over few accounts from many connections: none waits in a circle, none is retried."""
    before = judges.value(DEADLOCKS)
    accounts = busy_bank.open_accounts(clean_engine, FEW)
    history = busy_bank.run(
        url, accounts, seconds=seconds, seed=time.time_ns(),
        operations=[busy_bank.pay_many], readers=0,
    )  # fmt: skip
    print(f"{len(history.done)} groups, {sum(one.posted for one in history.done)} posted")
    assert any(one.posted for one in history.done)
    assert judges.value(DEADLOCKS) == before
    assert verify.verify(judges) == []


# --- The judge himself ---------------------------------------------------------------------------

PAYMENT, PAYER, PAYEE = uuid4(), uuid4(), uuid4()
BEFORE = {PAYER: Account(1, 100, 100, 0), PAYEE: Account(1, 0, 0, 0)}
AFTER = {PAYER: Account(2, 70, 70, 0), PAYEE: Account(2, 30, 30, 0)}
DONE = Done(PAYMENT, began=1.0, ended=2.0, posted=True)
LOOKS = [Seen(0.0, 0.5, BEFORE, 0), Seen(1.2, 1.8, AFTER, 1), Seen(3.0, 3.1, AFTER, 1)]
BOOK = Book(
    {PAYMENT}, set(), {PAYMENT: {PAYER: 2, PAYEE: 2}},
    {(PAYER, 1): 100, (PAYEE, 1): 0, (PAYER, 2): 70, (PAYEE, 2): 30},
)  # fmt: skip


def test_the_judge_lets_a_right_history_pass():
    judge(History([DONE], LOOKS), BOOK, total=100, most_looks=9)


@pytest.mark.parametrize(
    ("look", "broken"),
    [
        (replace(LOOKS[2], accounts=BEFORE, postings=0), "what was answered is there"),
        (replace(LOOKS[0], accounts=AFTER, postings=1), "what was not asked for is not"),
        (replace(LOOKS[1], accounts={**BEFORE, PAYER: AFTER[PAYER]}), "the sum is constant"),
        (replace(LOOKS[1], postings=0), "as many postings as balances tell of"),
        (replace(LOOKS[1], accounts={**AFTER, PAYER: Account(2, 70, -1, 0)}), "below its floor"),
        (replace(LOOKS[1], accounts={**AFTER, PAYER: Account(1, 70, 70, 0)}), "its version's"),
    ],
)
def test_the_judge_finds_what_cannot_have_been(look, broken):
    with pytest.raises(Wrong, match=broken):
        judge(History([DONE], [look]), BOOK, total=100, most_looks=9)


def test_the_judge_finds_a_torn_posting():
    torn = {PAYER: AFTER[PAYER], PAYEE: BEFORE[PAYEE]}
    with pytest.raises(Wrong, match="whole or not at all"):
        judge(History([DONE], [replace(LOOKS[1], accounts=torn)]), BOOK, total=70, most_looks=9)


def test_the_judge_finds_time_running_back():
    looks = [LOOKS[1], replace(LOOKS[0], began=1.9, ended=1.95)]
    with pytest.raises(Wrong, match="time run back"):
        judge(History([DONE], looks), BOOK, total=100, most_looks=9)


def test_the_judge_finds_what_was_told_and_is_not():
    with pytest.raises(Wrong, match="posted, if told so"):
        judge(History([], LOOKS), BOOK, total=100, most_looks=9)
