"""Foreign exchange: a whole conversion against the ledger's bare group, a quote, and the route.

A conversion takes its quote, finds the wallets, posts a group of four legs and writes itself down,
in one call; the bare group posts four legs between accounts it is given. Both are one durable
transaction each, by one client in turns. The route is chosen among twenty providers with four bands
each, straight and through the dollar; its peer is the linear programme it is as good as.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from time import perf_counter
from uuid import UUID, uuid4

from scipy.optimize import linprog
from sqlalchemy import Engine

from bench.rows import Row, middle, row
from bench.stage import Stage
from bot import keyrings
from core.demo.people import AMINA
from core.fx import quotes, rates
from core.fx.convert import convert
from core.fx.pricing import price
from core.fx.quotes import Service
from core.fx.routing import stretches
from core.ledger import book
from core.ledger.book import Leg
from core.money import Money
from core.partners import liquidity_market
from core.partners.liquidity import Band, Price, Told, dumped
from core.store import contacts
from core.store.engine import open_engine
from core.store.keyring import Keyring
from core.store.unit import Unit, open_unit

ROUNDS = 5
EACH = 120
PROVIDERS = 20
DOLLAR, SHILLINGS = Money(200, "USD"), Money(26_000, "KES")


class _Bank:
    """The demo bank with one customer who changes dollars into shillings and back."""

    def __init__(self, engine: Engine, keys: Keyring) -> None:
        self._engine, self._keys = engine, keys
        with self.unit() as unit:
            mids = liquidity_market.mids(unit.now)
            rates.set_mids(unit, mids, source="bench", good_until=unit.now + timedelta(days=1))
            self.prices = _prices(unit.now, "USD", "KES"), _prices(unit.now, "KES", "USD")
            self.customer: UUID = unit.value(
                "select id from customers where phone_index = %(token)s",
                token=contacts.token(unit, AMINA.phone),
            )
            held = {one.currency: one.account_id for one in book.balances(unit, self.customer)}
            self.wallets = held["USD"], held["KES"]
            self.own = {
                (kind, code): book.system_account(unit, kind, code)
                for kind in ("fx", "fees", "fx_income")
                for code in ("USD", "KES")
            }

    def unit(self):
        now = datetime.now(UTC)
        return open_unit(
            self._engine, keys=self._keys, now=now, new_id=uuid4, correlation=str(uuid4())
        )

    def quote(self, unit: Unit, turn: int) -> UUID:
        back = turn % 2
        sell, buy = ("KES", "USD") if back else ("USD", "KES")
        return quotes.quote(
            unit,
            customer=self.customer,
            sell=sell,
            buy=buy,
            side="sell",
            amount=SHILLINGS if back else DOLLAR,
            prices=self.prices[back],
            lock_seconds=1800,
            channel="whatsapp",
            service=Service("exchange", lambda amount: Money(1, amount.currency)),
        ).id

    def group(self, unit: Unit, turn: int) -> None:
        """Post the legs a conversion has, between accounts that are given."""
        back = turn % 2
        sell, buy = (SHILLINGS, DOLLAR) if back else (DOLLAR, SHILLINGS)
        source, target = (self.wallets[1], self.wallets[0]) if back else self.wallets
        legs = [
            Leg(source, self.own["fx", sell.currency], sell),
            Leg(source, self.own["fees", sell.currency], Money(1, sell.currency)),
            Leg(self.own["fx", buy.currency], target, buy - Money(1, buy.currency)),
            Leg(self.own["fx", buy.currency], self.own["fx_income", buy.currency],
                Money(1, buy.currency)),
        ]  # fmt: skip
        book.post(unit, id=uuid4(), type="exchange", legs=legs, wallet=source)


def run(at: Stage) -> list[Row]:
    """Measure and return the table's rows."""
    engine = open_engine(at.settings.database_url, name="bench", pool=2, statement_ms=60_000)
    try:
        bank = _Bank(engine, keyrings.load(engine, at.settings))
        return [*_conversions(bank), _quotes(bank), *_routes()]
    finally:
        engine.dispose()


