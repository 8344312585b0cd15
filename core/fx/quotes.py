"""A quote: what a conversion costs, firm for a time and good for one use.

It fixes what is sold or what is bought, and tells the middle of the market, the providers' rate,
the bank's spread and the fee apart. The bank is the customer's other side: what providers offer
sets the price, and what the bank took on is covered with them afterwards (`core.fx.hedging`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from core.errors import Refusal
from core.fx import decisions, guards, routes
from core.fx.decisions import CHOSEN, Decided, Decision
from core.fx.guards import MarketClosed, NoLiquidity, RateDeviates
from core.fx.market import Market, RateStale, market
from core.fx.pricing import Priced, Side, price, short
from core.fx.quote_store import Purpose, Quote, keep
from core.fx.routes import Weighed
from core.money import Money
from core.partners.liquidity import FxEnquiry, loaded
from core.store.unit import Unit

FeeOf = Callable[[Money], Money]
"""The fee of an amount sold, in its currency."""
NEAR_LIMIT = Decimal("0.5")
"""From this share of the exposure limit on, quotes are given one after the other, so that several
at once cannot pass it together."""


@dataclass(frozen=True, slots=True)
class Service:
    """What a quote is for, and what that costs on top."""

    purpose: Purpose
    fee_of: FeeOf


class SameCurrency(Refusal):
    """Both currencies are one. Fact: ``currency``."""

    code = "same_currency"


class CurrencyNotDealt(Refusal):
    """The bank does not deal in a currency. Fact: ``currency``."""

    code = "currency_not_dealt"


class AmountTooSmall(Decided, Refusal):
    """It is less than is changed at once. Fact: ``least``."""

    code = "amount_too_small"


class ExposureLimit(Decided, Refusal):
    """The bank may not take so much of a currency on itself now. Facts: ``sell``, ``buy``."""

    code = "exposure_limit"


def enquiry(sell: str, buy: str, *, side: Side, amount: Money) -> FxEnquiry:
    """Return the question for the providers of liquidity. It refuses nothing: the quote does.

    :raises ValueError: if the amount is not in the currency of its side
    """
    _require_side(sell, buy, side, amount)
    return FxEnquiry(sell, buy, side, amount)


def quote(
    unit: Unit,
    *,
    customer: UUID,
    sell: str,
    buy: str,
    side: Side,
    amount: Money,
    prices: str,
    lock_seconds: int,
    channel: str,
    service: Service,
) -> Quote:
    """Give a customer a quote and write down how it came about.

    ``prices`` is what `core.partners.liquidity.Liquidity` answered a moment ago; nothing, when
    nobody did. A refusal is
    written down as well; where a savepoint rolls that back, hand it to `decisions.keep`.

    :raises SameCurrency: if both are one
    :raises CurrencyNotDealt: if the bank does not deal in one of them
    :raises NoLiquidity: if no provider has that much
    :raises MarketClosed: if the currencies are not dealt in now
    :raises RateStale: if nobody said lately what they are worth
    :raises RateDeviates: if all prices lie too far from that
    :raises AmountTooSmall: if it is less than is changed at once
    :raises ExposureLimit: if the bank may not take that much on itself
    :raises ValueError: if nobody is given so long a time, or ``prices`` cannot be read
    """
    _require_side(sell, buy, side, amount)
    if sell == buy:
        raise SameCurrency(currency=sell)
    asked = _Asked(sell, buy, side, amount, lock_seconds)
    known = market(unit, lock_seconds=lock_seconds)
    if known.lock_bps is None:
        raise ValueError(f"no rate is held for {lock_seconds} seconds")
    for currency in (sell, buy):
        if currency not in known.traded:
            raise CurrencyNotDealt(currency=currency)
    weighed = Weighed([])
    try:
        mid = short(known.mid(sell, buy))
        markup = _markup(known, asked)
        weighed = routes.weighed(known, loaded(prices or "[]"), sell=sell, buy=buy)
        priced = _priced(known, asked, weighed, markup)
        _require_room(unit, known, asked, priced)
    except _LOGGED as refusal:
        refusal.decision = _decision(unit, known, asked, weighed, outcome=refusal.code)
        decisions.note(unit, refusal.decision)
        raise
    given = Quote(
        id=unit.new_id(),
        sell=priced.sell,
        buy=priced.buy,
        mid=mid,
        provider_rate=priced.provider_rate,
        rate=priced.rate,
        spread=priced.spread,
        fee=service.fee_of(priced.sell),
        expires_at=unit.now + timedelta(seconds=lock_seconds),
        lock_seconds=lock_seconds,
        route=routes.named(priced.fill),
        side=side,
        purpose=service.purpose,
        markup=markup,
        channel=channel,
    )
    decision = _decision(unit, known, asked, weighed, priced=priced, given=given)
    keep(unit, given, decision, customer=customer, priced=priced, is_large=_is_large(known, priced))
    return given


@dataclass(frozen=True, slots=True)
class _Asked:
    sell: str
    buy: str
    side: Side
    amount: Money
    lock_seconds: int


_LOGGED = (RateStale, MarketClosed, NoLiquidity, RateDeviates, AmountTooSmall, ExposureLimit)


def _require_side(sell: str, buy: str, side: Side, amount: Money) -> None:
    if amount.currency != (sell if side == "sell" else buy):
        raise ValueError(f"the amount of a {side} side is in its currency")


def _markup(known: Market, asked: _Asked) -> Decimal:
    markup = known.markup_bps(asked.sell, asked.buy)
    if markup is None:
        raise MarketClosed(sell=asked.sell, buy=asked.buy)
    return markup


def _priced(known: Market, asked: _Asked, weighed: Weighed, markup: Decimal) -> Priced:
    least = known.of(asked.amount.currency).least
    if asked.amount < least:
        raise AmountTooSmall(least=str(least))
    other = asked.buy if asked.side == "sell" else asked.sell
    if not weighed.ways:
        raise guards.refusal(weighed.candidates, sell=asked.sell, buy=asked.buy)
    priced = price(
        weighed.ways, side=asked.side, amount=asked.amount, other=other, markup_bps=markup
    )
    if priced is None:
        raise NoLiquidity(sell=asked.sell, buy=asked.buy)
    if not priced.buy.minor:
        raise AmountTooSmall(least=str(least))
    return priced


def _require_room(unit: Unit, known: Market, asked: _Asked, priced: Priced) -> None:
    limit = known.exposure_limit()
    change = (priced.sell, Money(-priced.value.minor, priced.value.currency))
    exposure = known.exposure(*change)
    if exposure.minor > NEAR_LIMIT * limit.minor:
        unit.run("select pg_advisory_xact_lock(hashtextextended('fx exposure', 0))")
        exposure = market(unit).exposure(*change)
    if limit < exposure and known.exposure() < exposure:
        raise ExposureLimit(sell=asked.sell, buy=asked.buy)


def _is_large(known: Market, priced: Priced) -> bool:
    """Return whether a conversion is covered by itself, by whichever side is large."""
    return any(known.of(one.currency).large <= one for one in (priced.sell, priced.value))


def _decision(
    unit: Unit,
    known: Market,
    asked: _Asked,
    weighed: Weighed,
    *,
    outcome: str = CHOSEN,
    priced: Priced | None = None,
    given: Quote | None = None,
) -> Decision:
    return Decision(
        id=unit.new_id(),
        at=known.now,
        kind="quote",
        subject=None if given is None else given.id,
        sell=asked.sell,
        buy=asked.buy,
        side=asked.side,
        amount=asked.amount,
        mid=None if given is None else given.mid,
        outcome=outcome,
        route="" if given is None else given.route,
        why=routes.why(weighed, priced) if priced is not None else outcome.replace("_", " "),
        candidates=routes.logged(weighed, None if priced is None else priced.fill),
    )
