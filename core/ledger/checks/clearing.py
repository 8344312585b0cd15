"""Money on its way: clearing accounts are zero, or payments without a final word explain it all.

Which payments those are is told by every engine in a view of its own; ``clearing_explained`` is all
of them. What a nostro has promised is likewise the sum of what it was promised for, and what cards
hold, took, owe and claim is what their payments and disputes say.
"""

CHECKS = {
    "clearing": """
        select 'ledger_accounts ' || coalesce(b.kind, e.kind) || ' in '
               || coalesce(b.currency, e.currency),
               'holds ' || coalesce(b.posted, 0) || ', payments on their way explain '
               || coalesce(e.amount, 0)
          from (select kind::text as kind, currency, sum(posted) as posted from ledger_accounts
                 where owner is null and (kind like 'clearing\\_%%' or kind = 'suspense_receipts')
                 group by kind, currency) b
          full join (select kind, currency, sum(amount) as amount from clearing_explained
                      group by kind, currency) e on (e.kind, e.currency) = (b.kind, b.currency)
         where coalesce(b.posted, 0) <> coalesce(e.amount, 0)""",
    "nostro_promised": """
        select 'nostro_lines ' || n.nostro || ' in ' || n.currency,
               'has promised ' || n.reserved || ', payments that left were promised '
               || coalesce(s.amount, 0)
          from nostro_lines n
          left join (select reserved_at, currency, sum(amount) as amount from settlements
                      where reserved_at is not null group by reserved_at, currency) s
            on (s.reserved_at, s.currency) = (n.nostro, n.currency)
         where n.reserved <> coalesce(s.amount, 0)""",
    "card_payments": "select subject, told from card_payments_amiss",
}
