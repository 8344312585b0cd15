"""A card payment decided end to end over TCP, against a bare echo over the same socket.

Both are served by one process in Python's own event loop and asked by the same callers, in rounds
that take turns. A question is the whole of it: frame, authentication code, the card found and
locked, rules, monitoring, the hold in the ledger, the notice, one durable commit.
"""

import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from itertools import count
from threading import Thread
from time import monotonic, sleep
from uuid import UUID, uuid4, uuid5

import psycopg
from stdnum import luhn

from bench.cpu import seconds_of
from bench.rows import Row, middle, row
from bench.stage import Stage
from bot import keyrings
from bot.simulator.twin.acquirer import Line, Sale, Shop, fields_of
from core.access.actors import SYSTEM
from core.cards import cards, lifecycle, vault
from core.joining import Joining, join
from core.kyc.tiers import Tier
from core.ledger import book
from core.money import Money
from core.store.engine import open_engine
from core.store.unit import Unit, open_unit

CALLERS = 4
ROUNDS = 4
SECONDS = 3.0
CARDS = 240
LIMIT_MS = 100.0
STARTS_WITHIN = 30.0
SHOP = Shop("NAIVAS WESTLANDS", "NAIROBI", "KE", "5411")
ECHO = "bare echo over the same socket"
Ask = Callable[[Line, int], bool]
_numbers = count(1)


def run(at: Stage) -> list[Row]:
    """Measure both and return their rows."""
    pans = _cards(at)
    key = at.settings.scheme_webhook_key
    ours, echo = at.settings.card_switch_port, at.settings.card_switch_port + 5

    def decide(line: Line, number: int) -> bool:
        return line.ask(fields_of(_sale(pans[number % len(pans)], number)))["39"] == "00"

    def bounce(line: Line, number: int) -> bool:
        return line.ask(fields_of(_sale(pans[number % len(pans)], number)))["t"] == "0100"

    roots = [_postmaster(at)]
    with (
        at.process(sys.executable, "-m", "bot.card_switch") as switch,
        at.process(sys.executable, "-m", "bench.bare_switch", str(echo)),
    ):
        for port in (ours, echo):
            _await(port)
        _round(ours, key, decide, seconds=1.0)
        _round(echo, key, bounce, seconds=1.0)
        rounds: list[tuple[list[float], list[float]]] = []
        refused, cpu = 0, 0.0
        for _ in range(ROUNDS):
            before = seconds_of([switch.pid, *roots])
            mine, no = _round(ours, key, decide, seconds=SECONDS)
            cpu += seconds_of([switch.pid, *roots]) - before
            theirs, _ = _round(echo, key, bounce, seconds=SECONDS)
            rounds.append((mine, theirs))
            refused += no
    p50, p99 = (middle([_at(mine, share) for mine, _ in rounds]) for share in (0.5, 0.99))
    bare50, bare99 = (middle([_at(one, share) for _, one in rounds]) for share in (0.5, 0.99))
    asked = sum(len(mine) for mine, _ in rounds)
    print(f"cards: {asked} decisions, {refused} of them declined")
    return [
        row("card decision p99", p99, "ms", against="stated limit", theirs=LIMIT_MS, aim="<= 1.0"),
        row("card decision p50", p50, "ms", against=ECHO, theirs=bare50, aim="<= 100.0"),
        row("card decision p99", p99, "ms", against=ECHO, theirs=bare99, aim="<= 100.0"),
        row(
            "card decision, CPU of switch and PostgreSQL", 1000 * cpu / asked, "ms",
            against="stated limit", theirs=LIMIT_MS / CALLERS, aim="<= 1.0",
        ),
        row(
            "card decisions", asked / (ROUNDS * SECONDS), "a second", against="stated limit",
            theirs=50, aim=">= 1.0",
        ),
    ]  # fmt: skip


