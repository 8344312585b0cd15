"""Whether accounts may give and take, and who said so."""

CHECKS = {
    "status_explained": """
        select 'ledger_accounts ' || account_id,
               'is ' || a.status || ', its last change says ' || coalesce(s.after, 'active')
          from ledger_accounts a
          left join (select distinct on (account_id) account_id, after
                       from account_status_changes order by account_id, seq desc) s
                    using (account_id)
         where a.status::text <> coalesce(s.after, 'active')""",
    "closed_empty": """
        select 'ledger_accounts ' || account_id, 'is closed and still holds something'
          from ledger_accounts
         where status = 'closed' and (posted <> 0 or held <> 0 or incoming <> 0)""",
}
