"""Rates that customers wait for: told once when they are reached, forgotten after three months."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from uuid import UUID

from core.errors import Refusal
from core.fx.guards import MarketClosed
from core.fx.market import market
from core.fx.offered import line
from core.fx.quotes import CurrencyNotDealt, SameCurrency
from core.store.outbox import Notice, queue_notices
from core.store.unit import Row, Unit

MOST = 5
"""A customer waits for so many rates at once."""
KEPT_FOR = timedelta(days=90)
AT_ONCE = 200
"""Alerts that are told in one unit."""
ALERT = "rate_reached"
_LARGEST = Decimal(10) ** 9
_DIGITS = 9


class NotARate(Refusal):
    """What the customer typed is not a rate, or is where it stands. Facts: ``typed``, ``rate``."""

    code = "not_a_rate"


class TooManyRateAlerts(Refusal):
    """The customer waits for as many as there may be. Fact: ``most``."""

    code = "too_many_rate_alerts"


class UnknownRateAlert(Refusal):
    """The customer does not wait for that rate (any more)."""

    code = "unknown_rate_alert"


@dataclass(frozen=True, slots=True)
class RateAlert:
    """A rate somebody waits for."""

    id: UUID
    sell: str
    buy: str
    rate: Decimal
    """Main units of ``buy`` for one of ``sell``, as in `offered.RateLine.rate`."""
    rises: bool
    """Whether it is to rise there; else it is to fall there."""
    expires_at: datetime


def watch(unit: Unit, customer: UUID, *, sell: str, buy: str, rate: str) -> RateAlert:
    """Wait for a rate, as the customer typed it; asked for twice it is one.

    :raises SameCurrency: if both currencies are one
    :raises CurrencyNotDealt: if the bank does not deal in one of them
    :raises NotARate: if it is none, or is where the rate stands now
    :raises RateStale: if it is not known where it stands
    :raises MarketClosed: if they are not dealt in at this hour
    :raises TooManyRateAlerts: if the customer waits for five already
    """
    if sell == buy:
        raise SameCurrency(currency=sell)
    known = market(unit)
    for currency in (sell, buy):
        if currency not in known.traded:
            raise CurrencyNotDealt(currency=currency)
    known.mid(sell, buy)
    now = line(known, sell, buy)
    if now is None:
        raise MarketClosed(sell=sell, buy=buy)
    wanted = _read(rate, stands=now.rate)
    unit.one("select id from customers where id = %(id)s for no key update", id=customer)
    have = watched(unit, customer)
    for one in have:
        if (one.sell, one.buy, one.rate) == (sell, buy, wanted):
            return one
    if len(have) >= MOST:
        raise TooManyRateAlerts(most=str(MOST))
    alert = RateAlert(unit.new_id(), sell, buy, wanted, wanted > now.rate, unit.now + KEPT_FOR)
    unit.run(
        """
        insert into rate_alerts (id, customer_id, currency_from, currency_to, rate, rises,
            created_at, expires_at)
        values (%(id)s, %(customer)s, %(sell)s, %(buy)s, %(rate)s, %(rises)s, %(now)s, %(until)s)
        """,
        id=alert.id,
        customer=customer,
        sell=sell,
        buy=buy,
        rate=wanted,
        rises=alert.rises,
        now=unit.now,
        until=alert.expires_at,
    )
    return alert


def watched(unit: Unit, customer: UUID) -> list[RateAlert]:
    """Return the rates a customer waits for, the oldest first."""
    rows = unit.all(
        """
        select id, currency_from, currency_to, rate, rises, expires_at from rate_alerts
        where customer_id = %(customer)s and expires_at > %(now)s
        order by created_at, id limit %(most)s
        """,
        customer=customer,
        now=unit.now,
        most=MOST,
    )
    return [_alert(row) for row in rows]


def drop(unit: Unit, customer: UUID, alert: UUID) -> None:
    """Wait for a rate no longer.

    :raises UnknownRateAlert: if the customer does not wait for it
    """
    gone = unit.run(
        "delete from rate_alerts where id = %(id)s and customer_id = %(customer)s",
        id=alert,
        customer=customer,
    )
    if not gone:
        raise UnknownRateAlert


def tell_reached(unit: Unit, *, most: int = AT_ONCE) -> int:
    """Tell whose rate is reached, once each, and forget what is over; return how many were told.

    That a rate fell is told while both markets are open: the markup of closed ones is no fall.
    """
    unit.run("delete from rate_alerts where expires_at <= %(now)s", now=unit.now)
    pairs = unit.all("select distinct currency_from, currency_to from rate_alerts limit 500")
    if not pairs:
        return 0
    known = market(unit)
    lines = [line(known, row.currency_from, row.currency_to) for row in pairs]
    stand = [one for one in lines if one is not None]
    rows = unit.all(
        """
        with stand as (
            select * from unnest(%(sells)s::text[], %(buys)s::text[], %(rates)s::numeric[],
                %(open)s::boolean[]) as s (sell, buy, rate, is_open)
        ), reached as (
            select a.id, s.rate as stands from rate_alerts a
            join stand s on s.sell = a.currency_from and s.buy = a.currency_to
            where case when a.rises then s.rate >= a.rate else s.rate <= a.rate and s.is_open end
            order by a.created_at limit %(most)s
        )
        delete from rate_alerts a using reached r where a.id = r.id
        returning a.customer_id, a.currency_from, a.currency_to, a.rate, r.stands
        """,
        sells=[one.sell for one in stand],
        buys=[one.buy for one in stand],
        rates=[one.rate for one in stand],
        open=[known.is_open(one.sell, one.buy) for one in stand],
        most=most,
    )
    queue_notices(unit, [Notice(row.customer_id, ALERT, _facts(row)) for row in rows])
    return len(rows)


def _facts(row: Row) -> dict[str, str]:
    return {
        "sell": row.currency_from,
        "buy": row.currency_to,
        "rate": f"{row.stands:f}",
        "wanted": f"{row.rate:f}",
    }


def _read(typed: str, *, stands: Decimal) -> Decimal:
    cleaned = typed.strip().replace("\u00a0", "").replace(" ", "")
    cleaned = cleaned.replace(",", "") if "." in cleaned else cleaned.replace(",", ".")
    try:
        rate = Decimal(cleaned)
    except InvalidOperation:
        rate = Decimal()
    digits = len(rate.as_tuple().digits)
    if not rate.is_finite() or not 0 < rate < _LARGEST or digits > _DIGITS or rate == stands:
        raise NotARate(typed=typed.strip()[:20], rate=f"{stands:f}")
    return Decimal(f"{rate:f}")


def _alert(row: Row) -> RateAlert:
    return RateAlert(
        row.id, row.currency_from, row.currency_to, row.rate, row.rises, row.expires_at
    )
