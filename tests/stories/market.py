"""Where money is changed in the stories: three providers over HTTP, whose clock is the story's."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, ClassVar

from bot import hub
from core.fx import rate_alerts, rates
from core.ledger import book
from core.money import Money
from core.partners import liquidity_market
from core.partners.liquidity import FxEnquiry, Liquidity
from core.partners.liquidity_provider import LiquidityProvider
from core.partners.liquidity_twin import FIRMS, TwinProvider
from core.partners.wire import Wire
from core.store.unit import Unit
from core.wallets.wallets import open_wallet, own_wallets

if TYPE_CHECKING:
    from tests.stories.stage import Telling

_REASON = book.Reason(by="stories", why="it happens in a story")
GOOD_FOR = timedelta(days=5)
"""How long the reference rates hold that are known when the stories begin."""

MOVING = ("KES", "EUR")
"""The currencies whose rates jump; a pair of the stories has one of them."""


@dataclass
class Market:
    """The providers of all stories of a process, and what has happened to them."""

    base: str
    clock: Callable[[], datetime] | None = None
    away: bool = False
    """Whether none of them answers."""
    closed: bool = False
    """Whether all of them answer that they deal in nothing at this hour."""
    off: Decimal = Decimal(1)
    """What they multiply the rates of `MOVING` by."""
    firms: Mapping[str, TwinProvider] = field(init=False)

    def __post_init__(self) -> None:
        self.firms = {name: TwinProvider(firm, self._mids) for name, firm in FIRMS.items()}

    def open(self, clock: Callable[[], datetime]) -> Liquidity:
        """Let a telling begin with all of them well; return who asks them."""
        self.clock, self.off = clock, Decimal(1)
        self.away = self.closed = False
        wires = {name: Wire(f"{self.base}/{name}") for name in self.firms}
        return Liquidity([LiquidityProvider(name, wires[name], secret="") for name in wires])

    def quote(self, name: str, body: Mapping[str, object]) -> tuple[int, Mapping[str, object]]:
        """Answer as one of them."""
        if self.away or self.clock is None:
            return 503, {"code": "away"}
        if self.closed:
            return 200, {"quotes": [], "code": "market_closed"}
        return self.firms[name].quote(body, self.clock())

    def _mids(self, at: datetime) -> Mapping[str, Decimal]:
        mids = liquidity_market.mids(at)
        return mids | {code: mids[code] * self.off for code in MOVING}


@contextmanager
def opened() -> Iterator[Market]:
    """Serve the providers on a port of their own."""

    class Handler(BaseHTTPRequestHandler):
        market: ClassVar[Market]

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, told = self.market.quote(self.path.split("/")[1], body)
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Handler.market = Market(f"http://127.0.0.1:{server.server_port}")
    Thread(target=server.serve_forever, daemon=True).start()
    yield Handler.market
    server.shutdown()
    server.server_close()


def know_rates(unit: Unit, good_for: timedelta = GOOD_FOR) -> None:
    """Have somebody say what currencies are worth, and for how long one may deal by it."""
    mids = liquidity_market.mids(unit.now)
    rates.set_mids(unit, mids, source="stories", good_until=unit.now + good_for)


def answerers(liquidity: Liquidity) -> Mapping[type, Liquidity]:
    """Return who answers the questions of a story about money."""
    return {FxEnquiry: liquidity}


def _hold(telling: "Telling", unit: Unit, role: str, *amounts: str) -> None:
    """See that somebody has as much in other currencies as told."""
    have = {one.currency: one for one in own_wallets(unit, telling.customers[role])}
    for amount in map(Money.load, amounts):
        mine = have.get(amount.currency)
        at = mine.id if mine else open_wallet(unit, telling.customers[role], amount.currency).id
        lacks = amount.minor - (mine.available.minor if mine else 0)
        if lacks > 0:
            telling.pay_in(unit, role, Money(lacks, amount.currency), at)


def _leave_home(telling: "Telling", unit: Unit) -> None:
    """Take all of the customer's wallets but the first."""
    customer = telling.customers["customer"]
    for one in own_wallets(unit, customer):
        if one.id != telling.wallets["customer"]:
            equity = book.system_account(unit, "equity", one.currency)
            book.close(unit, id=unit.new_id(), account=one.id, to=equity, reason=_REASON)


def _close(telling: "Telling", unit: Unit, role: str, currency: str = "") -> None:
    for one in own_wallets(unit, telling.customers[role]):
        if one.currency == currency or (not currency and one.is_default):
            equity = book.system_account(unit, "equity", one.currency)
            book.close(unit, id=unit.new_id(), account=one.id, to=equity, reason=_REASON)


def _fill(telling: "Telling", unit: Unit, role: str, currency: str = "") -> None:
    """Leave room for a single coin in a wallet."""
    for one in own_wallets(unit, telling.customers[role]):
        if one.currency == currency or (not currency and one.is_default):
            ceiling: int = unit.value(
                "select ceiling from ledger_accounts where account_id = %(id)s", id=one.id
            )
            room = ceiling - one.available.minor - one.held.minor - 1
            telling.pay_in(unit, role, Money(room, one.currency), one.id)


