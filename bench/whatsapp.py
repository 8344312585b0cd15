"""WhatsApp at full load: a hundred messages a second in, as many out, three receipts for each.

Load, the twin of the phone companies and the whole house share the machine. Customers write at a
steady rate, whether they are answered or not. Time runs by the twin's clock, from the moment a
customer writes to the moment the provider has our reply in hand. Order is judged on the phones:
each asks for its balance and its statement in turn, and must read the answers in that turn. The
house's CPU is that of its very processes: web, worker, PostgreSQL and Redis.
"""

import resource
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from time import monotonic, sleep
from uuid import uuid4

import httpx
import psycopg
import redis

from bench.cpu import parent_of, seconds_of
from bench.rows import Row, publish, row
from bench.stage import Stage, stage
from bot import keyrings
from bot.demo_settings import DEMO
from bot.settings import Settings
from core.access import addresses
from core.store.engine import open_engine
from core.store.unit import open_unit

RATE = 100
"""Messages a second in; as many go out, and each brings three receipts."""
SECONDS = 60.0
CONTACTS, EARLY_CONTACTS = 200, 40
EARLY_SECONDS = 5.0
PATIENCE_SECONDS = 60.0
STEP_SECONDS = 0.02
PACE = {"sent": 0.05, "delivered": 0.25, "read": 0.6}
SWAPPED = 0.1
"""The share of receipts that come after the one that should have followed them."""
AIM_P99_MS = 1000.0
AIM_CPU_MS = 8.0
HOUSE = ("web", "worker", "PostgreSQL", "Redis")

Words = Mapping[str, list[str]]


def run(at: Stage, *, seconds: float = SECONDS) -> list[Row]:
    """Measure for so many seconds and return the rows."""
    database_url = at.settings.database_url
    contacts = _contacts(at.settings)
    early, late = contacts[:EARLY_CONTACTS], contacts[EARLY_CONTACTS:]
    with _house(at) as parts, httpx.Client(base_url=at.settings.twin_url, timeout=30) as twin:
        twin.post("/twin/pace", json=PACE).raise_for_status()
        twin.post("/twin/faults", json={"swapped_receipts": SWAPPED}).raise_for_status()
        warmed = _count(_ask(twin, early, seconds=EARLY_SECONDS))
        _await_read(database_url, of=warmed)
        before = _used(parts)
        asked = _ask(twin, late, seconds=seconds)
        _await_read(database_url, of=warmed + _count(asked))
        after = _used(parts)
        seen = _look(twin, asked)
        rates = _rates(database_url, seconds)
    cpu = {part: 1000 * (after[part] - before[part]) / _count(asked) for part in after}
    return _rows(_count(asked), seen, cpu, rates)


@contextmanager
def _house(at: Stage) -> Iterator[Mapping[str, list[int]]]:
    """Run the house as in production, and the twin; yield the processes of each part."""
    settings, twin = at.settings, at.settings.twin_url
    given = {
        "DEMO_MODE": "0", "DATABASE_URL": settings.database_url,
        "DATABASE_ADMIN_URL": settings.database_admin_url, "REDIS_URL": settings.redis_url,
        "TWILIO_API_BASE": twin, "AT_API_BASE": twin, "WEB_PROCESSES": "2",
        "WHATSAPP_RATE": str(2 * RATE),
    }  # fmt: skip
    given |= {name.upper(): value for name, value in DEMO.items()}
    web_ready = f"http://127.0.0.1:{settings.port}/api/health/db"

    def start(module: str, *, ready: str = "", **more: str) -> int:
        return running.enter_context(
            at.process(sys.executable, "-m", module, ready=ready, **more)
        ).pid

    with ExitStack() as running:
        yield {
            "twin": [start("bot.simulator.twin", ready=f"{twin}/healthz")],
            "worker": [start("worker.run", **given), start("worker.schedule", **given)],
            "web": [start("bot.serve", ready=web_ready, **given)],
            "PostgreSQL": [_postmaster(settings.database_admin_url)],
            "Redis": [_redis_server(settings.redis_url)],
        }


def _postmaster(database_url: str) -> int:
    with psycopg.connect(database_url) as connection:
        return parent_of(connection.info.backend_pid)


def _redis_server(url: str) -> int:
    with redis.Redis.from_url(url) as client:
        return int(client.info("server")["process_id"])


def _used(parts: Mapping[str, list[int]]) -> dict[str, float]:
    own = resource.getrusage(resource.RUSAGE_SELF)
    used = {part: seconds_of(pids) for part, pids in parts.items()}
    return used | {"load": own.ru_utime + own.ru_stime}


def _ask(twin: httpx.Client, phones: list[str], *, seconds: float) -> Words:
    """Write at a steady rate, round and round the phones; return what each asked."""
    asked: dict[str, list[str]] = defaultdict(list)
    turns = cycle(phones)
    began, sent = monotonic(), 0
    while (passed := monotonic() - began) < seconds:
        batch = []
        for phone in (next(turns) for _ in range(int(passed * RATE) - sent)):
            word = ("BAL", "MINI")[len(asked[phone]) % 2]
            asked[phone].append(word)
            batch.append({"address": phone, "channel": "whatsapp", "text": word})
        if batch:
            twin.post("/twin/say", json={"messages": batch}).raise_for_status()
            sent += len(batch)
        sleep(STEP_SECONDS)
    return asked


