-- Who may do what: the application reads, and writes through the functions alone; auditors read.

grant select on currencies, countries, tier_limits, account_owners, limit_counters, fx_rates, ledger_accounts,
    transaction_types, ledger_requests, ledger_refusals, transactions, ledger_entries
    to wekeza_app, wekeza_auditor;
revoke insert, update, delete, truncate, references, trigger, maintain on currencies, countries, tier_limits,
    account_owners, limit_counters, fx_rates, ledger_accounts, transaction_types, ledger_requests,
    ledger_refusals, transactions, ledger_entries
    from wekeza_app, wekeza_auditor, public;
grant usage on sequence account_serials to wekeza_app;