def _round(port: int, key: str, ask: Ask, *, seconds: float) -> tuple[list[float], int]:
    """Have every caller ask one after the other; return latencies in ms, and how many said no."""
    latencies: list[list[float]] = [[] for _ in range(CALLERS)]
    noes = [0] * CALLERS

    def call(caller: int) -> None:
        line = Line("127.0.0.1", port, key=key)
        line.sign_on(datetime.now(UTC))
        until = monotonic() + seconds
        while monotonic() < until:
            began = monotonic()
            noes[caller] += not ask(line, next(_numbers))
            latencies[caller].append(1000 * (monotonic() - began))
        line.close()

    threads = [Thread(target=call, args=(one,)) for one in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [one for each in latencies for one in each], sum(noes)


def _postmaster(at: Stage) -> int:
    """Return the process of this stage's PostgreSQL, from the file the server keeps it in."""
    with psycopg.connect(at.settings.database_admin_url) as connection:
        found = connection.execute("select pg_read_file('postmaster.pid')").fetchone()
    return int(found[0].split()[0]) if found else 0


def _sale(pan: str, number: int) -> Sale:
    return Sale(
        kind="authorise", ref=uuid4().hex[:20], trace=number, at=datetime.now(UTC), pan=pan,
        expiry="2031-12", amount=Money(10_000, "KES"), shop=SHOP,
    )  # fmt: skip


def _at(latencies: list[float], share: float) -> float:
    return sorted(latencies)[int(share * (len(latencies) - 1))]


def _await(port: int) -> None:
    until = monotonic() + STARTS_WITHIN
    while monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        sleep(0.05)
    raise AssertionError(f"nobody listens on {port}")


def _cards(at: Stage) -> list[str]:
    """Return the numbers of cards, each of a customer with money."""
    engine = open_engine(at.settings.database_url, name="bench", pool=2)
    keys = keyrings.load(engine, at.settings)
    pans = []
    for number in range(CARDS):
        with open_unit(
            engine, keys=keys, now=datetime.now(UTC), new_id=uuid4, correlation=str(uuid4())
        ) as unit:
            pans.append(_card(unit, number))
    engine.dispose()
    return pans


def _card(unit: Unit, number: int) -> str:
    joined = join(
        unit,
        Joining(
            first_name="Bench", last_name="Mark", id_number=f"B{number:07d}",
            born=date(1990, 1, 1), pin_hash="none", phone=f"+2547770{number:05d}", country="KE",
            language="en", channel="ussd", consent=True, tier=Tier.ASSESSED,
        ),
    )  # fmt: skip
    cash = book.system_account(unit, "cash", "KES")
    leg = book.Leg(cash, joined.wallet.id, Money(50_000_000, "KES"))
    book.post(unit, id=uuid4(), type="deposit", legs=[leg], wallet=joined.wallet.id)
    return _made(unit, joined.known.customer_id, joined.wallet.id)


def _made(unit: Unit, customer: UUID, wallet: UUID) -> str:
    """Write a card down as the scheme's answer would, and return its number."""
    card = unit.new_id()
    unit.run(
        """
        insert into cards (card_id, customer_id, wallet_id, product_id, type, "limit", currency,
            occasion, order_id, reference, channel, status_by_kind, status_by, status_why,
            status_at, created_at)
        values (%(id)s, %(customer)s, %(wallet)s, 'ke-virtual', 'virtual', 1000000000, 'KES',
            'first', %(order)s, %(reference)s, 'whatsapp', 'customer', %(customer)s, 'asked',
            %(now)s, %(now)s)
        """,
        id=card,
        customer=customer,
        wallet=wallet,
        order=uuid5(card, "issue"),
        reference=f"C{card.hex[-12:].upper()}",
        now=unit.now,
    )
    front = f"424242{card.int % 10**9:09d}"
    pan = front + str(luhn.calc_check_digit(front))
    unit.run(
        """
        update cards set bin = '424242', last4 = %(last4)s, expires_on = '2031-12-31',
            scheme_id = %(scheme)s where card_id = %(id)s
        """,
        id=card,
        last4=pan[-4:],
        scheme=f"crd_{card.hex[-12:]}",
    )
    vault.seal(unit, card, pan)
    lifecycle.move(unit, cards.locked(unit, card), "active", by=SYSTEM, why="provisioned")
    return pan
