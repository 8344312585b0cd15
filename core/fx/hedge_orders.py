"""Ordering a trade of the bank's own from a provider, and writing down why from that one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from uuid import UUID

from core.fx import decisions
from core.fx.decisions import CHOSEN, Decision
from core.fx.hours import value_date
from core.fx.market import Market
from core.fx.pricing import Side, whole
from core.fx.providers import Dealer
from core.money import Money
from core.partners import orders
from core.store.crashpoints import reached
from core.store.unit import Unit

SUBJECT = "hedge"
ACTION = "deal"
WORSE_BPS = Decimal(100)
"""How much worse than the middle of the market a trade may be, in hundredths of a per cent."""
_BPS = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade the bank wants. The side's amount is fixed, the other is as expected."""

    sell: Money
    buy: Money
    side: Side


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a trade is wanted."""

    reason: str
    """``limit`` or ``large``."""
    position: int
    """Of the currency whose amount is fixed, in its minor units; of a large one, what it sells."""
    over: int
    """The limit or threshold of that currency."""
    fx_id: UUID | None = None
    instead_of: UUID | None = None
    tried: frozenset[str] = frozenset()
    """Providers that refused this trade."""


def order(unit: Unit, known: Market, trade: Trade, cause: Cause, firms: Sequence[Dealer]) -> bool:
    """Order a trade from the first provider that has not refused it; return whether there is one.

    ``firms`` are in the order of preference. Positions are covered as far as a provider has room.
    """
    left = [one for one in firms if not one.away and one.name not in cause.tried]
    if not left:
        return False
    chosen = left[0]
    if cause.reason == "limit":
        trade = _within(trade, chosen)
    hedge, order_id = unit.new_id(), unit.new_id()
    worst = _worst(trade)
    unit.run(
        """
        insert into fx_hedges (hedge_id, reason, fx_id, instead_of, provider_id, currency_from,
            amount_from, currency_to, amount_to, side, worst, position, hedge_over, order_id,
            ordered_at)
        values (%(id)s, %(reason)s, %(fx)s, %(instead_of)s, %(provider)s, %(sell)s, %(sold)s,
            %(buy)s, %(bought)s, %(side)s, %(worst)s, %(position)s, %(over)s, %(order)s, %(now)s)
        """,
        id=hedge,
        reason=cause.reason,
        fx=cause.fx_id,
        instead_of=cause.instead_of,
        provider=chosen.name,
        sell=trade.sell.currency,
        sold=trade.sell.minor,
        buy=trade.buy.currency,
        bought=trade.buy.minor,
        side=trade.side,
        worst=worst.minor,
        position=cause.position,
        over=cause.over,
        order=order_id,
        now=unit.now,
    )
    sells = trade.side == "sell"
    orders.owe(
        unit,
        partner=chosen.name,
        action=ACTION,
        subject=SUBJECT,
        subject_id=hedge,
        order_id=order_id,
        body={
            "sell": str(trade.sell if sells else worst),
            "buy": str(worst if sells else trade.buy),
            "side": trade.side,
            "value_date": value_date(known, trade.sell.currency, trade.buy.currency).isoformat(),
        },
    )
    decisions.note(unit, _decision(unit, known, trade, cause, hedge, firms, chosen))
    reached("fx.hedge_ordered")
    return True


def _within(trade: Trade, dealer: Dealer) -> Trade:
    """Return as much of a trade as a provider has room for, as far as that is known."""
    offer = dealer.offer(trade.sell.currency, trade.buy.currency)
    if offer is None or trade.sell.major <= offer.capacity:
        return trade
    share = offer.capacity / trade.sell.major
    sell, buy = (
        whole(one.major * share, one.currency, ROUND_FLOOR) for one in (trade.sell, trade.buy)
    )
    return replace(trade, sell=sell, buy=buy) if sell.minor and buy.minor else trade


def _worst(trade: Trade) -> Money:
    """Return the least to get for what is sold, or the most to give for what is bought."""
    if trade.side == "sell":
        least = trade.buy.major * (1 - WORSE_BPS / _BPS)
        return whole(least, trade.buy.currency, ROUND_CEILING)
    return whole(trade.sell.major * (1 + WORSE_BPS / _BPS), trade.sell.currency, ROUND_CEILING)


def _decision(
    unit: Unit,
    known: Market,
    trade: Trade,
    cause: Cause,
    hedge: UUID,
    firms: Sequence[Dealer],
    chosen: Dealer,
) -> Decision:
    sell, buy = trade.sell.currency, trade.buy.currency
    mids = (known.traded[sell].mid, known.traded[buy].mid)
    fixed = trade.sell if trade.side == "sell" else trade.buy
    about, over = (Money(minor, fixed.currency) for minor in (cause.position, cause.over))
    covers = (
        "a large conversion" if cause.reason == "large" else f"{about.grouped}, over {over.grouped}"
    )
    after = f", after {len(cause.tried)} refused" if cause.tried else ""
    return Decision(
        id=unit.new_id(),
        at=unit.now,
        kind="hedge",
        subject=hedge,
        sell=sell,
        buy=buy,
        side=trade.side,
        amount=fixed,
        mid=None if None in mids else mids[1] / mids[0],  # type: ignore[operator]
        outcome=CHOSEN,
        route=chosen.name,
        why=f"covers {covers}{after}",
        candidates=[one.logged(sell, buy, cause.tried, chosen=one is chosen) for one in firms],
    )
