"""Quotes as they are kept: written with the decision they came from, found by their customer."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from core.errors import Refusal
from core.fx import decisions, routes
from core.fx.decisions import Decision
from core.fx.pricing import Priced, Side
from core.money import Money
from core.store.unit import Row, Unit, jsonb

Purpose = Literal["exchange", "transfer"]
"""Between the customer's own wallets, or to somebody else's."""


class UnknownQuote(Refusal):
    """The customer was given no such quote."""

    code = "unknown_quote"


@dataclass(frozen=True, slots=True)
class Quote:
    """What a customer was offered."""

    id: UUID
    sell: Money
    """What leaves the wallet for the exchange, the fee apart."""
    buy: Money
    """What arrives."""
    mid: Decimal
    """The middle of the market: main units of what is bought for one of what is sold."""
    provider_rate: Decimal
    """The same at the providers, over the whole route."""
    rate: Decimal
    """The same for the customer: ``buy`` is ``sell`` times this, rounded down."""
    spread: Money
    """What the bank keeps, in the currency bought."""
    fee: Money
    """What is charged on top, in the currency sold."""
    expires_at: datetime
    lock_seconds: int
    route: str
    """The providers the price comes from, for people who look after the bank."""
    side: Side
    purpose: Purpose
    markup: Decimal
    """What was taken off the providers' rate, in hundredths of a per cent."""
    channel: str
    status: Literal["open", "used", "unused"] = "open"

    @property
    def total(self) -> Money:
        """All that leaves the wallet."""
        return self.sell + self.fee


def keep(
    unit: Unit,
    given: Quote,
    decision: Decision,
    *,
    customer: UUID,
    priced: Priced,
    is_large: bool,
) -> None:
    """Write a quote down, and how it came about, in one statement."""
    unit.run(
        f"""
        with decided as (insert into fx_decisions {decisions.COLUMNS} values {decisions.VALUES})
        insert into fx_quotes (quote_id, customer_id, purpose, side, currency_from, amount_from,
            currency_to, amount_to, spread, fee, mid, provider_rate, rate, markup_bps, lock_seconds,
            route, parts, is_large, channel, created_at, expires_at)
        values (%(id)s, %(customer)s, %(purpose)s, %(side)s, %(sell)s, %(sold)s, %(buy)s,
            %(bought)s, %(spread)s, %(fee)s, %(mid)s, %(provider_rate)s, %(rate)s, %(markup)s,
            %(lock)s, %(route)s, %(parts)s, %(is_large)s, %(channel)s, %(now)s, %(expires)s)
        """,
        id=given.id,
        customer=customer,
        purpose=given.purpose,
        side=given.side,
        sell=given.sell.currency,
        sold=given.sell.minor,
        buy=given.buy.currency,
        bought=given.buy.minor,
        spread=given.spread.minor,
        fee=given.fee.minor,
        mid=given.mid,
        provider_rate=given.provider_rate,
        rate=given.rate,
        markup=given.markup,
        lock=given.lock_seconds,
        route=given.route,
        parts=jsonb(routes.trades(priced.fill)),
        is_large=is_large,
        channel=given.channel,
        now=unit.now,
        expires=given.expires_at,
        **decisions.values(unit, decision),
    )


def find(unit: Unit, quote_id: UUID, *, customer: UUID) -> Quote:
    """Return one of a customer's quotes, as it was given.

    :raises UnknownQuote: if it is none of theirs
    """
    row = unit.maybe(
        """
        select * from fx_quotes where quote_id = %(quote)s and customer_id = %(customer)s
        """,
        quote=quote_id,
        customer=customer,
    )
    if row is None:
        raise UnknownQuote
    return _quote(row)


def made(unit: Unit, quote_id: UUID) -> Quote | None:
    """Return a quote, whosever it is; None when there is none of that id."""
    row = unit.maybe("select * from fx_quotes where quote_id = %(quote)s", quote=quote_id)
    return None if row is None else _quote(row)


def _quote(row: Row) -> Quote:
    return Quote(
        id=row.quote_id,
        sell=Money(row.amount_from, row.currency_from),
        buy=Money(row.amount_to, row.currency_to),
        mid=row.mid,
        provider_rate=row.provider_rate,
        rate=row.rate,
        spread=Money(row.spread, row.currency_to),
        fee=Money(row.fee, row.currency_from),
        expires_at=row.expires_at,
        lock_seconds=row.lock_seconds,
        route=row.route,
        side=row.side,
        purpose=row.purpose,
        markup=row.markup_bps,
        channel=row.channel,
        status=row.status,
    )
