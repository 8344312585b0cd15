"""A whole USSD turn against a bare Flask view that runs a turn's eight statements in raw psycopg.

Each side is served by the same server with the same processes and threads, driven by the same
callers, in rounds that take turns. A transfer is six presses: dial, send, phone, amount, yes,
PIN; every press is one answered turn.
"""

import sys
from itertools import count
from time import monotonic

import psycopg

from bench.bare import SCHEMA
from bench.load import Caller, Round, closed_loop
from bench.rows import Row, middle, publish, row
from bench.stage import Stage, stage

CALLERS = 8
SECONDS = 5.0
ROUNDS = 4
TRANSFER = ("1", "{payee}", "1", "1", "4321")  # send money, to whom, KES 1, yes, PIN
_sessions = count(1)


def run(at: Stage) -> list[Row]:
    """Measure both sides and return their rows."""
    settings = at.settings
    payers = _payers(settings.database_url)
    path = f"/webhooks/africastalking/{settings.at_webhook_secret}/ussd"
    with psycopg.connect(settings.database_admin_url, autocommit=True) as connection:
        connection.execute(SCHEMA)
        connection.execute("grant all on all tables in schema public to wekeza_app")
        for one in payers:
            connection.execute(
                "insert into bare_conversations (address) values (%s) on conflict do nothing", [one]
            )
    ours: list[Round] = []
    theirs: list[Round] = []

    def press_through(caller: Caller, number: int) -> list[float]:
        payer, payee = payers[number], payers[(number + 1) % len(payers)]
        return _transfer(caller, path, payer=payer, payee=payee)

    def bare(caller: Caller, number: int) -> list[float]:
        began = monotonic()
        caller.post("/bare", {"phoneNumber": payers[number]})
        return [monotonic() - began]

    with (
        at.house() as house,
        at.web(
            "bench.bare:create_app()", port=settings.port + 7, ready="/",
            BARE_DATABASE_URL=settings.database_url,
        ) as peer,
    ):  # fmt: skip
        for _ in range(ROUNDS):
            ours.append(closed_loop(house, callers=CALLERS, seconds=SECONDS, ask=press_through))
            theirs.append(closed_loop(peer, callers=CALLERS, seconds=SECONDS, ask=bare))
    errors = sum(one.errors for one in ours + theirs)
    rate, peer_rate = middle([r.rate for r in ours]), middle([r.rate for r in theirs])
    p99 = middle([r.percentile(0.99) for r in ours])
    peer_p99 = middle([r.percentile(0.99) for r in theirs])
    rounds = [[round(r.rate) for r in side] for side in (ours, theirs)]
    print(f"turns: rounds {rounds[0]} against {rounds[1]}, errors {errors}")
    against = "bare Flask view, 8 raw statements"
    return [
        row("USSD turns", rate, "turns/s", against=against, theirs=peer_rate, aim=">= 0.5"),
        row("USSD turn p99", p99, "ms", against=against, theirs=peer_p99, aim="<= 3.0"),
        row("USSD turns", rate, "turns/s", against="stated limit", theirs=400, aim=">= 1.0"),
    ]


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


def _payers(database_url: str) -> list[str]:
    """Return customers with shillings to spend, in a ring: each pays the next."""
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            """
            select c.phone_number from customers c join wallets w on w.user_id = c.id
            join addresses a on a.customer_id = c.id and a.channel = 'ussd' and a.trust = 'trusted'
            where w.currency = 'KES' and w.balance > 2000 and c.home_currency = 'KES'
                and c.tier >= 2
            order by c.phone_number limit %s
            """,
            [CALLERS],
        ).fetchall()
    return [one for (one,) in rows]


if __name__ == "__main__":
    with stage() as here:
        publish(run(here))
    sys.exit(0)