def _spend(telling: "Telling", unit: Unit, role: str, currency: str = "") -> None:
    for one in own_wallets(unit, telling.customers[role]):
        if currency in ("", one.currency):
            equity = book.system_account(unit, "equity", one.currency)
            legs = [book.Leg(one.id, equity, one.available)]
            book.post(unit, id=unit.new_id(), type="adjustment", legs=legs, wallet=one.id)


def _away(telling: "Telling", _: Unit) -> None:
    telling.stage.market.away = True


def _close_market(telling: "Telling", _: Unit) -> None:
    telling.stage.market.closed = True


def _back(telling: "Telling", _: Unit) -> None:
    telling.stage.market.away = telling.stage.market.closed = False


def _move(telling: "Telling", factor: str) -> None:
    telling.stage.market.off = Decimal(factor)


def _set_alerts(telling: "Telling", unit: Unit) -> None:
    """Have the customer wait for as many rates as there may be."""
    customer = telling.customers["customer"]
    home = telling.cast.plenty.currency
    for place in range(rate_alerts.MOST):
        rate_alerts.watch(unit, customer, sell="USD", buy=home, rate=f"{90_000 + place}")


def _wait(telling: "Telling", unit: Unit, role: str) -> None:
    home = telling.cast.plenty.currency
    rate_alerts.watch(unit, telling.customers[role], sell="USD", buy=home, rate="90000")


def _take_on(telling: "Telling", unit: Unit, millions: int) -> None:
    """Have the bank sell so many millions of euros that it does not have, or buy them back."""
    amount = Money(abs(millions) * 100_000_000, "EUR")
    pair = [book.system_account(unit, kind, "EUR") for kind in ("fx", "equity")]
    legs = [book.Leg(*(pair if millions > 0 else reversed(pair)), amount)]
    wallet = telling.wallets["customer"]
    book.post(unit, id=unit.new_id(), type="adjustment", legs=legs, wallet=wallet)


def _drop_alerts(telling: "Telling", unit: Unit) -> None:
    for one in rate_alerts.watched(unit, telling.customers["customer"]):
        rate_alerts.drop(unit, telling.customers["customer"], one.id)


def _await_rise(telling: "Telling", unit: Unit) -> None:
    """Have the customer wait for the dollar to rise by a hundredth."""
    home = telling.cast.plenty.currency
    mid = liquidity_market.mids(unit.now)[home]
    rate = f"{mid * Decimal('1.01'):.2f}"
    rate_alerts.watch(unit, telling.customers["customer"], sell="USD", buy=home, rate=rate)


def _rise(_: "Telling", unit: Unit) -> None:
    """Have the dollar rise, and tell whoever waits for it; only at an hour of this story's own."""
    mids = {code: mid * Decimal("1.04") for code, mid in liquidity_market.mids(unit.now).items()}
    rates.set_mids(unit, mids, source="stories", good_until=unit.now + timedelta(minutes=2))
    rate_alerts.tell_reached(unit)


def _expire(telling: "Telling") -> None:
    hub.expire_calls(telling.house)


HAPPENINGS: dict[str, Callable[["Telling", Unit], None]] = {
    "the customer has dollars and euros": lambda t, u: _hold(
        t, u, "customer", "USD 250.00", "EUR 80.00"
    ),
    "the customer has many dollars": lambda t, u: _hold(t, u, "customer", "USD 1500.00"),
    "the friend has dollars": lambda t, u: _hold(t, u, "friend", "USD 5.00"),
    "the newcomer has dollars": lambda t, u: _hold(t, u, "newcomer", "USD 100.00"),
    "the customer has money of home alone": _leave_home,
    "the customer's dollars are gone": lambda t, u: _spend(t, u, "customer", "USD"),
    "the newcomer's money is gone": lambda t, u: _spend(t, u, "newcomer"),
    "the customer's euro wallet is closed": lambda t, u: _close(t, u, "customer", "EUR"),
    "the customer's euro wallet is almost full": lambda t, u: _fill(t, u, "customer", "EUR"),
    "the foreigner's account is almost full": lambda t, u: _fill(t, u, "foreigner"),
    "the foreigner's account is closed": lambda t, u: _close(t, u, "foreigner"),
    "all providers are away": _away,
    "all providers close": _close_market,
    "the providers are back": _back,
    "the providers' rates jump": lambda t, _: _move(t, "0.9"),
    "the providers' rates move": lambda t, _: _move(t, "0.997"),
    "the customer waits for as many rates as she may": _set_alerts,
    "the customer's rate alerts are dropped": _drop_alerts,
    "what money is worth is known for two more minutes": lambda t, u: know_rates(
        u, timedelta(minutes=2)
    ),
    "the bank has sold all the euros it may": lambda t, u: _take_on(t, u, 10),
    "the bank has its euros back": lambda t, u: _take_on(t, u, -10),
    "the newcomer waits for a rate": lambda t, u: _wait(t, u, "newcomer"),
    "the customer waits for the dollar to rise": _await_rise,
    "the dollar rises": _rise,
    "time is over for what was asked": lambda t, _: _expire(t),
}