def _count(asked: Words) -> int:
    return sum(map(len, asked.values()))


def _await_read(database_url: str, *, of: int) -> None:
    """Wait until so many replies were read; whoever is impatient finds some missing."""
    until = monotonic() + PATIENCE_SECONDS
    with psycopg.connect(database_url, autocommit=True) as connection:
        while monotonic() < until:
            found = connection.execute(
                "select count(*) from messages where not is_inbound and status = 'read'"
            ).fetchone()
            if found is not None and found[0] >= of:
                return
            sleep(0.5)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the phones show: milliseconds until each reply, and how many are amiss."""

    waits: list[float]
    misplaced: int
    missing: int

    def percentile(self, share: float) -> float:
        """Return a wait, such as ``percentile(0.99)``."""
        return self.waits[int(share * (len(self.waits) - 1))]


def _look(twin: httpx.Client, asked: Words) -> Seen:
    """Look at every phone: the n-th answer belongs to the n-th question."""
    waits: list[float] = []
    misplaced = missing = 0
    for phone, words in asked.items():
        thread = twin.get(f"/twin/phones/{phone}").json()["threads"]["whatsapp"]
        questions = [bubble for bubble in thread if bubble["mine"]]
        answers = [bubble for bubble in thread if not bubble["mine"]]
        missing += len(words) - len(answers)
        misplaced += sum(
            word != _kind(answer) for word, answer in zip(words, answers, strict=False)
        )
        waits += [_ms(asked, told) for asked, told in zip(questions, answers, strict=False)]
    return Seen(sorted(waits), misplaced, missing)


def _kind(answer: Mapping[str, str]) -> str:
    """Tell a balance, which opens with a purse in every language, from a statement."""
    return "BAL" if answer["text"].startswith("\N{MONEY BAG}") else "MINI"


def _ms(asked: Mapping[str, str], told: Mapping[str, str]) -> float:
    took = datetime.fromisoformat(told["at"]) - datetime.fromisoformat(asked["at"])
    return 1000 * took.total_seconds()


# The busiest seconds, so that neither the warm-up nor the last receipts count as a slack rate.
RATES = """
select (select count(*) from messages where is_inbound and created_at > since.at) / %(seconds)s,
       (select count(*) from messages where not is_inbound and sent_at > since.at) / %(seconds)s,
       (select count(*) from receipts where received_at > since.at) / %(seconds)s
from (select max(created_at) - make_interval(secs => %(seconds)s) as at
      from messages where is_inbound) since
"""


def _rates(database_url: str, seconds: float) -> tuple[float, float, float]:
    """Return messages in, messages out and receipts a second, by the bank's own log."""
    with psycopg.connect(database_url) as connection:
        found = connection.execute(RATES, {"seconds": seconds}).fetchone()
    if found is None:
        raise LookupError("nothing was written")
    into, out, receipts = map(float, found)
    return into, out, receipts


def _contacts(settings: Settings) -> list[str]:
    """Give the demo's customers many more WhatsApp addresses, and return those."""
    engine = open_engine(settings.database_url, name="wekeza-bench", pool=1)
    now, told = datetime.now(UTC), str(uuid4())
    contacts = [f"+2547990{n:05}" for n in range(1, EARLY_CONTACTS + CONTACTS + 1)]
    with open_unit(
        engine, keys=keyrings.load(engine, settings), now=now, new_id=uuid4, correlation=told
    ) as unit:
        owners = cycle(row.id for row in unit.all("select id from customers order by id"))
        for address in contacts:
            addresses.attach(
                unit, next(owners), channel="whatsapp", address=address, trust="trusted"
            )
    engine.dispose()
    return contacts


def _rows(
    count: int, seen: Seen, cpu: Mapping[str, float], rates: tuple[float, float, float]
) -> list[Row]:
    house = sum(cpu[part] for part in HOUSE)
    parts = ", ".join(f"{part} {ms:.2f}" for part, ms in cpu.items())
    print(
        f"whatsapp: {count} messages, p50 {seen.percentile(0.5):.0f} ms, {seen.missing} missing, "
        f"{seen.misplaced} out of order; ms of CPU a message: {parts}"
    )
    wanted: list[tuple[str, float]] = list(
        zip(("messages in", "messages out", "receipts"), (RATE, RATE, 3 * RATE), strict=True)
    )
    stated = "stated limit"
    return [
        *(
            row(f"WhatsApp {what}", rate, "1/s", against=stated, theirs=aim, aim=">= 0.98")
            for (what, aim), rate in zip(wanted, rates, strict=True)
        ),
        row(
            "WhatsApp webhook to provider p99",
            seen.percentile(0.99),
            "ms",
            against=stated,
            theirs=AIM_P99_MS,
            aim="<= 1.0",
        ),
        row(
            "WhatsApp replies in order, none missing",
            count - seen.misplaced - seen.missing,
            "replies",
            against="all",
            theirs=count,
            aim=">= 1.0",
        ),
        row(
            "WhatsApp CPU a message in, one out and three receipts",
            house,
            "ms",
            against=stated,
            theirs=AIM_CPU_MS,
            aim="<= 1.0",
        ),
    ]


def main(seconds: float = SECONDS) -> None:
    """Measure this alone and print it."""
    with stage(port=18400) as here:
        publish(run(here, seconds=seconds))


if __name__ == "__main__":
    main(*map(float, sys.argv[1:2]))
