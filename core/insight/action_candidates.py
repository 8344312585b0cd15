"""What would be good to do for customers, found by what they did: one statement for a batch.

Each part finds one type of action and says how strongly it is wanted (0 to 1) and why (``facts``:
codes, counts, amounts and days, never words or names). Nothing is made of what compliance has in
hand, nor of payments that are looked at or were sent back for a reason of regulation: whoever reads
a proposal must not learn of it (tipping off).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from core.insight.days import ZONE, begins, day_of, months_before
from core.store.unit import Row, Unit

NEAR_THE_LIMIT = Decimal("0.7")
"""The part of a month's limit from which a higher tier is worth asking for."""
CARD_WAITS = timedelta(days=7)
CARD_UNUSED = timedelta(days=14)
FAILED_LATELY = timedelta(days=7)
FELT_LATELY = timedelta(days=7)
RATED_LATELY = timedelta(days=14)
QUIET_FOR = timedelta(days=60)
QUARTER = timedelta(days=90)
SAME_PAIR = 3
"""Conversions of one pair within ninety days after which a rate is worth waiting for."""
PAYMENTS_WITHOUT_CARD = 3
DIALLED_OFTEN = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """One action for one customer, before it is known whether it may be proposed."""

    customer: UUID
    action_type: str
    strength: Decimal
    facts: dict[str, Any]


