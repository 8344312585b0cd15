"""What a customer may still spend: the limits of their tier, as they stand at this moment.

The ledger judges every payment by the same figures; this only reads them.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.money import Money
from core.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Allowance:
    """A limit over some time, in the home currency. Without a limit there is nothing left of it."""

    used: Money
    limit: Money | None

    @property
    def left(self) -> Money | None:
        """What may still be spent; zero at least."""
        if self.limit is None:
            return None
        return Money(max(0, self.limit.minor - self.used.minor), self.limit.currency)


@dataclass(frozen=True, slots=True)
class Allowances:
    """All limits of one customer. ``at_once`` is the most in one payment, None for any amount."""

    at_once: Money | None
    today: Allowance
    month: Allowance
    lowered_until: datetime | None
    """Until when they are lower than the tier's, where they are."""
    tier: int
    """1 to 3; a higher one allows more."""


def read(unit: Unit, customer: UUID) -> Allowances:
    """Return what a customer may spend on their country's day and month.

    What is on hold counts as used, as it does when the ledger judges.
    """
    row = unit.one(
        """
        select k.home_currency as currency, o.tier,
            k.per_transaction * p.part / 100 as at_once, k.per_day * p.part / 100 as per_day,
            k.per_month * p.part / 100 as per_month,
            case when k.day >= p.today then k.day_spent else 0 end as day_spent,
            case when k.month >= date_trunc('month', p.today::timestamp)::date
                then k.month_spent else 0 end as month_spent,
            case when p.lowered then k.lowered_until end as lowered_until
        from limit_counters k join account_owners o on o.owner = k.owner
        cross join lateral (
            select (%(now)s::timestamptz at time zone k.timezone)::date as today,
                coalesce(%(now)s < k.lowered_until, false) as lowered,
                case when %(now)s < k.lowered_until then k.lowered_percent else 100 end as part) p
        where k.owner = %(customer)s
        """,
        customer=customer,
        now=unit.now,
    )

    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, row.currency)

    return Allowances(
        at_once=money(row.at_once),
        today=Allowance(Money(row.day_spent, row.currency), money(row.per_day)),
        month=Allowance(Money(row.month_spent, row.currency), money(row.per_month)),
        lowered_until=row.lowered_until,
        tier=row.tier,
    )
