"""A customer's profile, computed: segment, risk, and what they are worth to the bank.

By a job for everybody, night by night, and for one customer on demand. `credit_score` is not ours
to fill.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from core.access.actors import Actor
from core.errors import DeskRefusal
from core.insight import risk, segments, value
from core.insight.days import day_of, months_before
from core.insight.risk import Risk, Signs
from core.insight.segments import Segment, Standing
from core.store import personal
from core.store.unit import Row, Unit

MOST_AT_ONCE = 500
"""Customers of one unit of the nightly job."""
LINES_LOOKED_AT = 100
"""Of each wallet's newest movements; whoever has more in ninety days is judged by these."""
LOOKS_BACK = timedelta(days=90)
NOBODY = UUID(int=0)


class NoProfile(DeskRefusal):
    """There is no such customer, or they have left."""

    code = "unknown_customer"


@dataclass(frozen=True, slots=True)
class Profile:
    """What is worked out of one customer, and what it is made of."""

    customer: UUID
    segment: Segment
    risk: Risk
    risk_reasons: dict[str, int]
    """Points by reason; see `core.insight.risk.POINTS`."""
    lifetime_value: Decimal
    """Main units of ``currency``."""
    currency: str
    earned: Decimal
    """Of all time, as ``lifetime_value``."""
    monthly: Decimal
    """The margin of the last full months by month, as ``lifetime_value``."""
    held: Decimal
    """What is in their wallets, as ``lifetime_value``."""
    idle_days: int


# One row for each customer of the batch; amounts are minor units of their home currency.
FEATURES = """
with batch as materialized (
    select c.id, c.country, c.home_currency, c.tier, c.kyc_status, c.created_at, c.date_of_birth,
        x.exponent
    from customers c join currencies x on x.code = c.home_currency
    where c.id = any(%(customers)s) and c.is_active
), wallet as materialized (
    select b.id, a.account_id, a.currency, a.posted, a.moved_at
    from batch b join ledger_accounts a on a.owner = b.id
    where a.kind = 'wallet' and a.status <> 'closed'
), holds as (
    select w.id, sum(ledger_value(w.posted, w.currency, b.home_currency, %(now)s)) as held,
        max(w.moved_at) as moved_at
    from wallet w join batch b on b.id = w.id group by w.id
), inflow as (
    select w.id, sum(ledger_value(came.amount, w.currency, b.home_currency, %(now)s)) / 3 as monthly
    from wallet w join batch b on b.id = w.id cross join lateral (
        select sum(e.amount)::bigint as amount
        from (
            select amount, posted_at, transaction_id from ledger_entries
            where account_id = w.account_id order by version desc limit %(lines)s
        ) e join transactions t on t.transaction_id = e.transaction_id
        where e.amount > 0 and e.posted_at >= %(since)s and t.type <> 'exchange'
    ) came
    where came.amount is not null
    group by w.id
), earned as (
    select e.id, sum(ledger_value(e.total, e.currency, e.home, %(now)s)) as total,
        sum(ledger_value(e.recent, e.currency, e.home, %(now)s)) as recent
    from (
        select b.id, b.home_currency as home, e.currency, sum(e.amount)::bigint as total,
            coalesce(sum(e.amount) filter (
                where e.month >= %(first_month)s and e.month < %(this_month)s), 0)::bigint as recent
        from batch b join customer_earnings e on e.customer_id = b.id
        group by 1, 2, 3
    ) e group by e.id
)
select b.*, s.mass_affluent, s.affluent, coalesce(h.held, 0) as held,
    coalesce(i.monthly, 0) as inflow, coalesce(e.total, 0) as earned,
    coalesce(e.recent, 0) as recent,
    greatest(b.created_at, h.moved_at, (
        select max(date) from interactions where customer_id = b.id)) as seen_at,
    exists (select from bank_agents where customer_id = b.id and status <> 'closed') as is_agent,
    (select count(*) from card_disputes where customer_id = b.id and status = 'lost'
        and opened_at >= %(year_ago)s) as disputes_lost,
    exists (select from card_debts where customer_id = b.id and paid < amount) as owes,
    exists (select from pins where customer_id = b.id and locked_at is not null) as pin_locked,
    exists (select from addresses where customer_id = b.id
        and sim_changed_at >= %(month_ago)s) as sim_changed
from batch b
    join segment_thresholds s on s.country = b.country
    left join holds h on h.id = b.id
    left join inflow i on i.id = b.id
    left join earned e on e.id = b.id
order by b.id
"""

