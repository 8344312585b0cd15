"""What was dealt since a moment, and what it earned, as the desk of operations shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from core.access.actors import Actor
from core.crm import calendar
from core.fx.market import Market, market
from core.fx.pricing import whole
from core.money import Money
from core.store.unit import Unit

PERMISSION = "operations.read"
MOST_PAIRS = 100


@dataclass(frozen=True, slots=True)
class Dealt:
    """The conversions of one pair."""

    sell: str
    buy: str
    conversions: int
    sold: Money
    """By customers; what they paid in fees is apart."""
    bought: Money
    spread: Money
    """In the currency that was bought."""
    fees: Money
    """In the currency that was sold."""


@dataclass(frozen=True, slots=True)
class Turnover:
    """What was dealt since a moment. Sums are in the currency the bank keeps its books in."""

    since: datetime
    pairs: Sequence[Dealt]
    conversions: int
    volume: Money
    spread: Money
    fees: Money


def today(unit: Unit, actor: Actor) -> Turnover:
    """Return what was dealt since midnight at the bank's home, the busiest pairs first.

    Sums are valued at the middle of the market; a currency that nobody values is left out of them.

    :raises Forbidden: if their role does not look after the house
    """
    actor.require(PERMISSION)
    zone = calendar.load(unit, calendar.HOME).zone
    since = datetime.combine(unit.now.astimezone(zone).date(), time(0), zone)
    rows = unit.all(
        """
        select currency_from as sell, currency_to as buy, count(*) as conversions,
            sum(amount_from)::bigint as sold, sum(amount_to)::bigint as bought,
            sum(spread)::bigint as spread, sum(fee)::bigint as fees
        from fx_transactions where "timestamp" >= %(since)s
        group by 1, 2 order by 3 desc, 1, 2 limit %(most)s
        """,
        since=since,
        most=MOST_PAIRS,
    )
    pairs = [
        Dealt(
            sell=row.sell,
            buy=row.buy,
            conversions=row.conversions,
            sold=Money(row.sold, row.sell),
            bought=Money(row.bought, row.buy),
            spread=Money(row.spread, row.buy),
            fees=Money(row.fees, row.sell),
        )
        for row in rows
    ]
    known = market(unit)
    return Turnover(
        since=since,
        pairs=pairs,
        conversions=sum(one.conversions for one in pairs),
        volume=_worth(known, [one.sold for one in pairs]),
        spread=_worth(known, [one.spread for one in pairs]),
        fees=_worth(known, [one.fees for one in pairs]),
    )


def moved(unit: Unit, *, within: timedelta) -> bool:
    """Return whether anything was converted lately, so that who looks at positions is told."""
    found: bool = unit.value(
        'select exists(select from fx_transactions where "timestamp" > %(since)s)',
        since=unit.now - within,
    )
    return found


def _worth(known: Market, amounts: Sequence[Money]) -> Money:
    """Return what amounts are worth together at home."""
    at_home = known.of(known.home).mid
    total = Decimal(0)
    for one in amounts:
        mid = known.of(one.currency).mid
        if mid is not None and at_home is not None:
            total += one.major * at_home / mid
    return whole(total, known.home, ROUND_HALF_EVEN)
