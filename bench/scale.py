"""One posting and one turn in a small bank and in a large one, side by side on the same server.

A bank of a thousand customers against one of a million with ten million entries. Callers are one
at a time and alternate, so both meet the same machine; medians are compared. PostgreSQL has a
quarter of the memory, as its manual has it, and has read both banks once.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random
from time import monotonic
from uuid import UUID, uuid4

import psycopg
import psycopg.sql
from sqlalchemy import make_url

from bench.rows import Row, middle, row
from bench.stage import Stage
from bot import house as houses
from bot import hub, keyrings, migrate
from channels.message import Inbound
from core.access import addresses
from core.access.pins import Secrets
from core.store import personal
from core.store.engine import open_engine
from core.store.personal import Personal
from core.store.unit import open_unit

CROWD = Path(__file__).parent / "crowd.sql"
TUNING = {"shared_buffers": "6GB", "max_wal_size": "8GB"}
SMALL, LARGE = 1_000, 1_000_000
PAYMENTS_EACH = 4  # two entries each; with the opening, ten million entries for a million customers
ROUNDS = 40
EACH = 25  # postings in a round
MEASURED = 500  # customers whose turns are walked
PIN = "4321"
_keys = count(1)


@dataclass
class Bank:
    """One of the two banks, and what was seen of it."""

    customers: int
    url: str
    posting: list[float] = field(default_factory=list)
    turn: list[float] = field(default_factory=list)

    @property
    def measured(self) -> range:
        """The numbers of those whose turns are measured, from all over the bank."""
        return range(0, self.customers, max(1, self.customers // MEASURED))


def run(at: Stage, *, large: int = 0) -> list[Row]:
    """Measure both banks and return their rows; ``large`` customers, a million by default."""
    large = large or int(os.environ.get("BENCH_CUSTOMERS", LARGE))
    with _bank(at, SMALL) as small, _bank(at, large) as big:
        for bank in (small, big):
            _postings(bank, rounds=4)
            _turns(at, bank, rounds=4)
            bank.posting.clear()
            bank.turn.clear()
        for _ in range(ROUNDS):
            for bank in (small, big):
                _postings(bank, rounds=1)
                _turns(at, bank, rounds=1)
    against = f"the same with {SMALL:,} customers"
    size = f"{large:,} customers, {large * (2 + 2 * PAYMENTS_EACH):,} entries"
    return [
        row(f"one posting, {size}", middle(big.posting), "ms", against=against,
            theirs=middle(small.posting), aim="<= 1.2"),
        row(f"one USSD turn, {size}", middle(big.turn), "ms", against=against,
            theirs=middle(small.turn), aim="<= 1.2"),
    ]  # fmt: skip


@contextmanager
def _bank(at: Stage, customers: int) -> Iterator[Bank]:
    """Fill a database with that many customers, and drop it afterwards."""
    name = f"wekeza_bench_{customers}"
    admin = make_url(at.settings.database_admin_url)
    url = admin.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    pin = Secrets(at.settings.pin_pepper).hash(PIN)
    with psycopg.connect(_plain(at.settings.database_admin_url), autocommit=True) as server:
        server.execute(f"drop database if exists {name} with (force)")  # type: ignore[arg-type]
        server.execute(f"create database {name}")  # type: ignore[arg-type]
        try:
            app = make_url(at.settings.database_url).set(database=name)
            migrate.upgrade(url, app_url=app.render_as_string(hide_password=False))
            facts = {"customers": customers, "payments": customers * PAYMENTS_EACH}
            text = CROWD.read_text().replace(":pin", psycopg.sql.quote(pin))
            for word, value in facts.items():
                text = text.replace(f":{word}", str(value))
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(text)  # type: ignore[arg-type]
                connection.execute("vacuum analyze")
                connection.execute("create extension pg_prewarm")
                connection.execute(
                    "select pg_prewarm(oid::regclass) from pg_class"
                    " where relkind in ('r', 'i') and relnamespace = 'public'::regnamespace"
                )
                connection.execute("checkpoint")
            bank = Bank(customers, app.render_as_string(hide_password=False))
            _make_real(at, bank)
            yield bank
        finally:
            server.execute(f"drop database {name} with (force)")  # type: ignore[arg-type]


def _make_real(at: Stage, bank: Bank) -> None:
    """Seal the names and numbers of the customers who are measured, as the bank does."""
    engine = open_engine(bank.url, name="wekeza-bench", pool=1)
    keys = keyrings.load(engine, at.settings)
    with open_unit(
        engine, keys=keys, now=datetime.now(UTC), new_id=uuid4, correlation=str(uuid4())
    ) as unit:
        for number in bank.measured:
            customer, phone = _customer(number), _phone(number)
            who = Personal("Customer", f"Number{number}", None, phone, None, "KE", None)
            unit.run(
                """
                update customers set first_name = %(first_name)s, last_name = %(last_name)s,
                    phone_number = %(phone_number)s, phone_index = %(phone_index)s,
                    name_index = %(name_index)s
                where id = %(id)s
                """,
                id=customer,
                **personal.seal(keys, customer, who),
            )
            addresses.attach(unit, customer, channel="ussd", address=phone, trust="trusted")
    engine.dispose()


def _postings(bank: Bank, *, rounds: int) -> None:
    random = Random(next(_keys))
    with psycopg.connect(_plain(bank.url), autocommit=True) as connection:
        connection.execute("set role wekeza_app")
        for _ in range(rounds * EACH):
            payer = random.randrange(bank.customers)
            payee = (payer + 1 + random.randrange(bank.customers - 1)) % bank.customers
            began = monotonic()
            connection.execute(
                "select ledger_post(%s, 'transfer', %s, %s, 100, 'KES', %s, 'bench', '', null,"
                " now(), 'bench')",
                [uuid4(), _wallet(payer), _wallet(payee), _wallet(payer)],
                prepare=True,
            )
            bank.posting.append(1000 * (monotonic() - began))


def _turns(at: Stage, bank: Bank, *, rounds: int) -> None:
    """Walk transfers press by press through the hub, in this process."""
    random = Random(next(_keys))
    settings = at.settings.model_copy(update={"database_url": bank.url})
    house = houses.build(settings, name="wekeza-bench", pool=1)
    try:
        for _ in range(rounds):
            payer, payee = random.sample(bank.measured, 2)
            session = uuid4().hex
            for press in ("", "1", _phone(payee)[1:], "1", "1", PIN):
                inbound = Inbound(
                    provider="bench", id=uuid4().hex, channel="ussd", address=_phone(payer),
                    to=settings.ussd_code, text=press, session=session, opens=not press,
                )  # fmt: skip
                began = monotonic()
                said = hub.hear(house, inbound)
                bank.turn.append(1000 * (monotonic() - began))
            if said.reply is None or not said.reply.ends:
                raise RuntimeError(f"a transfer ended with {said.reply}")
    finally:
        house.engine.dispose()


def _wallet(number: int) -> UUID:
    return UUID(f"00000000-0000-4000-9000-{100000000000 + number}")


def _customer(number: int) -> UUID:
    return UUID(f"00000000-0000-4000-8000-{100000000000 + number}")


def _phone(number: int) -> str:
    return f"+2547{10000000 + number}"


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