CANDIDATES = """
with batch as materialized (
    select c.id, c.tier, c.kyc_status, c.created_at from customers c
    where c.id = any(%(customers)s) and c.is_active
), wallet as materialized (
    select b.id, a.account_id, a.currency, a.posted, a.moved_at
    from batch b join ledger_accounts a on a.owner = b.id
    where a.kind = 'wallet' and a.status <> 'closed'
), seen as (
    select b.id, greatest(b.created_at, (select max(moved_at) from wallet w where w.id = b.id),
        (select max(date) from interactions i where i.customer_id = b.id)) as at
    from batch b
)
select b.id, 'complete_kyc' as action_type, l.month_spent::numeric / l.per_month as strength,
    jsonb_build_object('tier', b.tier, 'percent', 100 * l.month_spent / l.per_month) as facts
from batch b join limit_counters l on l.owner = b.id
where b.tier < 3 and l.per_month > 0 and l.month_spent >= %(near)s * l.per_month
    and l.month = date_trunc('month', %(now)s at time zone l.timezone)::date
union all
select b.id, 'renew_kyc', 1, jsonb_build_object('status', b.kyc_status)
from batch b where b.kyc_status = 'Expired'
union all
select b.id, 'activate_card', 0.8, jsonb_build_object('card', k.card_id, 'since', k.status_at::date)
from batch b cross join lateral (
    select card_id, status_at from cards
    where customer_id = b.id and status = 'shipped' and status_at <= %(now)s - %(card_waits)s
    order by status_at, card_id limit 1) k
union all
select b.id, 'use_card', 0.6, jsonb_build_object('card', k.card_id, 'since', k.status_at::date)
from batch b cross join lateral (
    select card_id, status_at from cards k
    where customer_id = b.id and status = 'active' and status_at <= %(now)s - %(card_unused)s
        and not exists (select from card_transactions t where t.card_id = k.card_id)
    order by status_at, card_id limit 1) k
union all
select b.id, 'offer_card', least(1, p.many / 20.0), jsonb_build_object('payments', p.many)
from batch b cross join lateral (
    select (select count(*) from transfers where from_customer = b.id and created_at >= %(quarter)s)
        + (select count(*) from bill_payments where customer_id = b.id
            and created_at >= %(quarter)s) as many) p
where p.many >= %(payments)s and b.tier > 1 and not exists (
    select from cards where customer_id = b.id and status not in ('failed', 'closed'))
union all
select p.id, 'plan_bill', 0.9, jsonb_build_object('biller', p.biller_id, 'months', 3)
from (
    select distinct on (b.id) b.id, m.biller_id
    from batch b join bill_payments m on m.customer_id = b.id
    where m.kind = 'bill' and m.status = 'done' and m.created_at >= %(bills_since)s
        and m.created_at < %(this_month)s and not exists (
            select from payment_plans where customer_id = b.id and status in ('active', 'paused')
                and kind like '%%bill%%')
    group by b.id, m.biller_id
    having count(distinct date_trunc('month', m.created_at at time zone %(zone)s)) = 3
    order by b.id, m.biller_id
) p
union all
select p.id, 'fx_rate_alert', least(1, p.many / 6.0),
    jsonb_build_object('from', p.currency_from, 'to', p.currency_to, 'times', p.many)
from (
    select distinct on (b.id) b.id, f.currency_from, f.currency_to, count(*) as many
    from batch b join fx_transactions f on f.customer_id = b.id
    where f."timestamp" >= %(quarter)s and f.payee_id is null
    group by 1, 2, 3 having count(*) >= %(same_pair)s
    order by b.id, count(*) desc, 2, 3
) p
where not exists (select from rate_alerts r where r.customer_id = p.id
    and r.expires_at > %(now)s
    and (r.currency_from, r.currency_to) in ((p.currency_from, p.currency_to),
                                             (p.currency_to, p.currency_from)))
union all
select p.id, 'open_currency_wallet', least(1, 0.6 + p.many / 10.0),
    jsonb_build_object('currency', p.currency, 'times', p.many)
from (
    select distinct on (b.id) b.id, i.currency, count(*) as many
    from batch b join incoming_payments i on i.customer_id = b.id
    where i.came_at >= %(quarter)s and i.why = 'other_currency' and i.status <> 'held'
        and not exists (select from wallet w where w.id = b.id and w.currency = i.currency)
    group by 1, 2 order by b.id, count(*) desc, 2
) p
union all
select s.id, 'reactivate_dormant',
    least(1, extract(epoch from %(now)s - s.at)::numeric / (180 * 86400)),
    jsonb_build_object('days', floor(extract(epoch from %(now)s - s.at) / 86400)::int)
from seen s
where s.at <= %(now)s - %(quiet)s and exists (select from wallet where id = s.id and posted > 0)
union all
select b.id, 'follow_up_case', 1, jsonb_build_object('case', c.case_number, 'due', c.due::date)
from batch b cross join lateral (
    select case_number, coalesce(sla_deadline, sla_breached_at) as due from cases
    where customer_id = b.id and status in ('Open', 'InProgress', 'Escalated')
        and (sla_breached_at is not null or sla_deadline < %(now)s)
    order by created_at, id limit 1) c
union all
select p.id, 'follow_up_failed_payment',
    greatest(0.3, 1 - extract(epoch from %(now)s - p.at)::numeric / (7 * 86400)),
    jsonb_build_object('kind', p.kind, 'reference', p.reference, 'day', p.at::date)
from (
    select distinct on (b.id) b.id, f.* from batch b cross join lateral (
        select 'payout' as kind, reference, ended_at as at from settlements
        where customer_id = b.id and status in ('failed', 'returned')
            and "timestamp" >= %(now)s - interval '30 days' and ended_at >= %(failed)s
            and coalesce(reason_code, '') not like 'RR%%'
        union all
        select kind, reference, ended_at from bill_payments
        where customer_id = b.id and status = 'returned'
            and created_at >= %(now)s - interval '30 days' and ended_at >= %(failed)s
        union all
        select 'deposit', reference, ended_at from deposits
        where customer_id = b.id and status = 'failed'
            and created_at >= %(now)s - interval '30 days' and ended_at >= %(failed)s
    ) f order by b.id, f.at desc, f.reference
) p
union all
select b.id, 'follow_up_feeling', least(1, 0.5 + f.worst * 0.3 + f.many * 0.1),
    jsonb_build_object('messages', f.many, 'worst', f.worst)
from batch b cross join lateral (
    select count(*) as many, count(*) filter (where sentiment_type = 'VeryNegative') as worst
    from sentiment_analysis where customer_id = b.id and analyzed_date >= %(felt)s
        and sentiment_type in ('Negative', 'VeryNegative')) f
where (f.worst > 0 or f.many > 1) and not exists (
    select from cases where customer_id = b.id and status not in ('Resolved', 'Closed'))
union all
select b.id, 'follow_up_rating', (6 - r.rating) / 5.0,
    jsonb_build_object('case', r.case_number, 'rating', r.rating)
from batch b cross join lateral (
    select c.case_number, g.rating from case_ratings g join cases c on c.id = g.case_id
    where g.customer_id = b.id and g.rating <= 2 and g.at >= %(rated)s
    order by g.at desc, g.case_id limit 1) r
union all
select b.id, 'move_to_chat', least(1, u.many / 50.0), jsonb_build_object('times', u.many)
from batch b cross join lateral (
    select count(distinct n.conversation_id || n.date::date::text) as many from (
        select conversation_id, date, channel from interactions
        where customer_id = b.id and date >= %(month)s order by date desc limit 500) n
    where n.channel = 'ussd') u
where u.many >= %(dialled)s and not exists (
    select from addresses where customer_id = b.id and channel = 'whatsapp')
"""


def find(unit: Unit, customers: Sequence[UUID]) -> list[Candidate]:
    """Return every action that something speaks for, for these customers."""
    month = day_of(unit.now).replace(day=1)
    rows = unit.all(
        CANDIDATES,
        customers=list(customers),
        now=unit.now,
        zone=ZONE,
        near=NEAR_THE_LIMIT,
        card_waits=CARD_WAITS,
        card_unused=CARD_UNUSED,
        quarter=unit.now - QUARTER,
        month=unit.now - timedelta(days=30),
        bills_since=begins(months_before(month, 3)),
        this_month=begins(month),
        payments=PAYMENTS_WITHOUT_CARD,
        same_pair=SAME_PAIR,
        quiet=QUIET_FOR,
        failed=unit.now - FAILED_LATELY,
        felt=unit.now - FELT_LATELY,
        rated=unit.now - RATED_LATELY,
        dialled=DIALLED_OFTEN,
    )
    return [_candidate(row) for row in rows]


def _candidate(row: Row) -> Candidate:
    return Candidate(row.id, row.action_type, min(Decimal(row.strength), Decimal(1)), row.facts)
