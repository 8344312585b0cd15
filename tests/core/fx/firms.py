"""The demo's three providers, asked over their real wire, in this process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from uuid import UUID

import httpx
from flask import Flask

from bot.simulator.twin import liquidity as served
from bot.simulator.twin import partners
from bot.simulator.twin.stand import Stand
from core.partners.liquidity import Liquidity
from core.partners.liquidity_provider import LiquidityProvider
from core.partners.liquidity_twin import FIRMS
from core.partners.mishaps import Mishaps
from core.partners.orders import Order
from core.partners.wire import Wire

SECRETS = {name: f"secret of {name}" for name in FIRMS}


@dataclass
class Firms:
    """The providers, what troubles them, and everybody asked at once."""

    providers: dict[str, LiquidityProvider]
    mishaps: dict[str, Mishaps]
    liquidity: Liquidity

    def trouble(self, *names: str, **faults: object) -> None:
        for name in names:
            self.mishaps[name].plan = self.mishaps[name].plan.changed(dict(faults))


@contextmanager
def firms(clock: Callable[[], datetime]) -> Iterator[Firms]:
    app, mishaps = Flask("firms"), {}
    for name in FIRMS:
        settings = SimpleNamespace(liquidity_secrets=SECRETS)
        stand = Stand(name, settings, Mishaps(f"1:{name}"), None, clock, lambda: "")  # type: ignore[arg-type]
        app.register_blueprint(partners._troubled(served.make(stand), stand.mishaps))
        mishaps[name] = stand.mishaps
    transport = httpx.WSGITransport(app)
    known = {
        name: LiquidityProvider(
            name, Wire(f"http://twin/{name}", transport=transport), secret=SECRETS[name]
        )
        for name in FIRMS
    }
    asked = Liquidity(list(known.values()))
    try:
        yield Firms(known, mishaps, asked)
    finally:
        asked.close()


def order(id_: UUID, provider: str, now: datetime, **body: str) -> Order:
    """An order as a drain hands it to a partner."""
    return Order(id_, provider, "deal", "hedge", id_, body, "", 1, now, now)
