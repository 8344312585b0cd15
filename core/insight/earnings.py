"""What each customer has earned the bank, by month, read off the book entry by entry, once.

Margin is what stands on the bank's accounts of income and expense (fees, the spread of conversions,
interest, losses) for postings of a wallet of the customer's. A reversal takes it away again.
"""

from core.insight.days import ZONE
from core.store.unit import Unit

MOST_EACH = 2000
"""Entries of one account that are read in one statement."""

# Versions of an account's entries have no gaps, and one becomes visible only after the one before.
FOLLOW = """
with fresh as materialized (
    select a.account_id, a.currency, e.version, e.amount, e.posted_at, e.transaction_id
    from ledger_accounts a
        join account_kinds k on k.kind = a.kind
        join gl_accounts g on g.gl_code = k.gl_code and g.class in ('income', 'expense')
        left join earnings_cursors c on c.account_id = a.account_id
        cross join lateral (
            select version, amount, posted_at, transaction_id from ledger_entries
            where account_id = a.account_id and version > coalesce(c.version, 0)
            order by version limit %(most)s
        ) e
    where a.owner is null
), moved as (
    insert into earnings_cursors as c (account_id, version)
    select account_id, max(version) from fresh group by account_id
    on conflict (account_id) do update set version = excluded.version
), earned as (
    insert into customer_earnings as e (customer_id, month, currency, amount)
    select p.id, date_trunc('month', f.posted_at at time zone %(zone)s)::date, f.currency,
        sum(f.amount)
    from fresh f
        join transactions t on t.transaction_id = f.transaction_id
        join ledger_accounts w on w.account_id = t.wallet_id
        join customers p on p.id = w.owner
    group by 1, 2, 3
    on conflict (customer_id, month, currency) do update set amount = e.amount + excluded.amount
)
select count(*) from fresh
"""


def follow(unit: Unit) -> int:
    """Count the next entries of the bank's income and expense; return how many, 0 at the end.

    Whoever follows is alone: the advisory lock ends with the unit.
    """
    unit.one("select pg_advisory_xact_lock(hashtext('customer earnings'))")
    many: int = unit.value(FOLLOW, most=MOST_EACH, zone=ZONE)
    return many
