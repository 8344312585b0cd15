"""Proves the book: every promise of the ledger as a set-based query that must find nothing."""

from dataclasses import dataclass

from core.store.unit import Unit

MOST_PER_CHECK = 100  # enough to see what happened; the count of rows broken may be far greater


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that a row breaks: which check, which row (table and key), and what is wrong."""

    check: str
    row: str
    what: str


_CHAIN = """
    (select account_id, version, amount, balance_after, posted_at, lag(version, 1, 0::bigint) over
            chain as version_before, lag(balance_after, 1, 0::bigint) over chain as balance_before,
            lag(posted_at) over chain as posted_before
       from ledger_entries window chain as (partition by account_id order by version)) e"""

# Each query selects (row, what) of what should not exist. An entry's key is account/version.
CHECKS = {
    "transaction_zero_sum": """
        select 'transactions ' || e.transaction_id,
               'entries in ' || a.currency || ' sum to ' || sum(e.amount)
          from ledger_entries e join ledger_accounts a on a.account_id = e.account_id
         group by e.transaction_id, a.currency having sum(e.amount) <> 0""",
    "book_zero_sum": """
        select 'ledger_accounts in ' || currency, 'all accounts sum to ' || sum(posted)
          from ledger_accounts group by currency having sum(posted) <> 0""",
    "chain_unbroken": f"""
        select 'ledger_entries ' || account_id || '/' || version,
               'follows version ' || version_before
          from {_CHAIN} where version <> version_before + 1""",
    "chain_arithmetic": f"""
        select 'ledger_entries ' || account_id || '/' || version,
               'is ' || balance_after || ' after ' || balance_before || ' and ' || amount
          from {_CHAIN} where balance_after <> balance_before + amount""",
    "chain_time": f"""
        select 'ledger_entries ' || account_id || '/' || version, 'is earlier than the one before'
          from {_CHAIN} where posted_at < posted_before""",
    "account_balance": """
        select 'ledger_accounts ' || a.account_id,
               'holds ' || a.posted || ' at version ' || a.version || ', its last entry says '
               || coalesce(e.balance_after, 0) || ' at ' || coalesce(e.version, 0)
          from ledger_accounts a
          left join lateral (select balance_after, version from ledger_entries e
                              where e.account_id = a.account_id
                              order by version desc limit 1) e on true
         where (a.posted, a.version) <> (coalesce(e.balance_after, 0), coalesce(e.version, 0))""",
    "account_floor": """
        select 'ledger_accounts ' || account_id,
               'may spend ' || posted - held || ', its floor is ' || floor
          from ledger_accounts where posted - held < floor""",
    "request_outcome": """
        select 'ledger_requests ' || id,
               case when q.id is null then 'is missing, but has an outcome'
                    when r.id is null then 'has no outcome'
                    else 'was both posted and refused' end
          from ledger_requests q full join ledger_refusals r using (id)
          full join (select transaction_id as id from transactions) t using (id)
         where q.id is null or (r.id is null) = (t.id is null)""",
    "transaction_entries": """
        select 'transactions ' || id, case when t.id is null then 'is missing, but has entries'
                                           else 'has no entries' end
          from (select transaction_id as id from transactions) t
          full join (select distinct transaction_id as id from ledger_entries) e using (id)
         where t.id is null or e.id is null""",
    "legs_pair": """
        select 'transactions ' || transaction_id,
               'leg ' || leg || ' is not one debit and one equal credit in one currency'
          from ledger_entries e left join ledger_accounts a on a.account_id = e.account_id
         group by transaction_id, leg
        having count(*) <> 2 or sum(amount) <> 0 or min(amount) = 0 or count(a.account_id) <> 2
            or min(a.currency) <> max(a.currency)""",
    "header_agrees": """
        select 'transactions ' || t.transaction_id,
               'says ' || t.currency || ' ' || t.amount
               || ', its first leg ' || a.currency || ' ' || e.amount
          from transactions t
          join ledger_entries e
            on e.transaction_id = t.transaction_id and e.leg = 1 and e.amount > 0
          join ledger_accounts a on a.account_id = e.account_id
         where (t.amount, t.currency) <> (e.amount, a.currency)""",
    "holds": """
        select 'ledger_accounts ' || account_id,
               'held is ' || held || ' and incoming ' || incoming || ' without a hold'
          from ledger_accounts where held <> 0 or incoming <> 0""",
    "counters": """
        select 'limit_counters ' || owner,
               'counts ' || day_spent || ' in a day and ' || month_spent || ' in a month'
          from limit_counters where day_spent < 0 or month_spent < 0""",
}

# One statement, so that all checks see one state of the book while others go on posting.
_ALL = " union all ".join(
    f"(select '{check}' as broken, c.* from ({sql}) c (which, what)"
    f" order by which limit {MOST_PER_CHECK})"
    for check, sql in CHECKS.items()
)


def verify(unit: Unit) -> list[Breach]:
    """Return every broken promise in the book, at most a hundred of each kind; none is whole."""
    return [Breach(row.broken, row.which, row.what) for row in unit.all(_ALL)]
