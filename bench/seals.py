"""What sealing costs: microseconds of CPU a transaction, off the path of whoever posts.

A book of payments is sealed from the start, several times over; the CPU time of the sealer's own
process and that of its server process are added up. The same rows are then verified, and one of
them is proven.
"""

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import URL, Engine, make_url

from bench.cpu import seconds_of
from bench.keys import KEYS
from bench.pgbench import ACCOUNTS, FIRST, book
from bench.rows import Row, middle, row, show
from core.ledger.checks.seals import verify_seals
from core.ledger.proof import proof
from core.ledger.seals import SealKey, seal
from core.store.engine import open_engine
from core.store.unit import Unit, open_unit

MOST_SEAL_US = 5.0
MOST_VERIFY_US = 8.0
MOST_PROOF_MS = 20.0
KEY = SealKey(bytes(32))
# One database transaction each, as they are posted.
POST = """
do $$ begin
    for n in 1 .. {times} loop
        perform ledger_post(uuidv7(), 'transfer',
            ('00000000-0000-4000-8000-' || ({first} + mod(n * 7919, {accounts})))::uuid,
            ('00000000-0000-4000-8000-' || ({first} + mod(n * 7919 + 1, {accounts})))::uuid,
            1 + mod(n, 100), 'KES', null, 'bench', '', null, now(), 'bench');
        commit;
    end loop;
end $$"""


def run(database_url: str, *, rounds: int = 3, transactions: int = 20_000) -> list[Row]:
    """Measure and return the table's rows. The URL's user may create databases."""
    with book(make_url(database_url)) as url:
        engine = _engine(url)
        sealed, verified, proven = [], [], []
        _seal(engine)  # the accounts and their first money
        for _ in range(rounds):
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql(_posting(transactions))
                connection.exec_driver_sql("vacuum analyze")
            sealed.append(_cost(engine, _seal) / transactions)
        rows = _written(engine)
        for _ in range(rounds):
            verified.append(_cost(engine, _verify) / rows)
            proven.append(_cost(engine, _prove) / 1000)
        engine.dispose()
    return [
        _row("sealing, all CPU", sealed, "us a transaction", MOST_SEAL_US),
        _row("verifying seals, all CPU", verified, "us a row", MOST_VERIFY_US),
        _row("proof of a transaction, all CPU", proven, "ms", MOST_PROOF_MS),
    ]


def _row(name: str, seen: list[float], unit: str, limit: float) -> Row:
    return row(name, middle(seen), unit, against="stated limit", theirs=limit, aim="<= 1.0")


def _engine(url: URL) -> Engine:
    text = url.render_as_string(hide_password=False)
    return open_engine(text, name="bench", role=None, pool=1, overflow=0, statement_ms=600_000)


def _unit(engine: Engine) -> AbstractContextManager[Unit]:
    return open_unit(engine, keys=KEYS, now=datetime.now(UTC), new_id=uuid4, correlation="bench")


def _seal(engine: Engine) -> None:
    while True:
        with _unit(engine) as unit:
            if seal(unit, KEY) is None:
                return


def _verify(engine: Engine) -> None:
    with _unit(engine) as unit:
        if breaches := verify_seals(unit, trusted=KEY.public):
            raise RuntimeError(f"the bench's own book is broken: {breaches[0]}")


def _prove(engine: Engine) -> None:
    with _unit(engine) as unit:
        newest = unit.value("select transaction_id from transactions order by xid desc limit 1")
        if proof(unit, newest) is None:
            raise RuntimeError("the bench's last transaction is not sealed")


def _written(engine: Engine) -> int:
    with _unit(engine) as unit:
        rows: int = unit.value("select count(*) from ledger_written")
    return rows


def _cost(engine: Engine, work: Callable[[Engine], None]) -> float:
    """Return the microseconds of CPU that a piece of work takes, here and in its server process."""
    with _unit(engine) as unit:
        backend = _backend(unit)
    before = seconds_of([os.getpid(), backend])
    work(engine)
    return (seconds_of([os.getpid(), backend]) - before) * 1_000_000


def _backend(unit: Unit) -> int:
    pid: int = unit.value("select pg_backend_pid()")
    return pid


def _posting(transactions: int) -> str:
    return POST.format(times=transactions, accounts=ACCOUNTS, first=FIRST)


def main() -> None:
    """Print the rows. The argument is the URL of a user who may create databases."""
    show(run(sys.argv[1] if len(sys.argv) > 1 else os.environ["DATABASE_ADMIN_URL"]))


if __name__ == "__main__":
    main()