# Only what has changed is written: most customers are today what they were yesterday.
KEEP = """
update customers c set segment = v.segment, risk_profile = v.risk, lifetime_value = v.worth,
    profiled_at = %(now)s
from unnest(%(ids)s::uuid[], %(segments)s::text[], %(risks)s::text[], %(worths)s::numeric[])
    as v (id, segment, risk, worth)
where c.id = v.id and c.is_active
    and (c.segment, c.risk_profile, c.lifetime_value) is distinct from (v.segment, v.risk, v.worth)
"""


def compute(unit: Unit, customers: Sequence[UUID]) -> int:
    """Work out and keep the profiles of customers; return how many have changed."""
    return _keep(unit, look(unit, customers))


def _keep(unit: Unit, profiles: Sequence[Profile]) -> int:
    return unit.run(
        KEEP,
        ids=[one.customer for one in profiles],
        segments=[one.segment for one in profiles],
        risks=[one.risk for one in profiles],
        worths=[one.lifetime_value for one in profiles],
        now=unit.now,
    )


def next_batch(unit: Unit, *, after: UUID = NOBODY, most: int = MOST_AT_ONCE) -> list[UUID]:
    """Return the next customers after one, in the order of their ids; none behind the last."""
    found: list[UUID] = unit.column(
        "select id from customers where id > %(after)s and is_active order by id limit %(most)s",
        after=after,
        most=most,
    )
    return found


def of_customer(unit: Unit, actor: Actor, customer: UUID) -> Profile:
    """Work out one customer's profile, keep it, and return it with what it is made of.

    For the customer's own page, which notes that it was seen.

    :raises Forbidden: if they may see no customers
    :raises NoProfile: if there is no such customer any more
    """
    actor.require("customers.read")
    profiles = look(unit, [customer])
    if not profiles:
        raise NoProfile
    _keep(unit, profiles)
    return profiles[0]


def look(unit: Unit, customers: Sequence[UUID]) -> list[Profile]:
    """Return the profiles of customers as they are now, without keeping them."""
    today = day_of(unit.now)
    month = today.replace(day=1)
    rows = unit.all(
        FEATURES,
        customers=list(customers),
        now=unit.now,
        since=unit.now - LOOKS_BACK,
        lines=LINES_LOOKED_AT,
        this_month=month,
        first_month=months_before(month, value.MONTHS),
        year_ago=unit.now - timedelta(days=365),
        month_ago=unit.now - timedelta(days=30),
    )
    return [_profile(unit, row) for row in rows]


def _profile(unit: Unit, row: Row) -> Profile:
    idle = max(unit.now - row.seen_at, timedelta())
    why = risk.reasons(_signs(unit, row))
    months = _full_months(unit, row)
    return Profile(
        customer=row.id,
        segment=segments.segment(_standing(unit, row, idle), today=day_of(unit.now)),
        risk=risk.level(why),
        risk_reasons=why,
        lifetime_value=value.lifetime(
            earned=row.earned,
            recent=row.recent,
            months=months,
            idle_days=idle.days,
            exponent=row.exponent,
        ),
        currency=row.home_currency,
        earned=row.earned.scaleb(-row.exponent),
        monthly=(row.recent / months).scaleb(-row.exponent),
        held=row.held.scaleb(-row.exponent),
        idle_days=idle.days,
    )


def _standing(unit: Unit, row: Row, idle: timedelta) -> Standing:
    return Standing(
        is_agent=row.is_agent,
        idle=idle,
        worth=max(row.held, row.inflow),
        mass_affluent=row.mass_affluent,
        affluent=row.affluent,
        born=personal.born(unit.keys, row.id, row.date_of_birth),
    )


def _signs(unit: Unit, row: Row) -> Signs:
    return Signs(
        tier=row.tier,
        kyc_status=row.kyc_status,
        known_for=unit.now - row.created_at,
        disputes_lost=row.disputes_lost,
        owes=row.owes,
        pin_locked=row.pin_locked,
        sim_changed=row.sim_changed,
    )


def _full_months(unit: Unit, row: Row) -> int:
    """Return over how many full months the latest margin came, for those who joined lately too."""
    joined, today = day_of(row.created_at), day_of(unit.now)
    here = (today.year - joined.year) * 12 + today.month - joined.month
    return max(1, min(here, value.MONTHS))
