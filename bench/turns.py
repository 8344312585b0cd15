"""A whole USSD turn against a bare Flask view that runs a turn's eight statements in raw psycopg.

Each side is served by the same server with the same processes and threads, driven by the same
callers, in rounds that take turns. A transfer is six presses: dial, send, phone, amount, yes,
PIN; every press is one answered turn.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from time import monotonic

import psycopg

from bench import memory
from bench.bare import SCHEMA, STATEMENTS
from bench.cpu import seconds_of
from bench.load import Caller, Round, closed_loop
from bench.rows import Row, middle, publish, row
from bench.stage import Served, Stage, stage
from bot import keyrings
from core.store import personal
from core.store.engine import open_engine

CALLERS = 8
SECONDS = 5.0
ROUNDS = 4
WARM_UP = 2.0
COUNTED = 20  # transfers, of which the statements are counted
TRANSFER = ("1", "{payee}", "1", "1", "4321")  # send money, to whom, KES 1, yes, PIN
PEER = "bare Flask view, 8 raw statements"
PROGRAMS = ("worker.run", "worker.schedule")
MOST_MEMORY = 160  # MiB, of any process
_sessions = count(1)

Ask = Callable[[Caller, int], list[float]]


@dataclass
class Side:
    """What one side did in its rounds, and what that took of the processors."""

    served: Served
    ask: Ask
    rounds: list[Round] = field(default_factory=list)
    web_cpu: float = 0.0
    database_cpu: float = 0.0

    def warm_up(self) -> None:
        """Have every thread answer something that is not counted."""
        closed_loop(self.served.url, callers=CALLERS, seconds=WARM_UP, ask=self.ask)

    def play(self, postmaster: int) -> None:
        """Play one round."""
        roots = list(self.served.pids.values())
        web, database = seconds_of(roots), seconds_of([postmaster])
        self.rounds.append(
            closed_loop(self.served.url, callers=CALLERS, seconds=SECONDS, ask=self.ask)
        )
        self.web_cpu += seconds_of(roots) - web
        self.database_cpu += seconds_of([postmaster]) - database

    @property
    def rate(self) -> float:
        """Answers a second."""
        return middle([one.rate for one in self.rounds])

    @property
    def cpu(self) -> float:
        """Seconds of CPU an answer took, of web processes and PostgreSQL."""
        return (self.web_cpu + self.database_cpu) / self.answers

    @property
    def answers(self) -> int:
        """How many answers there were in all."""
        return sum(len(one.latencies) for one in self.rounds)

    def percentile(self, share: float) -> float:
        """Return a latency in milliseconds, the median of the rounds'."""
        return middle([one.percentile(share) for one in self.rounds])


def run(at: Stage) -> list[Row]:
    """Measure both sides and return their rows."""
    settings = at.settings
    customers = _customers(at)
    path = f"/webhooks/africastalking/{settings.at_webhook_secret}/ussd"
    postmaster = _postmaster(at)

    def turns(caller: Caller, number: int) -> list[float]:
        payer, payee = customers[number], customers[(number + 1) % len(customers)]
        return _transfer(caller, path, payer=payer, payee=payee)

    def one(page: str) -> Ask:
        def ask(caller: Caller, number: int) -> list[float]:
            began = monotonic()
            caller.post(page, {"phoneNumber": customers[number]})
            return [monotonic() - began]

        return ask

    peer = at.web(
        "bench.bare:create_app", port=settings.port + 7, ready="/",
        BARE_DATABASE_URL=settings.database_url,
    )  # fmt: skip
    with at.house() as house, peer as bare:
        ours, theirs = Side(house, turns), Side(bare, one("/bare"))
        nothing = Side(bare, one("/nothing"))
        for side in (ours, theirs, nothing):
            side.warm_up()
        for _ in range(ROUNDS):
            ours.play(postmaster)
            theirs.play(postmaster)
        nothing.play(postmaster)
    errors = sum(each.errors for side in (ours, theirs, nothing) for each in side.rounds)
    rates = [[round(each.rate) for each in side.rounds] for side in (ours, theirs)]
    print(f"turns: rounds {rates[0]} against {rates[1]}, errors {errors}")
    return [
        *_speed(ours, theirs),
        row(
            "CPU of a turn", 1e6 * ours.cpu, "us", against=PEER, theirs=1e6 * theirs.cpu,
            aim="<= 2.0",
        ),
        *_shares(ours, nothing),
        _statements(at, path, customers),
        *_memory(at, postmaster, path, customers),
    ]  # fmt: skip


def _speed(ours: Side, theirs: Side) -> list[Row]:
    p50, p99 = (ours.percentile(share) for share in (0.5, 0.99))
    return [
        row("USSD turns", ours.rate, "turns/s", against=PEER, theirs=theirs.rate, aim=">= 0.5"),
        row("USSD turns", ours.rate, "turns/s", against="stated limit", theirs=400, aim=">= 1.0"),
        row("USSD turn p50", p50, "ms", against=PEER, theirs=theirs.percentile(0.5), aim="<= 3.0"),
        row("USSD turn p99", p99, "ms", against=PEER, theirs=theirs.percentile(0.99), aim="<= 3.0"),
    ]


