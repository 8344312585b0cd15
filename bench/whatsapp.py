"""WhatsApp in and out through the twin: a minute of balances asked and told, at a steady rate.

Load, twin, web, worker, scheduler, PostgreSQL and Redis share the machine. Latency is from the
moment the turn was opened to the moment the provider had taken the reply, by the bank's own clock
in its message log. Order is judged on the phones: each asks for its balance and its statement in
turn, and must read the answers in that turn.
"""

import sys
from collections import defaultdict
from time import monotonic, sleep

import httpx
import psycopg

from bench.rows import Row, publish, row
from bench.stage import Stage, stage

RATE = 25  # messages a second in; as many go out, and each brings three receipts
SECONDS = 60
PATIENCE = 60
AIM_P99_MS = 1000

LATENCIES = """
select 1000 * extract(epoch from o.sent_at - i.created_at) as ms
from messages i join messages o on o.correlation = i.correlation and not o.is_inbound
where i.is_inbound and i.channel = 'whatsapp' and o.sent_at is not null
"""


def run(at: Stage) -> list[Row]:
    """Measure and return the rows."""
    settings, twin_url = at.settings, at.settings.twin_url
    with (
        at.process(sys.executable, "-m", "bot.simulator.twin", ready=f"{twin_url}/healthz"),
        at.process(sys.executable, "-m", "worker.run", WORKERS="2"),
        at.process(sys.executable, "-m", "worker.schedule"),
        at.process(
            sys.executable, "-m", "bot.serve", WEB_PROCESSES="2", WEB_THREADS="8",
            ready=f"http://127.0.0.1:{settings.port}/api/health/db",
        ),
        httpx.Client(base_url=twin_url, timeout=30) as twin,
    ):  # fmt: skip
        phones = _customers(settings.database_url)
        twin.post("/twin/pace", json={"sent": 0.05, "delivered": 0.2, "read": 0.5})
        twin.post("/twin/say", json={"messages": [_letter(phones[0], "HELP")]}).raise_for_status()
        _await_answers(
            settings.database_url, at_least=1
        )  # everybody is at work, templates are made
        asked = _ask(twin, phones)
        _await_answers(settings.database_url, at_least=sum(map(len, asked.values())))
        disorder, missing = _judge(twin, asked)
        latencies = _latencies(settings.database_url)
    p50, p99 = (latencies[int(share * (len(latencies) - 1))] for share in (0.5, 0.99))
    told = f"{len(latencies)} replies, p50 {p50:.0f} ms, {missing} missing, {disorder} out of order"
    print(f"whatsapp: {RATE}/s in for {SECONDS} s, {told}")
    against = f"stated limit, at {RATE}/s in and out"
    name, lost = "WhatsApp webhook to provider p99", "WhatsApp replies in order, none missing"
    right = len(latencies) - disorder - missing
    return [
        row(name, p99, "ms", against=against, theirs=AIM_P99_MS, aim="<= 1.0"),
        row(lost, right, "replies", against="all", theirs=len(latencies), aim=">= 1.0"),
    ]


def _ask(twin: httpx.Client, phones: list[str]) -> dict[str, list[str]]:
    """Write at a steady rate, round and round the phones, and return what each asked."""
    asked: dict[str, list[str]] = defaultdict(list)
    began, number = monotonic(), 0
    while (passed := monotonic() - began) < SECONDS:
        batch = []
        while number < passed * RATE:
            phone = phones[number % len(phones)]
            word = ("BAL", "MINI")[len(asked[phone]) % 2]
            asked[phone].append(word)
            batch.append(_letter(phone, word))
            number += 1
        if batch:
            twin.post("/twin/say", json={"messages": batch}).raise_for_status()
        sleep(0.05)
    return asked


def _letter(phone: str, word: str) -> dict[str, str]:
    return {"address": phone, "channel": "whatsapp", "text": word}


def _await_answers(database_url: str, *, at_least: int) -> None:
    until = monotonic() + PATIENCE
    with psycopg.connect(database_url, autocommit=True) as connection:
        while monotonic() < until:
            row = connection.execute("select count(*) from outbox where status = 'sent'").fetchone()
            if row is not None and row[0] >= at_least:
                return
            sleep(0.5)


def _judge(twin: httpx.Client, asked: dict[str, list[str]]) -> tuple[int, int]:
    """Return how many answers stand where another belongs, and how many never came."""
    disorder = missing = 0
    for phone, words in asked.items():
        thread = twin.get(f"/twin/phones/{phone}").json()["threads"]["whatsapp"]
        kinds = [_kind(bubble["text"]) for bubble in thread if not bubble["mine"]]
        missing += max(0, len(words) - len(kinds))
        disorder += sum(a != b for a, b in zip(words, kinds[-len(words) :], strict=False))
    return disorder, missing


def _kind(text: str) -> str:
    """Tell a balance, which opens with a purse in every language, from a statement."""
    return "BAL" if text.startswith("\N{MONEY BAG}") else "MINI"


def _latencies(database_url: str) -> list[float]:
    with psycopg.connect(database_url) as connection:
        return sorted(float(ms) for (ms,) in connection.execute(LATENCIES).fetchall())


def _customers(database_url: str) -> list[str]:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            """
            select a.address from addresses a join customers c on c.id = a.customer_id
            where a.channel = 'whatsapp' and a.trust = 'trusted' and a.address like '+%'
            order by a.address limit 40
            """
        ).fetchall()
    return [address for (address,) in rows]


if __name__ == "__main__":
    with stage(port=18400) as here:
        publish(run(here))
