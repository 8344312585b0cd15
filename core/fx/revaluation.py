"""Open positions at the end of a day: what they are worth then, in the currency of the books.

Every pair's trades are valued at the middle of the market: what the bank took, less what it gave.
That is cumulative, so a day posts only what has changed since the day before, once for a pair, in
the home currency alone. The positions themselves stay as they were traded. What a cover has made
certain stays in the figure, as it does in the position of the home currency.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import NAMESPACE_URL, UUID, uuid5

from core.crm import calendar
from core.errors import Refusal
from core.fx.market import Market, market
from core.fx.pricing import whole
from core.ledger import book
from core.ledger.batch import LONGEST_BATCH
from core.money import DIGITS, Money
from core.store.unit import Row, Unit

_DAYS = uuid5(NAMESPACE_URL, "wekeza fx revaluation")


@dataclass(frozen=True, slots=True)
class Revalued:
    """What all pairs came to, and the last day any of them was valued at the end of."""

    day: date
    gain: Money
    """Negative is a loss."""


@dataclass(frozen=True, slots=True)
class _Pair:
    row: Row
    mids: tuple[Decimal, Decimal]
    """Main units of each currency for one of the home currency."""
    gain: Money
    change: Money
    transaction: UUID


def latest(unit: Unit) -> Revalued | None:
    """Return what positions were worth when they were valued last; None when they never were."""
    row = unit.one(
        """
        select max(day) as day, sum(gain)::bigint as gain, min(home) as home from (
            select distinct on (currency_from, currency_to) day, gain, home from fx_revaluations
            order by currency_from, currency_to, day desc) r
        """
    )
    return None if row.day is None else Revalued(row.day, Money(row.gain, row.home))


def revalue(unit: Unit) -> int:
    """Value what is open for the day that ended last at the bank's home; return how many pairs.

    A pair is valued once for a day. One of which nobody ever said what it is worth waits.
    """
    unit.run("select pg_advisory_xact_lock(hashtextextended('fx revaluation', 0))")
    zone = calendar.load(unit, calendar.HOME).zone
    day = unit.now.astimezone(zone).date() - timedelta(days=1)
    rows = unit.all(
        """
        select p.currency_from, p.currency_to, p.taken, p.given, coalesce(r.gain, 0) as before
        from (select currency_from, currency_to, sum(sold) as taken, sum(bought) as given
            from fx_pair_positions group by 1, 2) p
        left join lateral (
            select day, gain from fx_revaluations v
            where (v.currency_from, v.currency_to) = (p.currency_from, p.currency_to)
            order by day desc limit 1) r on true
        where r.day is null or r.day < %(day)s
        order by 1, 2 limit %(most)s
        """,
        day=day,
        most=LONGEST_BATCH,
    )
    if not rows:
        return 0
    known = market(unit)
    pairs = [pair for row in rows if (pair := _valued(known, row, day)) is not None]
    _post(unit, [pair for pair in pairs if pair.change.minor])
    _write(unit, known.home, day, pairs)
    return len(pairs)


def _valued(known: Market, row: Row, day: date) -> _Pair | None:
    taken, given = (_mid(known, one) for one in (row.currency_from, row.currency_to))
    if taken is None or given is None:
        return None
    worth = (
        row.taken.scaleb(-DIGITS[row.currency_from]) / taken
        - row.given.scaleb(-DIGITS[row.currency_to]) / given
    )
    gain = whole(worth, known.home, ROUND_HALF_EVEN)
    change = gain - Money(row.before, known.home)
    key = uuid5(_DAYS, f"{row.currency_from}/{row.currency_to} {day}")
    return _Pair(row, (taken, given), gain, change, key)


def _mid(known: Market, currency: str) -> Decimal | None:
    one, home = known.traded.get(currency), known.of(known.home)
    if one is None or one.mid is None or home.mid is None:
        return None
    return one.mid / home.mid


def _post(unit: Unit, pairs: list[_Pair]) -> None:
    if not pairs:
        return
    home = pairs[0].gain.currency
    worth = book.system_account(unit, "fx_revaluation", home)
    earned = book.system_account(unit, "fx_unrealised", home)
    items = []
    for pair in pairs:
        leg = book.Leg(worth, earned, pair.change)
        if pair.change.minor < 0:
            leg = book.Leg(earned, worth, Money(-pair.change.minor, home))
        note = f"{pair.row.currency_from}/{pair.row.currency_to}"
        items.append(book.Item(pair.transaction, "revaluation", leg, None, note=note))
    for answer in book.post_batch(unit, items):
        if isinstance(answer, Refusal):
            raise answer


def _write(unit: Unit, home: str, day: date, pairs: list[_Pair]) -> None:
    unit.run(
        """
        insert into fx_revaluations (currency_from, currency_to, day, taken, given, mid_from,
            mid_to, home, gain, change, transaction_id, at)
        select f, t, %(day)s, taken, given, mid_from, mid_to, %(home)s, gain, change, id, %(now)s
        from unnest(%(from)s::text[], %(to)s::text[], %(taken)s::numeric[], %(given)s::numeric[],
            %(mids_from)s::numeric[], %(mids_to)s::numeric[], %(gains)s::bigint[],
            %(changes)s::bigint[], %(ids)s::uuid[])
            as p (f, t, taken, given, mid_from, mid_to, gain, change, id)
        """,
        **{
            "day": day,
            "home": home,
            "now": unit.now,
            "from": [pair.row.currency_from for pair in pairs],
            "to": [pair.row.currency_to for pair in pairs],
            "taken": [pair.row.taken for pair in pairs],
            "given": [pair.row.given for pair in pairs],
            "mids_from": [pair.mids[0] for pair in pairs],
            "mids_to": [pair.mids[1] for pair in pairs],
            "gains": [pair.gain.minor for pair in pairs],
            "changes": [pair.change.minor for pair in pairs],
            "ids": [pair.transaction if pair.change.minor else None for pair in pairs],
        },
    )
