"""What one currency costs in another, asked of all providers of liquidity at once.

Asked outside any transaction. Whoever does not answer in time is left out, and that they were is
told as well: the log of a conversion says who was asked, what they said, and why one was chosen.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from threading import Lock
from typing import Any, Literal, Protocol

from core.money import Money
from core.partners.circuit import Circuit
from core.partners.questions import Answered, Reply, Unavailable

PIVOT = "USD"
"""What two currencies are traded through where they are not traded with each other."""
MARGIN_SECONDS = 0.15
"""Left of the time that is given, for what comes after the answers."""
LONGEST_SECONDS = 2.5
"""Who has not answered by then is not waited for, however much time there is."""
MOST_BANDS = 12
"""Of one pair of one provider."""
CIRCUIT_OPEN = "left alone after failures"
TOO_LATE = "no answer in time"


class NoPrice(Exception):
    """A provider gave no price: it is closed, away, or cannot be understood."""


class Closed(NoPrice):
    """The provider is there, and offers nothing for now: it is outside of its hours, or empty."""


@dataclass(frozen=True, slots=True)
class FxEnquiry:
    """The question what an amount of one currency costs in another."""

    sell: str
    buy: str
    side: Literal["sell", "buy"]
    """What ``amount`` is of."""
    amount: Money

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """What is asked: (sold, bought), straight and through the dollar."""
        straight = (self.sell, self.buy)
        if PIVOT in straight:
            return (straight,)
        return straight, (self.sell, PIVOT), (PIVOT, self.buy)


@dataclass(frozen=True, slots=True)
class Band:
    """So much more may be sold at this rate. Bands come best first."""

    size: Decimal
    """In main units of what is sold."""
    rate: Decimal
    """Main units of what is bought for one of what is sold."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a provider firmly offers for a pair until a time."""

    provider: str
    sell: str
    buy: str
    bands: tuple[Band, ...]
    until: datetime
    settles: int
    """Seconds until it delivers what it sold."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one provider said, or why it said nothing."""

    provider: str
    milliseconds: int
    prices: tuple[Price, ...] = ()
    trouble: str = ""


class Pricing(Protocol):
    """Whoever can be asked for prices. It takes no longer than ``seconds``."""

    @property
    def name(self) -> str:
        """The provider's key, such as ``lp_baobab``."""

    def price(self, pairs: Sequence[tuple[str, str]], *, seconds: float) -> tuple[Price, ...]:
        """Return what it offers for these pairs.

        :raises NoPrice: if it offers nothing, with the reason
        """


@dataclass(slots=True)
class Liquidity:
    """All providers; answers an `FxEnquiry`. Safe to share between threads."""

    providers: Sequence[Pricing]
    clock: Callable[[], float] = time.monotonic
    circuits: Mapping[str, Circuit] = field(init=False)
    _pool: ThreadPoolExecutor | None = field(default=None, init=False, repr=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        self.circuits = {one.name: Circuit(self.clock) for one in self.providers}

    def ask(self, question: FxEnquiry, *, seconds: float) -> Reply:
        """Return what all providers offer; never raises, and takes no longer than ``seconds``.

        The fact ``prices`` is for `core.fx.quotes.quote`, also when nobody offers anything.
        """
        if not self.providers:
            return Unavailable("no provider of liquidity is set up")
        within = max(0.05, min(seconds - MARGIN_SECONDS, LONGEST_SECONDS))
        open_ = [one for one in self.providers if self.circuits[one.name].closed()]
        asked = {one.name: self._submit(one, question, within) for one in open_}
        wait(asked.values(), timeout=within)
        told = [self._told(one.name, asked.get(one.name), within) for one in self.providers]
        return Answered({"prices": dumped(told)})

    def close(self) -> None:
        """Let go of the threads."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _submit(self, one: Pricing, question: FxEnquiry, seconds: float) -> "Future[Told]":
        # Made when first needed: threads do not survive the fork of a web process.
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(32, thread_name_prefix="liquidity")
        return self._pool.submit(self._ask_one, one, question, seconds)

    def _ask_one(self, one: Pricing, question: FxEnquiry, seconds: float) -> Told:
        began, circuit = self.clock(), self.circuits[one.name]
        try:
            prices = one.price(question.pairs, seconds=seconds)
        except NoPrice as reason:
            (circuit.answered if isinstance(reason, Closed) else circuit.failed)()
            return Told(one.name, self._since(began), trouble=str(reason))
        circuit.answered()
        return Told(one.name, self._since(began), prices)

    def _since(self, began: float) -> int:
        return round(1000 * (self.clock() - began))

    def _told(self, name: str, asked: "Future[Told] | None", seconds: float) -> Told:
        if asked is None:
            return Told(name, 0, trouble=CIRCUIT_OPEN)
        if not asked.done():
            self.circuits[name].failed()
            return Told(name, round(1000 * seconds), trouble=TOO_LATE)
        return asked.result()


def dumped(told: Sequence[Told]) -> str:
    """Return what providers said as compact JSON, which a conversation can carry."""
    return json.dumps(
        [
            {
                "p": one.provider,
                "ms": one.milliseconds,
                **({"no": one.trouble} if one.trouble else {}),
                **({"q": [_dumped(price) for price in one.prices]} if one.prices else {}),
            }
            for one in told
        ],
        separators=(",", ":"),
    )


def loaded(prices: str) -> list[Told]:
    """Return what `dumped` wrote.

    :raises ValueError: if it did not
    """
    try:
        said: list[dict[str, Any]] = list(json.loads(prices)[:])
        return [
            Told(
                one["p"],
                one["ms"],
                tuple(_loaded(one["p"], price) for price in one.get("q", ())),
                one.get("no", ""),
            )
            for one in said
        ]
    except (KeyError, TypeError, IndexError, InvalidOperation) as error:
        raise ValueError("these are no prices of providers") from error


def _dumped(price: Price) -> list[object]:
    bands = [[str(band.size), str(band.rate)] for band in price.bands]
    return [price.sell, price.buy, price.until.isoformat(), price.settles, bands]


def _loaded(provider: str, price: list[object]) -> Price:
    sell, buy, until, settles, bands = price
    read = tuple(Band(Decimal(size), Decimal(rate)) for size, rate in bands)  # type: ignore[attr-defined]
    moment = datetime.fromisoformat(str(until))
    return Price(provider, str(sell), str(buy), read, moment, int(str(settles)))
