-- The only way for the house to say what it suspects: it adds an alert, and hears nothing back.

-- Adds an alert with the payments that fired, as the book has them. The same key is added once; nobody can
-- tell from here whether it was there already.
create function aml_raise(
    p_id uuid, p_key text, p_type text, p_severity text, p_customer uuid, p_transactions uuid[], p_facts bytea,
    p_source text, p_due timestamptz, p_now timestamptz)
returns void language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    insert into aml_alerts (alert_id, transaction_id, type, severity, "timestamp", source, key, customer_id, facts,
        due_at)
    values (p_id, p_transactions[array_length(p_transactions, 1)], p_type, p_severity, p_now, p_source, p_key,
        p_customer, p_facts, p_due)
    on conflict (key) do nothing;
    if not found then
        return;
    end if;
    insert into aml_alert_rows (alert_id, n, transaction_id, type, at, payer, payee, payer_kind, payee_kind, amount,
        currency)
    select p_id, r.n, r.transaction_id, t.type, t."timestamp", f.owner, g.owner, f.kind, g.kind, t.amount, t.currency
    from unnest(p_transactions) with ordinality r (transaction_id, n)
        left join transactions t using (transaction_id)
        left join lateral (
            select a.owner, a.kind from ledger_entries e join ledger_accounts a using (account_id)
            where e.transaction_id = t.transaction_id and e.leg = 1 and e.amount < 0 limit 1) f on true
        left join lateral (
            select a.owner, a.kind from ledger_entries e join ledger_accounts a using (account_id)
            where e.transaction_id = t.transaction_id and e.leg = 1 and e.amount > 0 limit 1) g on true;
end $$;

revoke execute on function aml_raise from public;
grant execute on function aml_raise to wekeza_app;

-- How long an alert of each severity may wait: not secret, and needed by whoever raises one.
create function aml_promises() returns table (severity text, working numeric, hours smallint)
language sql stable security definer set search_path = public, pg_temp as $$
    select severity, working, hours from aml_severities
$$;
revoke execute on function aml_promises from public;
grant execute on function aml_promises to wekeza_app;

-- Whether compliance has something of a customer in hand: an alert, an investigation, a report that the authority has
-- not got, or money that is held. No role may ask; it is one of the things that hold an erasure up (erasure_held).
create function aml_held(p_customer uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from aml_alerts
                   where customer_id = p_customer and status in ('open', 'investigating'))
        or exists (select from aml_cases
                   where customer_id = p_customer
                       and (status <> 'concluded' or conclusion = 'reported' and filed_at is null))
        or exists (select from incoming_payments where customer_id = p_customer and status = 'held')
$$;

-- Takes away what was suspected of a customer, all of which is over. Who of compliance did what and when stays, and
-- not what they wrote. Files of evidence are deleted by the job that finds them without a row. May be run again.
create function erase_aml(p_customer uuid) returns void
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_cases  uuid[] := array(select case_id from aml_cases where customer_id = p_customer);
    v_alerts uuid[] := array(select alert_id from aml_alerts where customer_id = p_customer);
begin
    update aml_log set details = null
        where details is not null and about in ('customer', 'case', 'alert')
            and about_id = any(array[p_customer]::text[] || v_cases::text[] || v_alerts::text[]);
    update approvals set reason = null, decision = null
        where kind = 'aml_conclusion' and customer_id is null and subject = any(v_cases::text[]);
    delete from aml_links where case_id = any(v_cases);
    delete from aml_notes where case_id = any(v_cases);
    delete from aml_evidence where case_id = any(v_cases);
    delete from aml_alert_rows where alert_id = any(v_alerts);
    delete from aml_alerts where alert_id = any(v_alerts);
    delete from aml_cases where case_id = any(v_cases);
end $$;

revoke execute on function aml_held, erase_aml from public;
