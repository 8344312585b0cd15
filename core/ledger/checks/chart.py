"""The bank's own books: what a close kept is what the entries say."""

CHECKS = {
    "period_balances": """
        select 'period_balances ' || closed_through || '/' || gl_code || '/' || currency,
               'differs by ' || sum(balance) || ' from what the entries say'
          from (select b.closed_through, b.gl_code, b.currency, b.balance
                  from period_balances b
                 where b.closed_through = (select max(closed_through) from ledger_periods)
                union all
                select l.closed_through, k.gl_code, a.currency, -sum(e.amount)
                  from (select max(closed_through) as closed_through from ledger_periods) l
                  join transactions t on t.value_date <= l.closed_through
                  join ledger_entries e on e.transaction_id = t.transaction_id
                  join ledger_accounts a on a.account_id = e.account_id
                  join account_kinds k on k.kind = a.kind
                 group by l.closed_through, k.gl_code, a.currency) both_sides
         group by closed_through, gl_code, currency having sum(balance) <> 0""",
    "stripes": """
        select 'ledger_accounts ' || account_id, 'is stripe ' || stripe || ' of a kind with '
               || k.stripes
          from ledger_accounts a join account_kinds k on k.kind = a.kind
         where stripe >= k.stripes or stripe < 0 or (owner is not null and stripe <> 0)""",
}
