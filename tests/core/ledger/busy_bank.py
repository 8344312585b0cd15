"""A bank with many writers and readers at once, and the history of what each of them saw."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass, field
from threading import Event
from uuid import UUID, uuid4

from sqlalchemy import Engine, create_engine

from core.errors import Refusal
from core.ledger import book
from core.ledger.book import Item, Leg
from core.money import Money
from core.store.unit import Unit
from tests.core.ledger.books import NOW, committed, customer, fund, kes
from tests.support.keys import KEYS

WRITERS = 20
READERS = 2
READ_EVERY_SECONDS = 0.05
OPENING = kes(1000)
MOST_LEGS = 5

LOOK = "select account_id, version, posted - held as free, posted, floor from ledger_accounts"
POSTINGS = "select count(*) from transactions where type = 'transfer'"


@dataclass(frozen=True)
class Done:
    """One operation: when it was asked for and answered, and whether money moved."""

    id: UUID
    began: float
    ended: float
    posted: bool


@dataclass(frozen=True)
class Account:
    """What a reader saw of one account."""

    version: int
    posted: int
    free: int
    floor: int | None


@dataclass(frozen=True)
class Seen:
    """One look at all accounts, in one snapshot."""

    began: float
    ended: float
    accounts: Mapping[UUID, Account]
    postings: int


@dataclass
class History:
    """Everything that writers did and readers saw."""

    done: list[Done] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)


Operation = Callable[[Unit, UUID, Sequence[UUID], random.Random], object]
"""Does one thing to some of the accounts under an id; may be refused. Money stays among them."""


def pay(unit: Unit, key: UUID, accounts: Sequence[UUID], chance: random.Random) -> object:
    """Move a large part of what one account opened with to another."""
    payer, payee = chance.sample(accounts, 2)
    amount = Money(chance.randint(1, OPENING.minor * 2 // 3), OPENING.currency)
    return book.post(unit, id=key, type="transfer", legs=[Leg(payer, payee, amount)], wallet=payer)


def pay_many(unit: Unit, key: UUID, accounts: Sequence[UUID], chance: random.Random) -> object:
    """Move money between several accounts, some of them twice, all or nothing."""
    legs = []
    for _ in range(chance.randint(2, MOST_LEGS)):
        payer, payee = chance.sample(accounts, 2)
        amount = Money(chance.randint(1, OPENING.minor // 4), OPENING.currency)
        legs.append(Leg(payer, payee, amount))
    return book.post(unit, id=key, type="transfer", legs=legs, wallet=None)


def pay_in_a_batch(
    unit: Unit, key: UUID, accounts: Sequence[UUID], chance: random.Random
) -> object:
    """Move money by the set-based way, beside others that go one by one."""
    payer, payee = chance.sample(accounts, 2)
    amount = Money(chance.randint(1, OPENING.minor * 2 // 3), OPENING.currency)
    (answer,) = book.post_batch(unit, [Item(key, "transfer", Leg(payer, payee, amount), payer)])
    if isinstance(answer, Refusal):
        raise answer
    return answer


OPERATIONS: Sequence[Operation] = (pay, pay_many, pay_in_a_batch)
"""What writers do, each as often as the others. A new operation of the ledger goes here."""


def open_accounts(engine: Engine, count: int) -> list[UUID]:
    """Open accounts that hold the same: two to a customer, who has one set of limits for both."""
    accounts: list[UUID] = []
    with committed(engine) as unit:
        while len(accounts) < count:
            owner, first = astuple(customer(unit, tier=3))
            second = book.open_account(unit, owner=owner, currency=OPENING.currency)
            accounts += [first, second]
        for account in accounts:
            fund(unit, account, OPENING)
    return accounts


def run(
    url: str,
    accounts: Sequence[UUID],
    *,
    seconds: float,
    seed: int,
    operations: Sequence[Operation] = OPERATIONS,
    readers: int = READERS,
) -> History:
    """Let writers and readers loose for a while. Anything but a refusal ends it with an error."""
    history, over = History(), Event()
    engine = create_engine(url, pool_size=WRITERS + READERS)

    def write(number: int) -> None:
        chance = random.Random(f"{seed} {number}")
        while not over.is_set():
            history.done.append(_once(engine, chance.choice(operations), accounts, chance))

    def read(_: int) -> None:
        while not over.wait(READ_EVERY_SECONDS):
            history.seen.append(_look(engine, accounts))

    def until_over(work: Callable[[int], None], number: int) -> None:
        try:
            work(number)
        finally:
            over.set()  # nobody goes on when one has failed

    try:
        with ThreadPoolExecutor(WRITERS + READERS) as pool:
            tasks = [pool.submit(until_over, write, number) for number in range(WRITERS)]
            tasks += [pool.submit(until_over, read, number) for number in range(readers)]
            over.wait(seconds)
            over.set()
            for task in tasks:
                task.result()
    finally:
        engine.dispose()
    return history


def _once(
    engine: Engine, operation: Operation, accounts: Sequence[UUID], chance: random.Random
) -> Done:
    key, began = uuid4(), time.monotonic()
    posted = True
    with committed(engine) as unit:
        try:
            operation(unit, key, accounts, chance)
        except Refusal:
            posted = False  # the refusal is recorded, and commits
    return Done(key, began, time.monotonic(), posted)


def _look(engine: Engine, accounts: Sequence[UUID]) -> Seen:
    began = time.monotonic()
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        unit = Unit(connection, NOW, uuid4, "reader", KEYS)
        rows = {row.account_id: row for row in unit.all(LOOK)}
        postings = unit.value(POSTINGS)
    seen = {
        one: Account(row.version, row.posted, row.free, row.floor)
        for one, row in rows.items()
        if one in set(accounts)
    }
    return Seen(began, time.monotonic(), seen, postings)
