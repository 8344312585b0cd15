"""The bank's own trades, as people who look after it see them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from core.money import Money
from core.store.unit import Unit

MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Hedge:
    """One trade the bank covers itself with."""

    id: UUID
    reason: str
    """``limit`` or ``large``."""
    provider: str
    sell: Money
    """What was ordered; once traded, what was sold."""
    buy: Money
    status: str
    """ordered, filled, settled or refused."""
    rate: Decimal | None
    position: Money
    """The position that called for it; what is sold, where a large conversion did."""
    over: Money
    """The currency's limit, or from where on a conversion is large."""
    refused_for: str
    value_date: date | None
    ordered_at: datetime
    fx_id: UUID | None
    instead_of: UUID | None
    order_id: UUID


def listed(unit: Unit, *, status: str | None = None, limit: int = 50) -> list[Hedge]:
    """Return the latest trades, the newest first; two hundred at most."""
    rows = unit.all(
        """
        select * from fx_hedges
        where %(status)s::text is null or status = %(status)s
        order by ordered_at desc, hedge_id desc limit %(limit)s
        """,
        status=status,
        limit=min(limit, MOST_LISTED),
    )
    found = []
    for row in rows:
        about = row.currency_from if row.side == "sell" else row.currency_to
        found.append(
            Hedge(
                id=row.hedge_id,
                reason=row.reason,
                provider=row.provider_id,
                sell=Money(row.sold or row.amount_from, row.currency_from),
                buy=Money(row.bought or row.amount_to, row.currency_to),
                status=row.status,
                rate=row.rate,
                position=Money(row.position, about),
                over=Money(row.hedge_over, about),
                refused_for=row.refused_for,
                value_date=row.value_date,
                ordered_at=row.ordered_at,
                fx_id=row.fx_id,
                instead_of=row.instead_of,
                order_id=row.order_id,
            )
        )
    return found
