"""A market for tests: reference rates, and what providers say, without a provider."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from core.fx import quotes, rates
from core.fx.quote_store import Quote
from core.fx.quotes import Service
from core.kyc.tiers import Tier
from core.money import Money
from core.partners.liquidity import Band, FxEnquiry, Price, Told, dumped
from core.store.unit import Unit
from core.wallets.wallets import open_wallet
from tests.core.people import Someone, fund, someone

MIDS: Mapping[str, Decimal] = {
    code: Decimal(rate)
    for code, rate in {
        "EUR": "0.88", "GBP": "0.755", "KES": "129.67", "TZS": "2639.5", "UGX": "3914.6",
        "RWF": "1475.5", "NGN": "1326.1", "GHS": "11.646", "ZAR": "16.44", "XOF": "577.39",
        "XAF": "577.39", "ETB": "162.8", "BIF": "2999", "TND": "2.9693",
    }.items()
}  # fmt: skip
LOCK = 120


def mid(sell: str, buy: str) -> Decimal:
    worth = {"USD": Decimal(1), **MIDS}
    return worth[buy] / worth[sell]


def open_market(unit: Unit, *, hours: float = 48) -> None:
    """Have somebody say what the currencies are worth."""
    rates.set_mids(unit, MIDS, source="test", good_until=unit.now + timedelta(hours=hours))


def price(
    provider: str,
    sell: str,
    buy: str,
    now: datetime,
    *,
    bps: float = 10,
    sizes: tuple[str, ...] = ("10000000000",),
    seconds: float = 30,
    settles: int = 60,
) -> Price:
    """What a provider offers, so many hundredths of a per cent below the middle; each band more."""
    bands = tuple(
        Band(Decimal(size), round(mid(sell, buy) * (1 - Decimal(bps + 5 * place) / 10000), 10))
        for place, size in enumerate(sizes)
    )
    return Price(provider, sell, buy, bands, now + timedelta(seconds=seconds), settles)


def told(question: FxEnquiry, now: datetime, **bps: float) -> str:
    """What providers answer that price so far below the middle; nobody else answers."""
    bps = bps or {"lp_baobab": 12, "lp_kilima": 10, "lp_sahel": 20}
    return dumped(
        [
            Told(name, 5, tuple(price(name, *pair, now, bps=off) for pair in question.pairs))
            for name, off in bps.items()
        ]
    )


def free(amount: Money) -> Money:
    return Money(0, amount.currency)


def per_mille(many: int):
    """A fee of so many thousandths, rounded up."""

    def fee(amount: Money) -> Money:
        return Money(-(-amount.minor * many // 1000), amount.currency)

    return fee


def quoted(
    unit: Unit,
    customer: UUID,
    sell: str,
    buy: str,
    amount: Money,
    *,
    prices: str | None = None,
    fee_of=free,
    lock: int = LOCK,
    purpose="exchange",
) -> Quote:
    side = "sell" if amount.currency == sell else "buy"
    question = quotes.enquiry(sell, buy, side=side, amount=amount)
    return quotes.quote(
        unit,
        customer=customer,
        sell=sell,
        buy=buy,
        side=side,
        amount=amount,
        prices=told(question, unit.now) if prices is None else prices,
        lock_seconds=lock,
        channel="ussd",
        service=Service(purpose, fee_of),
    )


def amina(unit: Unit, **holds: str) -> tuple[Someone, dict[str, UUID]]:
    """Amina, with wallets of these currencies; keys in lower case, amounts such as ``100.00``."""
    person = someone(unit)
    wallets = {"KES": person.wallet}
    for code in (one.upper() for one in holds):
        if code not in wallets:
            wallets[code] = open_wallet(unit, person.id, code).id
    for code, amount in holds.items():
        if Money.load(f"{code.upper()} {amount}").minor:
            fund(unit, wallets[code.upper()], f"{code.upper()} {amount}")
    return person, wallets


def rich(unit: Unit, *codes: str, number: int = 0) -> UUID:
    """A customer without ceilings who has a great deal of each of these currencies."""
    person = someone(
        unit, f"+234801234567{number}", tier=Tier.ASSESSED, names=("Chidi", "Eze"), language="en"
    )
    for code in codes:
        wallet = person.wallet if code == "NGN" else open_wallet(unit, person.id, code).id
        fund(unit, wallet, str(Money(10**12, code)))
    return person.id
