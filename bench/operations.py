"""Batches, holds and groups of six entries, each against the rate it was designed for.

Scripts and their arrays are made by pgbench and the server, so no client's CPU decides. The figures
are asked for on an idle machine of two cores; the server's CPU per posting says more on others.
"""

from sqlalchemy import URL, make_url

from bench.pgbench import ACCOUNTS, FIRST, LAST, Round, Side, alternate, book
from bench.posting import IDS, NEW_ID
from bench.rows import Row, middle, row

BATCH = 100
MODE = ("--protocol", "prepared")
_ACCOUNT = "('00000000-0000-4000-8000-' || {})::uuid"
_ANY = _ACCOUNT.format(f"({FIRST} + (random() * {ACCOUNTS - 1})::bigint)")

BATCHES = f"""
select count(*) from (
    select array_agg(('00000000-0000-7000-8000-' || (:key::bigint + n))::uuid) as ids, array_agg('transfer'::text) as types,
           array_agg({_ACCOUNT.format("payer")}) as payers,
           array_agg({_ACCOUNT.format(f"{FIRST} + (payer - {FIRST} + step) % {ACCOUNTS}")}) as payees,
           array_agg(1 + (random() * 99)::bigint) as amounts, array_agg('KES'::text) as currencies,
           array_agg('bench'::text) as words
      from (select n, {FIRST} + (random() * {ACCOUNTS - 1})::bigint as payer,
                   1 + (random() * {ACCOUNTS - 2})::bigint as step
              from generate_series(1, {BATCH}) n) n
) b, ledger_post_batch(b.ids, b.types, b.payers, b.payees, b.amounts, b.currencies, b.payers, b.words,
                       b.words, now(), 'bench');
"""  # noqa: E501

_PAIR = f"""
\\set payer random({FIRST}, {LAST})
\\set step random(1, {ACCOUNTS} - 1)
\\set payee {FIRST} + (:payer - {FIRST} + :step) % {ACCOUNTS}
\\set amount random(1, 100)
"""
_IDS = {name: IDS["prepared"].format(name) for name in ("payer", "payee")}
HOLDS = (
    _PAIR
    + """
select ledger_authorise({key}, 'payment', {payer}, {payee}, :amount, 'KES', {payer}, 'bench', '',
    now() + interval '7 days', 0, 0, now(), 'bench');
"""
).format(key=NEW_ID["prepared"], **_IDS)
_SIX = "\n".join(f"\\set a{n} {FIRST} + (:start + {n} * 997) % {ACCOUNTS}" for n in range(6))
_SIX_IDS = [IDS["prepared"].format(f"a{n}") for n in range(6)]
GROUPS = f"""
\\set start random(0, {ACCOUNTS - 1})
{_SIX}
select ledger_post_group({NEW_ID["prepared"]}, 'transfer', array[{", ".join(_SIX_IDS[:3])}],
    array[{", ".join(_SIX_IDS[3:])}], array[5, 3, 2]::bigint[], array['KES', 'KES', 'KES'],
    {_SIX_IDS[0]}, 'bench', '', null, now(), 'bench');
"""


def run(database_url: str, *, rounds: int = 3, seconds: int = 6) -> list[Row]:
    """Measure and return the table's rows. The URL's user may create databases."""
    with book(make_url(database_url)) as url:
        return [
            *_rows(url, "postings in batches of 100", BATCHES, 20_000, 4, rounds, seconds, BATCH),
            *_rows(url, "holds", HOLDS, 9_000, 20, rounds, seconds),
            *_rows(url, "groups of six entries", GROUPS, 4_000, 20, rounds, seconds),
        ]


def _rows(
    url: URL,
    name: str,
    script: str,
    aim: int,
    clients: int,
    rounds: int,
    seconds: int,
    each: int = 1,
) -> list[Row]:
    """Return the rate and, where it can be read, the server's CPU for one of ``each``."""
    sides = {"ours": Side(MODE, script)}
    seen: list[Round] = alternate(url, sides, rounds=rounds, seconds=seconds, clients=clients)[
        "ours"
    ]
    against = f"stated limit, {clients} callers"
    rate = each * middle([one.rate for one in seen])
    rows = [row(name, rate, "per s", against=against, theirs=aim, aim=">= 1.0")]
    if all(one.cpu_us for one in seen):
        spent = middle([one.cpu_us or 0.0 for one in seen]) / each
        # Two cores' time for as many as are asked for in a second.
        rows.append(
            row(f"{name}, server CPU", spent, "us", against="two cores' share at that rate",
                theirs=2e6 / aim, aim="<= 1.0")
        )  # fmt: skip
    return rows
