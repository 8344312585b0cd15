"""Transactions, entries and balances. An entry's key is account/version."""

_CHAIN = """
    (select account_id, version, amount, balance_after, posted_at, lag(version, 1, 0::bigint) over
            chain as version_before, lag(balance_after, 1, 0::bigint) over chain as balance_before,
            lag(posted_at) over chain as posted_before
       from ledger_entries window chain as (partition by account_id order by version)) e"""

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
    "one_answer": """
        select 'transactions ' || transaction_id, 'was refused as well'
          from transactions join ledger_refusals on id = transaction_id""",
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
    "reversals_bounded": """
        select 'transactions ' || r.reverses,
               'of ' || coalesce(o.moved, 0) || ', ' || r.undone || ' was reversed'
          from (select t.reverses, sum(c.amount) as undone
                  from transactions t
                  join ledger_entries c on c.transaction_id = t.transaction_id and c.amount > 0
                  join ledger_entries d
                    on d.transaction_id = c.transaction_id and d.leg = c.leg and d.amount < 0
                  join ledger_accounts a on a.account_id = d.account_id
                 -- What the bank advanced is no part of what is undone.
                 where t.reverses is not null and a.kind <> 'receivable'
                 group by t.reverses) r
          left join lateral (select sum(e.amount) as moved from ledger_entries e
                              where e.transaction_id = r.reverses and e.amount > 0) o on true
         where (r.undone <= o.moved) is not true""",
    "reversals_end": """
        select 'transactions ' || t.transaction_id, 'reverses a reversal'
          from transactions t join transactions o on o.transaction_id = t.reverses
         where o.reverses is not null""",
}
