"""One hot account: callers whose postings are taken together, against each posting by itself.

Client and server share the machine. Callers are threads of one process, as in a web server that is
told of payments by a mobile-money operator, all for one merchant.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from random import Random
from threading import Barrier
from time import monotonic
from uuid import UUID, uuid4

from sqlalchemy import create_engine, make_url

from bench.keys import KEYS
from bench.pgbench import ACCOUNTS, FIRST, book
from bench.rows import Row, middle, row
from bot.coalescer import Coalescer
from core.ledger.book import Item, Leg, post
from core.money import Money
from core.store.unit import Unit, open_unit

CALLERS = 64
AIM = 10_000
HOT = UUID("00000000-0000-4000-8000-000000000001")


def run(database_url: str, *, rounds: int = 3, seconds: float = 6) -> list[Row]:
    """Measure and return the table's rows. The URL's user may create databases."""
    with book(make_url(database_url)) as url:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"), pool_size=CALLERS, max_overflow=0
        )

        @contextmanager
        def units() -> Iterator[Unit]:
            with open_unit(
                engine, keys=KEYS, now=datetime.now(UTC), new_id=uuid4, correlation="bench"
            ) as unit:
                yield unit

        together = Coalescer(units)
        ours: list[float] = []
        theirs: list[float] = []
        for number in range(rounds + 1):
            alone = _rate(lambda item: _direct(units, item), seconds=seconds / 2)
            shared = _rate(together.post, seconds=seconds)
            if number:
                ours.append(shared)
                theirs.append(alone)
        engine.dispose()
    name = "postings on one hot account"
    return [
        row(name, middle(ours), "per s", against=f"stated limit, {CALLERS} callers", theirs=AIM,
            aim=">= 1.0"),
        row(name, middle(ours), "per s", against=f"each by itself, {CALLERS} callers",
            theirs=middle(theirs), aim=">= 5.0"),
    ]  # fmt: skip


def _direct(units: Callable[[], AbstractContextManager[Unit]], item: Item) -> None:
    with units() as unit:
        post(unit, id=item.id, type=item.type, legs=[item.leg], wallet=item.wallet)


def _rate(work: Callable[[Item], object], *, seconds: float) -> float:
    gate = Barrier(CALLERS + 1)

    def call(number: int) -> int:
        random, done = Random(number), 0
        gate.wait()
        until = monotonic() + seconds
        while monotonic() < until:
            work(_item(random))
            done += 1
        return done

    with ThreadPoolExecutor(CALLERS) as pool:
        calls = [pool.submit(call, number) for number in range(CALLERS)]
        gate.wait()
        began = monotonic()
        done = sum(one.result() for one in calls)
    return done / (monotonic() - began)


def _item(random: Random) -> Item:
    payer = UUID(f"00000000-0000-4000-8000-{FIRST + random.randrange(ACCOUNTS)}")
    return Item(uuid4(), "transfer", Leg(payer, HOT, Money(1, "KES")), wallet=payer)
