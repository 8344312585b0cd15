"""Covering the bank: trades with providers for large conversions, and for positions over a limit.

A large conversion is covered at once, along the route its price came from. A position is covered
whole as soon as it is over its currency's limit, counting what is on order already: a currency
against the dollar, the dollar against the currency the bank keeps its books in.
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import ROUND_HALF_EVEN
from uuid import UUID

from core.fx.hedge_orders import Cause, Trade, order
from core.fx.market import Market, Traded, market
from core.fx.pricing import whole
from core.fx.providers import Dealer, dealers
from core.money import Money
from core.partners.liquidity import PIVOT
from core.store.unit import Unit

REST = timedelta(minutes=1)
"""After every provider refused to cover a currency, before they are asked again."""
MOST_TRADES = 12
"""Of one large conversion."""


def cover_large(unit: Unit, fx_id: UUID) -> int:
    """Order the trades that cover a large conversion, and return how many those are."""
    parts = unit.one("select parts from fx_quotes where quote_id = %(id)s", id=fx_id).parts
    known, firms = market(unit), dealers(unit)
    made = 0
    for part in parts[:MOST_TRADES]:
        trade = Trade(
            Money(part["sold"], part["sell"]), Money(part["bought"], part["buy"]), side="sell"
        )
        over = known.of(trade.sell.currency).large
        cause = Cause("large", trade.sell.minor, over.minor, fx_id=fx_id)
        first = [one for one in firms if one.name == part["provider"]]
        if trade.sell.minor and trade.buy.minor:
            rest = [one for one in _ranked(firms, trade) if one not in first]
            made += order(unit, known, trade, cause, first + rest)
    return made


def cover_positions(unit: Unit) -> int:
    """Order trades for every position over its limit, and return how many those are.

    One process does so at a time; the orders count from then on, so that none is made twice. The
    dollar comes last, for the others are covered against it.
    """
    unit.run("select pg_advisory_xact_lock(hashtextextended('fx hedging', 0))")
    known = market(unit)
    others = [one for one in known.traded.values() if one.currency != PIVOT]
    made = _cover(unit, known, others)
    if made:
        known = market(unit)
    return made + _cover(unit, known, [known.of(PIVOT)])


def _cover(unit: Unit, known: Market, positions: Sequence[Traded]) -> int:
    over = [one for one in positions if is_over(one, home=known.home)]
    if not over:
        return 0
    firms, resting = dealers(unit), _resting(unit)
    made = 0
    for one in over:
        trade = wanted(known, one)
        if trade is None or one.currency in resting:
            continue
        cause = Cause("limit", one.position.net, one.hedge_over.minor)
        made += order(unit, known, trade, cause, _ranked(firms, trade))
    return made


def is_over(one: Traded, *, home: str) -> bool:
    """Return whether a position, with what is on order, is over its limit."""
    return one.currency != home and abs(one.position.net) > one.hedge_over.minor


def wanted(known: Market, one: Traded) -> Trade | None:
    """Return the trade that squares a position; None when nobody says what it is worth."""
    other = known.of(known.home if one.currency == PIVOT else PIVOT)
    if one.mid is None or other.mid is None:
        return None
    open_ = Money(abs(one.position.net), one.currency)
    worth = whole(open_.major * other.mid / one.mid, other.currency, ROUND_HALF_EVEN)
    if not worth.minor:
        return None
    if one.position.net > 0:
        return Trade(open_, worth, side="sell")
    return Trade(worth, open_, side="buy")


def again(unit: Unit, refused: UUID) -> bool:
    """Order a trade that a provider refused from the next one; return whether there is one."""
    row = unit.one("select * from fx_hedges where hedge_id = %(id)s", id=refused)
    trade = Trade(
        Money(row.amount_from, row.currency_from), Money(row.amount_to, row.currency_to), row.side
    )
    tried = unit.all(
        """
        with recursive chain as (
            select hedge_id, instead_of, provider_id from fx_hedges where hedge_id = %(id)s
            union all
            select h.hedge_id, h.instead_of, h.provider_id from fx_hedges h
            join chain c on h.hedge_id = c.instead_of
        ) select provider_id from chain limit 100
        """,
        id=refused,
    )
    cause = Cause(
        row.reason, row.position, row.hedge_over, row.fx_id, refused,
        frozenset(one.provider_id for one in tried),
    )  # fmt: skip
    return order(unit, market(unit), trade, cause, _ranked(dealers(unit), trade))


def _ranked(firms: Sequence[Dealer], trade: Trade) -> list[Dealer]:
    return sorted(firms, key=lambda one: one.rank(trade.sell.currency, trade.buy.currency))


def _resting(unit: Unit) -> frozenset[str]:
    """Return the currencies that every provider lately refused to cover."""
    rows = unit.all(
        """
        select distinct case h.side when 'sell' then h.currency_from else h.currency_to end as code
        from fx_hedges h
        where h.status = 'refused' and h.refused_at > %(since)s and h.reason = 'limit'
            and not exists (select from fx_hedges n where n.instead_of = h.hedge_id)
        limit 100
        """,
        since=unit.now - REST,
    )
    return frozenset(row.code for row in rows)
