"""When currencies are dealt in at home, and on which day a trade of two of them settles."""

from datetime import date, datetime, timedelta

from core.crm.calendar import FARTHEST, NeverOpen
from core.fx.market import Market, Traded

_DAY = timedelta(days=1)


def value_date(known: Market, sell: str, buy: str) -> date:
    """Return the day on which a trade made now settles.

    That is the first day from which both currencies can still be delivered: a working day in both
    countries, and today only before the earlier of the two cut-offs.

    :raises NeverOpen: if there is none within two years
    """
    pair = (known.of(sell), known.of(buy))
    day = max(_first(one, known.now) for one in pair)
    last = day + FARTHEST
    while any(one.hours.open_on(day) is None for one in pair):
        day += _DAY
        if day > last:
            raise NeverOpen(f"{sell}/{buy}")
    return day


def _first(one: Traded, now: datetime) -> date:
    """Return the first day a currency could be delivered on: tomorrow from its cut-off on."""
    local = now.astimezone(one.hours.zone)
    return local.date() if local.time() < one.cutoff else local.date() + _DAY
