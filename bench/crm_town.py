"""The bank that the CRM is asked of: filled by sets, then made real where it is read.

It takes minutes, so a filled one may be kept in a folder and asked again, as it stands.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import Engine
from uuid_utils.compat import uuid7

from bench.stage import Stage
from bot import keyrings, migrate
from bot.embedded import keys
from bot.embedded.postgres import Postgres
from bot.settings import load
from core.access.actors import Actor
from core.crm.case_number import case_number
from core.crm.case_queue import ORDER
from core.demo import bank
from core.insight import counting
from core.insight.days import day_of
from core.store import contacts, personal
from core.store.engine import open_engine
from core.store.keyring import Keyring
from core.store.personal import Personal
from core.store.unit import Unit

FILL = Path(__file__).parent / "crm.sql"
CUSTOMERS, DAYS, STAFF = 20_000, 90, 60
MEASURED = 100
"""Customers whose rows are sealed as the bank seals them."""
TUNING = {"shared_buffers": "1GB", "max_wal_size": "4GB"}
FILLED = "filled"
"""Names the file of a kept bank that says how many rows it has."""
# Case n is of customer n * 7919 mod CUSTOMERS: these are of those who are measured.
_INVERSE = pow(7919, -1, CUSTOMERS)
SERIALS = [(number * _INVERSE) % CUSTOMERS or CUSTOMERS for number in range(MEASURED)]


@dataclass
class Town:
    """The bank that is asked."""

    engine: Engine
    keys: Keyring
    agent: Actor
    random: Random
    far: UUID
    """The case in the middle of the queue."""
    explains: bool = False

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """Open a unit that leaves nothing behind."""
        made = Explaining if self.explains else Unit
        with self.engine.connect() as connection:
            outer = connection.begin()
            yield made(connection, datetime.now(UTC), uuid7, str(uuid4()), self.keys)
            outer.rollback()

    def somebody(self) -> UUID:
        """Return one of the customers who are measured."""
        return customer(self.random.randrange(MEASURED))


class Explaining(Unit):
    """Prints the plan of whatever it is asked, and then asks it."""

    def _ask(self, sql: str, facts: dict[str, object] | None = None) -> psycopg.Cursor[Any]:
        if sql.strip().split(maxsplit=1)[0].lower() in {"select", "with", "update", "insert"}:
            driver: psycopg.Connection[Any] = self.connection.connection.driver_connection  # type: ignore[assignment]
            with driver.cursor() as cursor:
                cursor.execute("savepoint explained")
                asked = f"explain (analyze, buffers) {sql}".encode()
                plan = cursor.execute(asked, facts).fetchall()
                cursor.execute("rollback to savepoint explained")
            print("\n".join(line for (line,) in plan), end="\n\n")
        return super()._ask(sql, facts)


def fill(at: Stage, rows: int) -> Town:
    """Fill a demo bank with so many interactions, messages and cases, and open it."""
    began = perf_counter()
    text = FILL.read_text()
    sizes = {"rows": rows, "customers": CUSTOMERS, "days": DAYS, "staff": STAFF}
    for word, value in sizes.items():
        text = text.replace(f":{word}", str(value))
    url = at.settings.database_admin_url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(text.encode())
    town = _opened(at)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze")
        _seal(connection, town.keys)
        connection.execute("vacuum analyze messages, cases, sentiment_analysis")
    _count(town)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze")
    print(f"filled in {perf_counter() - began:.0f} s", flush=True)
    return town


@contextmanager
def kept(folder: Path, rows: int, *, port: int) -> Iterator[Town]:
    """Open the bank that is kept in a folder; where there is none it is set up and filled first.

    It is asked as it was left: no migration that came since is run on it.

    :raises ValueError: if the bank that is kept there has another number of rows
    """
    folder.mkdir(parents=True, exist_ok=True)
    filled = folder / FILLED
    if filled.exists() and int(filled.read_text()) != rows:
        raise ValueError(f"{folder} keeps a bank of {filled.read_text()} rows")
    os.environ |= {
        "DATA_DIR": str(folder), "PORT": str(port), "LOG_LEVEL": "ERROR", "DEMO_MODE": "1",
    }  # fmt: skip
    for name in ("DATABASE_URL", "DATABASE_ADMIN_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    settings = load(env_file=None)
    at = Stage(settings, dict(os.environ))
    server = Postgres(settings.data_dir, keys.read_or_make(settings.data_dir), tuning=TUNING)
    server.start()
    try:
        if not filled.exists():
            migrate.upgrade(settings.database_admin_url, app_url=settings.database_url)
            engine = open_engine(settings.database_url, name="bench", pool=2, statement_ms=60_000)
            ring = keyrings.load(engine, settings)
            bank.load(engine, keys=ring, now=datetime.now(UTC), pepper=settings.pin_pepper)
            engine.dispose()
            fill(at, rows)
            filled.write_text(str(rows))
        yield _opened(at)
    finally:
        server.stop()


def _opened(at: Stage) -> Town:
    engine = open_engine(at.settings.database_url, name="bench", pool=2, statement_ms=300_000)
    with engine.connect() as connection:
        waits = connection.exec_driver_sql(
            "select id from cases where assigned_to is null and status in ('Open', 'Escalated')"
            f" order by {ORDER.format(c='')}"
        ).all()
    far: UUID = waits[len(waits) // 2][0]
    return Town(engine, keyrings.load(engine, at.settings), _agent(engine), Random(384), far)


def _agent(engine: Engine) -> Actor:
    with engine.connect() as connection:
        found = connection.exec_driver_sql(
            "select s.id, array_agg(p.permission) from staff s join role_permissions p using (role)"
            " where s.role = 'supervisor' group by s.id order by s.id limit 1"
        ).one()
    return Actor(id=found[0], kind="staff", role="supervisor", permissions=frozenset(found[1]))


def _count(town: Town) -> None:
    """Count the days that are over, as the job does."""
    while True:
        with town.engine.connect() as connection, connection.begin():
            unit = Unit(connection, datetime.now(UTC), uuid7, str(uuid4()), town.keys)
            day = counting.next_day(unit)
            counting.count(unit, day_of(unit.now) if day is None else day)
            if day is None:
                return


def _seal(connection: psycopg.Connection[Any], keys: Keyring) -> None:
    """Seal what stands of those who are measured, as the bank does."""
    connection.execute("set session_replication_role = replica")
    whose = [customer(number) for number in range(MEASURED)]
    for number, one in enumerate(whose):
        who = Personal("Customer", f"Number{number}", None, number_of(number), None, "KE", None)
        sealed = personal.seal(keys, one, who)
        connection.execute(
            """
            update customers set first_name = %(first_name)s, last_name = %(last_name)s,
                phone_number = %(phone_number)s, phone_index = %(phone_index)s,
                name_index = %(name_index)s where id = %(id)s
            """,
            {**sealed, "id": one},
        )
        token = md5(f"phone{number}".encode(), usedforsecurity=False).hexdigest()[:24]
        connection.execute(
            "update contact_points set sealed = %s where token = %s",
            [keys.seal(number_of(number), field=contacts.SEALED, row=token), token],
        )
    for serial in SERIALS:
        connection.execute(
            "update cases set case_number = %s where case_number = %s",
            [case_number(serial), f"BENCH-{serial}"],
        )
    for table, column in (
        ("messages", "content"), ("cases", "title"), ("cases", "description"),
        ("sentiment_analysis", "text_analyzed"), ("sentiment_analysis", "key_phrases"),
    ):  # fmt: skip
        shown = _SHOWN if table == "cases" else ""
        found = connection.execute(
            f"select id from {table} where customer_id = any(%s) {shown}", [whose]
        )
        ids = [one for (one,) in found]
        words = '["lost"]' if column == "key_phrases" else "Words as long as people write them."
        connection.execute(
            f"update {table} t set {column} = v.sealed"
            " from unnest(%s::uuid[], %s::bytea[]) v (id, sealed) where t.id = v.id",
            [ids, [keys.seal(words, field=f"{table}.{column}", row=one) for one in ids]],
        )


def customer(number: int) -> UUID:
    """Return the id of a customer."""
    return UUID(f"00000000-0000-4000-8000-{100000000000 + number}")


def number_of(number: int) -> str:
    """Return the phone number (E.164) of a customer who is measured."""
    return f"+2547{10000000 + number}"


_SHOWN = """or status not in ('Resolved', 'Closed')
    or id in (select id from cases order by id desc limit 300)"""
"""Cases of others that stand on the first page of some list."""
