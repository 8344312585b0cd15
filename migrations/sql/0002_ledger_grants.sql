-- Who may do what: the application reads, and writes through the functions alone; auditors read.

grant select on currencies, countries, tier_limits, account_owners, limit_counters, fx_rates, ledger_accounts,
    transaction_types, ledger_requests, ledger_refusals, transactions, ledger_entries, ledger_allowances, wallets,
    accounts
    to wekeza_app, wekeza_auditor;
revoke insert, update, delete, truncate, references, trigger, maintain on currencies, countries, tier_limits,
    account_owners, limit_counters, fx_rates, ledger_accounts, transaction_types, ledger_requests,
    ledger_refusals, transactions, ledger_entries, wallets, accounts
    from wekeza_app, wekeza_auditor, public;
grant usage on sequence account_serials to wekeza_app;

do $$
declare
    v_function record;
begin
    for v_function in
        select p.oid::regprocedure as signature,
               p.proname in ('ledger_post', 'ledger_post_group', 'ledger_keep_refusal', 'ledger_look',
                             'ledger_open_account', 'ledger_set_owner', 'ledger_set_status',
                             'ledger_system_account', 'ledger_set_rate') as writes,
               p.proname in ('ledger_version_before', 'ledger_value', 'money_text') as reads
          from pg_proc p
         where p.pronamespace = 'public'::regnamespace and (p.proname ~ '^ledger_' or p.proname = 'money_text')
    loop
        execute 'revoke all on function ' || v_function.signature || ' from public, wekeza_app, wekeza_auditor';
        if v_function.writes then
            execute 'grant execute on function ' || v_function.signature || ' to wekeza_app';
        elsif v_function.reads then
            execute 'grant execute on function ' || v_function.signature || ' to wekeza_app, wekeza_auditor';
        end if;
    end loop;
end $$;
