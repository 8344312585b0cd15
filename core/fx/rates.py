"""Reference rates: the middle of the market, given by somebody, good for a while, kept for ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.money import DIGITS
from core.partners.liquidity import PIVOT
from core.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Reference:
    """What one unit of a currency was worth in another, and for how long that held."""

    sell: str
    buy: str
    rate: Decimal
    since: datetime
    until: datetime | None
    """When the next rate of the pair came; None for the latest."""
    good_until: datetime | None
    """Until when it could be dealt by."""
    source: str


def set_mids(
    unit: Unit,
    mids: Mapping[str, Decimal],
    *,
    source: str,
    good_until: datetime,
    at: datetime | None = None,
) -> int:
    """Keep what one dollar is worth in other currencies, as of a moment; the unit's by default.

    Limits in other currencies are valued by it until a later one comes, and quotes given until
    ``good_until``. Currencies the bank does not know are left out. Returns how many pairs were
    given a rate.

    :raises ValueError: if a rate is not above zero, or good for no time at all
    """
    since = at or unit.now
    known = {code: mid for code, mid in mids.items() if code in DIGITS and code != PIVOT}
    if not known:
        return 0
    if good_until <= since or any(not mid.is_finite() or mid <= 0 for mid in known.values()):
        raise ValueError("a rate is above zero and good for a while")
    many: int = unit.value(
        "select ledger_set_rates(%(base)s, %(codes)s, %(rates)s, %(source)s, %(until)s, %(now)s)",
        base=PIVOT,
        codes=list(known),
        rates=list(known.values()),
        source=source,
        until=good_until,
        now=since,
    )
    return many


def history(unit: Unit, sell: str, buy: str, *, limit: int = 50) -> list[Reference]:
    """Return what was given for a pair, the newest first."""
    rows = unit.all(
        """
        select currency_from, currency_to, rate, lower(valid) as since, upper(valid) as until,
            good_until, source
        from fx_rate_periods where currency_from = %(sell)s and currency_to = %(buy)s
        order by lower(valid) desc limit %(limit)s
        """,
        sell=sell,
        buy=buy,
        limit=limit,
    )
    return [Reference(*tuple(row)) for row in rows]
