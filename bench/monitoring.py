"""Deciding a payment in line: what it adds to a transfer.

Transfers with and without the decision take turns in one run, each one durable transaction by one
client. Where the machine is busy with other things, the CPU they took is the figure to go by. What
is decided asks for the payer's and the payee's last months: the busiest have more payments behind
them than are looked at, and for the usual ones, people of the demo bank, each payment is undone
after it was made, so that they stay usual. The addition is the decision's own two statements and
the rules.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from time import perf_counter, process_time
from uuid import UUID, uuid4

from sqlalchemy import Engine

from bench.cpu import seconds_of
from bench.rows import Row, middle, row
from bench.stage import Stage
from bot import keyrings
from bot.serve import settle
from core.demo.people import AMINA, BRIAN, Person, company
from core.money import Money
from core.monitoring.decide import decide
from core.monitoring.payment import Payment
from core.store import contacts
from core.store.engine import open_engine
from core.store.keyring import Keyring
from core.store.unit import Unit, open_unit
from core.transfers.send import send_money

ROUNDS = 6
EACH = 150
BEHIND = 300
"""Payments of the month before; as many as are looked at."""
BUDGET_MS = 5.0
SHILLING = Money(100, "KES")


class _Town:
    """The demo bank with somebody who pays somebody else often, and is paid back."""

    def __init__(self, engine: Engine, keys: Keyring) -> None:
        self._engine, self._keys = engine, keys
        with self.unit() as unit:
            self.payer, self.payee = (self._known(unit, one) for one in (AMINA, BRIAN))
            usual = [one for one in company() if one.country == AMINA.country]
            self.usual = [self._known(unit, one) for one in usual]
        for turn in range(BEHIND):
            for payer, payee in ((self.payer, self.payee), (self.payee, self.payer)):
                with self.unit(timedelta(hours=2 * (BEHIND - turn))) as unit:
                    self.send(unit, payer, payee)

    @staticmethod
    def _known(unit: Unit, person: Person) -> UUID:
        found: UUID = unit.value(
            "select id from customers where phone_index = %(token)s",
            token=contacts.token(unit, person.phone),
        )
        return found

    def unit(self, ago: timedelta = timedelta(0)) -> AbstractContextManager[Unit]:
        """Open a unit, perhaps of some time ago."""
        now = datetime.now(UTC) - ago
        return open_unit(
            self._engine, keys=self._keys, now=now, new_id=uuid4, correlation=str(uuid4())
        )

    @contextmanager
    def begun(self) -> Iterator[Unit]:
        """Open a unit whose transaction has begun: no payment is the first thing of a turn."""
        with self.unit() as unit:
            unit.value("select 1")
            yield unit

    def cpu(self) -> float:
        """Return the seconds of CPU that this process and its one backend have taken."""
        with self.unit() as unit:
            backend: int = unit.value("select pg_backend_pid()")
        return process_time() + seconds_of([backend])

    def send(self, unit: Unit, payer: UUID, payee: UUID) -> None:
        """Send a shilling."""
        send_money(unit, id=uuid4(), payer=payer, payee=payee, amount=SHILLING, channel="whatsapp")

    def decide(self, unit: Unit, payer: UUID, payee: UUID) -> None:
        """Decide it, as the counter does."""
        decide(
            unit,
            Payment(
                id=uuid4(), kind="transfer", customer=payer, payee=payee, amount=SHILLING,
                channel="whatsapp", address=AMINA.phone,
            ),
        )  # fmt: skip


class _Undone(Exception):
    """What was done is not to stay."""


def run(at: Stage) -> list[Row]:
    """Measure and return the table's rows."""
    engine = open_engine(at.settings.database_url, name="bench", pool=1, statement_ms=60_000)
    try:
        return _rows(_Town(engine, keyrings.load(engine, at.settings)))
    finally:
        engine.dispose()


def _rows(town: _Town) -> list[Row]:
    bare, judged, added = [], [], []

    def pay(turn: int, *, decides: bool) -> None:
        parties = (town.payer, town.payee) if turn % 2 else (town.payee, town.payer)
        with town.begun() as unit:
            if decides:
                added.append(_timed(lambda: town.decide(unit, *parties)))
            town.send(unit, *parties)

    for turn in range(40):
        pay(turn, decides=True)
    settle()  # as the web server does, once it has begun
    added.clear()
    spent = {False: 0.0, True: 0.0}
    for _ in range(ROUNDS):
        for decides, times in ((False, bare), (True, judged)):
            began = town.cpu()
            for turn in range(EACH):
                times.append(_timed(lambda turn=turn, decides=decides: pay(turn, decides=decides)))
            spent[decides] += town.cpu() - began
    usual = _usual(town)
    more = (spent[True] - spent[False]) / (ROUNDS * EACH) * 1000
    budget = {"against": "what it may add to a transfer", "theirs": BUDGET_MS, "aim": "<= 1"}
    return [
        row("decision in line, p50", middle(usual), "ms", **budget),
        row("decision in line, p99", _percentile(usual, 0.99), "ms", **budget),
        row("decision in line, busiest, CPU", more, "ms", **budget),
        row("decision in line, busiest, p50", middle(added), "ms", **budget),
        row("decision in line, busiest, p99", _percentile(added, 0.99), "ms", **budget),
        row("transfer with a decision", middle(judged), "ms", against="the same without, in turns",
            theirs=middle(bare), aim="<= 3"),
    ]  # fmt: skip


def _usual(town: _Town) -> list[float]:
    """Return how long decisions take of payments between usual customers."""
    added, people = [], town.usual
    for turn in range(ROUNDS * EACH):
        payer, payee = people[turn % len(people)], people[(turn * 5 + 1) % len(people)]
        if payer == payee:
            continue
        with suppress(_Undone), town.begun() as unit:
            added.append(_timed(lambda unit=unit, pair=(payer, payee): town.decide(unit, *pair)))
            town.send(unit, payer, payee)
            raise _Undone
    return added


def _timed(act: Callable[[], None]) -> float:
    """Return how many milliseconds something took."""
    began = perf_counter()
    act()
    return (perf_counter() - began) * 1000


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