def _conversions(bank: _Bank) -> list[Row]:
    whole, bare = [], []
    for _ in range(ROUNDS):
        with bank.unit() as unit:
            given = [bank.quote(unit, turn) for turn in range(EACH)]

        def change(turn: int, given: list[UUID] = given) -> None:
            with bank.unit() as unit:
                convert(unit, id=uuid4(), customer=bank.customer, quote=given[turn], channel="sms")

        def post(turn: int) -> None:
            with bank.unit() as unit:
                bank.group(unit, turn)

        whole.append(EACH / sum(_timed(change)))
        bare.append(EACH / sum(_timed(post)))
    return [
        row("whole conversions, one client", middle(whole), "per s",
            against="the ledger's bare group of four legs", theirs=middle(bare), aim=">= 0.6"),
    ]  # fmt: skip


def _quotes(bank: _Bank) -> Row:
    def ask(turn: int) -> None:
        with bank.unit() as unit:
            bank.quote(unit, turn)

    def post(turn: int) -> None:
        with bank.unit() as unit:
            bank.group(unit, turn)

    quoted, posted = [], []
    for _ in range(ROUNDS):
        quoted += _timed(ask)
        posted += _timed(post)
    return row("a quote, p99", _p99_ms(quoted), "ms", against="p99 of the bare group",
               theirs=_p99_ms(posted), aim="<= 2.5")  # fmt: skip


def _p99_ms(taken: list[float]) -> float:
    return 1000 * sorted(taken)[int(len(taken) * 0.99)]


def _timed(work: Callable[[int], None]) -> list[float]:
    taken = []
    for turn in range(EACH):
        began = perf_counter()
        work(turn)
        taken.append(perf_counter() - began)
    return taken


def _routes() -> list[Row]:
    offered = _many(datetime.now(UTC))
    amount = Money(25_000_000, "EUR")

    def ours(_: int) -> None:
        ways = stretches(offered, sell="EUR", buy="KES", availability={})
        price(ways, side="sell", amount=amount, other="KES", markup_bps=Decimal(60))

    def theirs(_: int) -> None:
        _programme(offered, float(amount.major))

    greedy, programme = (1e6 * middle(_timed(one)) for one in (ours, theirs))
    return [
        row(f"a route among {PROVIDERS} providers", greedy, "us",
            against="the same as a linear programme (HiGHS)", theirs=programme, aim="<= 0.75"),
    ]  # fmt: skip


def _many(now: datetime) -> list[Price]:
    """Return what twenty providers offer, four bands a pair; the same each time."""
    chance = random.Random(384)
    worth = {"USD": Decimal(1), **liquidity_market.mids(now)}
    until = now + timedelta(minutes=1)
    return [
        Price(f"lp_{number:02}", sell, buy, tuple(
            Band(Decimal(chance.randint(2_000, 20_000)) * worth[sell],
                 round(worth[buy] / worth[sell] * (1 - Decimal(place * 4 + chance.randint(1, 30))
                                                   / 10_000), 10))
            for place in range(4)), until, chance.randint(10, 7200))
        for number in range(PROVIDERS)
        for sell, buy in (("EUR", "KES"), ("EUR", "USD"), ("USD", "KES"))
    ]  # fmt: skip


def _programme(prices: list[Price], amount: float) -> float:
    legs = [(p.sell, p.buy, float(b.size), float(b.rate)) for p in prices for b in p.bands]
    gain = [-rate if buy == "KES" else 0.0 for _, buy, _, rate in legs]
    spent = [1.0 if sell == "EUR" else 0.0 for sell, _, _, _ in legs]
    through = [
        rate if buy == "USD" else -1.0 if sell == "USD" else 0.0 for sell, buy, _, rate in legs
    ]
    found = linprog(gain, A_eq=[spent, through], b_eq=[amount, 0],
                    bounds=[(0, size) for _, _, size, _ in legs])  # fmt: skip
    return float(-found.fun)


def _prices(now: datetime, sell: str, buy: str) -> str:
    worth = {"USD": Decimal(1), **liquidity_market.mids(now)}
    until = now + timedelta(hours=1)
    return dumped(
        [
            Told(name, 5, (Price(name, sell, buy, (
                Band(Decimal(10**8), round(worth[buy] / worth[sell] * (1 - off / 10_000), 10)),
            ), until, 60),))
            for name, off in (("lp_baobab", Decimal(9)), ("lp_kilima", Decimal(14)),
                              ("lp_sahel", Decimal(26)))
        ]
    )  # fmt: skip
