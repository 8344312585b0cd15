"""A posting against pgbench's TPC-B, both on the same server, in turns.

TPC-B is five statements between begin and end; ours is one call that takes the id, locks, judges
funds, limits and ceilings, and writes header, entries, balances and counter. The header is also
what the change feed and the seals read, so nothing more is written for them. Both are run by the
same pgbench, with durable commits if the server's are, in both of its modes: the default one, where
every statement is parsed and planned each time, and the prepared one, in which the bank itself
talks to PostgreSQL and TPC-B saves the most.
"""

from sqlalchemy import make_url

from bench.pgbench import ACCOUNTS, FIRST, LAST, SCALE, Round, Side, alternate, book
from bench.rows import Row, middle, row

CLIENTS = 20
MOST_CPU_US = 300  # with limits, refusals and ids, beyond the bare posting
MOST_P99_MS = 10.0

# Accounts are numbered, so that the script can pick two without a look-up, and ids are given by the
# client. In its default mode pgbench writes a variable into the text
# wherever it stands, as a client writes the ids it knows; prepared, a variable is a parameter and
# the id is put together by the server.
IDS = {
    "simple": "'00000000-0000-4000-8000-:{}'",
    "prepared": "('00000000-0000-4000-8000-' || :{})::uuid",
}
NEW_ID = {
    "simple": "'00000000-0000-7000-8000-:key'",
    "prepared": "('00000000-0000-7000-8000-' || :key)::uuid",
}
SCRIPT = f"""
\\set payer random({FIRST}, {LAST})
\\set step random(1, {ACCOUNTS} - 1)
\\set payee {FIRST} + (:payer - {FIRST} + :step) % {ACCOUNTS}
\\set amount random(1, 100)
select ledger_post({{key}}, 'transfer', {{payer}}, {{payee}}, :amount, 'KES', {{payer}}, 'bench',
    '', null, now(), 'bench');
"""


def script(protocol: str) -> str:
    """Return the posting as pgbench runs it in one of its modes."""
    ids = {name: IDS[protocol].format(name) for name in ("payer", "payee")}
    return SCRIPT.format(key=NEW_ID[protocol], **ids)


def run(database_url: str, *, rounds: int = 3, seconds: int = 6) -> list[Row]:
    """Measure and return the table's rows. The URL's user may create databases."""
    rows: list[Row] = []
    with book(make_url(database_url)) as url:
        for protocol in IDS:
            mode = ("--protocol", protocol)
            seen = alternate(
                url,
                {
                    "post": Side(mode, script(protocol)),
                    "tpcb": Side((*mode, "-b", "tpcb-like")),
                },
                rounds=rounds,
                seconds=seconds,
                clients=CLIENTS,
            )
            rows += _rows(protocol, seen["post"], seen["tpcb"])
    return rows


def _rows(protocol: str, ours: list[Round], theirs: list[Round]) -> list[Row]:
    against = f"pgbench TPC-B, scale {SCALE}, {CLIENTS} clients, {protocol}"
    limit = f"stated limit, {CLIENTS} clients, {protocol}"
    p99 = middle([seen.p99_ms for seen in ours])
    rows = [
        row(
            "postings",
            middle([seen.rate for seen in ours]),
            "per s",
            against=against,
            theirs=middle([seen.rate for seen in theirs]),
            aim=">= 1.2",
        ),
        row("posting p99", p99, "ms", against=limit, theirs=MOST_P99_MS, aim="<= 1.0"),
    ]
    if all(seen.cpu_us for seen in ours + theirs):
        spent, tpcb = (middle([seen.cpu_us or 0.0 for seen in side]) for side in (ours, theirs))
        cpu = "posting, server CPU"
        rows += [
            row(cpu, spent, "us", against=against, theirs=tpcb, aim="<= 0.67"),
            row(cpu, spent, "us", against=limit, theirs=MOST_CPU_US, aim="<= 1.0"),
        ]
    return rows