def _shares(ours: Side, nothing: Side) -> list[Row]:
    """Return where a turn's CPU goes; HTTP is what a view takes that does nothing."""
    http = nothing.web_cpu / nothing.answers
    web, database = ours.web_cpu / ours.answers, ours.database_cpu / ours.answers
    parts = {"HTTP and Flask": http, "our Python": web - http, "PostgreSQL": database}
    return [
        row(
            f"CPU of a turn in {part}", 1e6 * seconds, "us", against="the whole turn",
            theirs=1e6 * (web + database), aim="<= 1.0",
        )
        for part, seconds in parts.items()
    ]  # fmt: skip


def _statements(at: Stage, path: str, customers: list[str]) -> Row:
    """Count what PostgreSQL is sent in a turn, with every begin, commit and savepoint."""
    log = at.settings.data_dir / "postgres" / "postgres.log"
    with psycopg.connect(at.settings.database_admin_url, autocommit=True) as connection:
        connection.execute("alter role wekeza_app set log_statement = 'all'")
        with at.house() as house:
            caller = Caller(house.url)
            _transfer(caller, path, payer=customers[0], payee=customers[1])
            before = _logged(log.read_text())
            for _ in range(COUNTED):
                _transfer(caller, path, payer=customers[0], payee=customers[1])
            sent = _logged(log.read_text()) - before
        connection.execute("alter role wekeza_app reset log_statement")
    each = sent / (COUNTED * (1 + len(TRANSFER)))
    peers = len(STATEMENTS) + 2
    return row("statements of a turn", each, "", against=PEER, theirs=peers, aim="<= 1.0")


def _logged(log: str) -> int:
    ours = (line for line in log.splitlines() if "wekeza-web" in line)
    return sum(" execute " in line or " statement: " in line for line in ours)


def _memory(at: Stage, postmaster: int, path: str, customers: list[str]) -> list[Row]:
    """Return the memory of each kind of process after some work, the largest of its kind."""
    with at.house(*PROGRAMS) as house:
        caller = Caller(house.url)
        for _ in range(COUNTED):
            _transfer(caller, path, payer=customers[0], payee=customers[1])
        kinds = {
            "web": memory.children(house.pids["bot.serve"]),
            "worker": [house.pids["worker.run"], *memory.children(house.pids["worker.run"])],
            "scheduler": [house.pids["worker.schedule"]],
            "PostgreSQL": memory.children(postmaster),
            "Redis": memory.named("redis-server", holding=str(at.settings.data_dir)),
        }
        return [
            row(
                f"memory of a process: {kind}", max(map(memory.mebibytes, pids)), "MiB",
                against="stated limit", theirs=MOST_MEMORY, aim="<= 1.0",
            )
            for kind, pids in kinds.items()
        ]  # fmt: skip


def _postmaster(at: Stage) -> int:
    """Return the process of this stage's PostgreSQL, from the file the server keeps it in."""
    with psycopg.connect(at.settings.database_admin_url) as connection:
        found = connection.execute("select pg_read_file('postmaster.pid')").fetchone()
    return int(found[0].split()[0]) if found else 0


def _transfer(caller: Caller, path: str, *, payer: str, payee: str) -> list[float]:
    session = f"bench-{next(_sessions)}"
    trail: list[str] = []
    latencies = []
    for press in ("", *(key.format(payee=payee) for key in TRANSFER)):
        if press:
            trail.append(press)
        began = monotonic()
        screen = caller.post(
            path,
            {
                "sessionId": session, "serviceCode": "*384*100#", "phoneNumber": payer,
                "networkCode": "63902", "text": "*".join(trail),
            },
        )  # fmt: skip
        latencies.append(monotonic() - began)
    if not screen.startswith("END "):
        raise OSError(f"a transfer ended with {screen[:60]!r}")
    return latencies


def _customers(at: Stage) -> list[str]:
    """Return customers with shillings to spend, who pay each other in a ring, known to the peer."""
    engine = open_engine(at.settings.database_url, name="wekeza-bench", pool=1)
    keys = keyrings.load(engine, at.settings)
    engine.dispose()
    with psycopg.connect(at.settings.database_admin_url) as connection:
        connection.execute(SCHEMA)
        connection.execute("grant all on all tables in schema public to wekeza_app")
        rows = connection.execute(
            """
            select c.id, c.phone_number from customers c join wallets w on w.user_id = c.id
            join addresses a on a.customer_id = c.id and a.channel = 'ussd' and a.trust = 'trusted'
            where w.currency = 'KES' and w.balance > 2000 and c.home_currency = 'KES'
                and c.tier >= 2
            order by c.created_at, c.id limit %s
            """,
            [CALLERS],
        ).fetchall()
        numbers = [personal.phone(keys, customer, sealed) or "" for customer, sealed in rows]
        for address in numbers:
            connection.execute(
                "insert into bare_conversations (address) values (%s) on conflict do nothing",
                [address],
            )
    return numbers


if __name__ == "__main__":
    with stage() as here:
        publish(run(here))
    sys.exit(0)
