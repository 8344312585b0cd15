"""What the bank has open: per currency as the ledger has it, per pair as its trades add up."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from core.fx import revaluation
from core.fx.market import Market, Traded, market
from core.fx.pricing import whole
from core.fx.revaluation import Revalued
from core.money import Money
from core.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Line:
    """The position in one currency. Positive is long, negative short."""

    position: Money
    ordered: Money
    """What hedges on order will add."""
    promised: Money
    """What open quotes would add."""
    limit: Money
    """What is covered as soon as position and orders pass it, either way."""
    worth: Money | None
    """The position in the currency the bank keeps its books in; None when nobody says."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What all trades of a pair add up to, the bank's own covers counted the other way round."""

    sell: str
    buy: str
    trades: int
    took: Money
    gave: Money


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything the bank has open."""

    lines: tuple[Line, ...]
    exposure: Money
    limit: Money
    """A tenth of core capital."""
    revalued: Revalued | None
    """What all trades came to when positions were valued last; None when they never were."""


def summary(unit: Unit) -> Summary:
    """Return what the bank has open in each currency, and in all."""
    known = market(unit)
    lines = tuple(_line(known, one) for one in known.traded.values())
    return Summary(lines, known.exposure(), known.exposure_limit(), revaluation.latest(unit))


def pairs(unit: Unit) -> list[Pair]:
    """Return what the trades of each pair add up to."""
    rows = unit.all(
        """
        select currency_from, currency_to, sum(trades)::bigint as trades,
            sum(sold)::bigint as sold, sum(bought)::bigint as bought
        from fx_pair_positions group by 1, 2 order by 1, 2 limit 1000
        """
    )
    return [
        Pair(
            row.currency_from,
            row.currency_to,
            row.trades,
            Money(row.sold, row.currency_from),
            Money(row.bought, row.currency_to),
        )
        for row in rows
    ]


def breaches(unit: Unit) -> list[str]:
    """Return where the ledger, the trades and what they add up to disagree; none is as promised.

    Each currency's position in the ledger is what conversions brought and took, and covers; so are
    the sums per pair; and what stands in clearing belongs to trades not delivered yet.
    """
    rows = unit.all(
        """
        with traded as (
            select currency_from as code, amount_from as amount from fx_transactions
            union all select currency_to, -amount_to - spread from fx_transactions
            union all select currency_from, -sold from fx_hedges where filled_at is not null
            union all select currency_to, bought from fx_hedges where filled_at is not null
        ), paired as (
            select currency_from as code, sold as amount from fx_pair_positions
            union all select currency_to, -bought from fx_pair_positions
        ), waiting as (
            select currency as code, amount from clearing_explained_hedges
        ), found as (
            select 'position' as what, code, sum(amount) as amount from traded group by 2
            union all select 'pairs', code, sum(amount) from paired group by 2
            union all select 'clearing', code, sum(amount) from waiting group by 2
        ), booked as (
            select a.kind, a.currency as code, sum(a.posted) as amount from ledger_accounts a
            where a.kind in ('fx', 'clearing_fx') and a.owner is null group by 1, 2
        ), all_codes as (
            select code from found union select code from booked
        )
        select w.what, c.code, coalesce(f.amount, 0) as told, coalesce(b.amount, 0) as held
        from all_codes c cross join (values ('position', 'fx'), ('pairs', 'fx'),
                ('clearing', 'clearing_fx')) w (what, kind)
            left join found f on f.code = c.code and f.what = w.what
            left join booked b on b.code = c.code and b.kind = w.kind
        where coalesce(f.amount, 0) <> coalesce(b.amount, 0)
        order by 1, 2 limit 100
        """
    )
    return [f"{row.what} {row.code}: trades {row.told}, ledger {row.held}" for row in rows]


def _line(known: Market, one: Traded) -> Line:
    position = Money(one.position.posted, one.currency)
    at_home = known.traded[known.home].mid
    worth: Decimal | None = None
    if one.mid is not None and at_home is not None:
        worth = position.major * at_home / one.mid
    return Line(
        position=position,
        ordered=Money(one.position.ordered, one.currency),
        promised=Money(one.position.promised, one.currency),
        limit=one.hedge_over,
        worth=None if worth is None else whole(worth, known.home, ROUND_HALF_EVEN),
    )
