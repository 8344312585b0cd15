-- Trust that is lost or asked for again.

-- Lets go of whatever conversation stands at an address: somebody else may hold it now. Called before
-- anything else is locked, as a turn locks its conversation first. A channel of null means all of them.
create function forget_conversations(p_channel text, p_address text) returns void
language sql volatile set search_path = public, pg_temp as $$
    update conversations
       set flow = null, flow_version = null, state = null, memory = null, passed = '{}', aside = null,
           outcome_read = false, expired_flow = null, effect_id = null, pending_secret = null, page = 0, misses = 0,
           expires_at = null, version = version + 1
     where address = p_address and (p_channel is null or channel = p_channel)
$$;

-- What asks for a code on top of the PIN when somebody pays, in the order of weight: `sim` (the SIM of the
-- number they pay from was changed), `amount`, `payee` (not paid before, and not they themselves, who change
-- money between their own wallets); null when nothing does. What the ledger refuses anyway, being above the
-- payer's limit, asks for none.
create function payment_doubt(
    p_customer uuid, p_payee uuid, p_amount bigint, p_currency text, p_channel text, p_address text,
    p_now timestamptz
) returns text language plpgsql stable
set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
    v_doubt text;
    v_share numeric;                        -- of the limit for one payment, in per cent; null: no limit
    v_large smallint;
    v_payee smallint;
begin
    select case when a.sim_changed_at is not null then 'sim' end,
           100.0 * case when k.home_currency = p_currency then p_amount
                        else ledger_value(p_amount, p_currency, k.home_currency, p_now) end / k.per_transaction,
           r.large_percent, r.payee_percent
      into v_doubt, v_share, v_large, v_payee
      from addresses a
      join limit_counters k on k.owner = p_customer
      join account_owners o on o.owner = p_customer
      join step_up_rules r on r.country = o.country
     where a.channel = p_channel and a.address = p_address and a.customer_id = p_customer;
    if v_doubt is not null or v_share is null or v_share > 100 then
        return v_doubt;
    elsif v_share >= v_large then
        return 'amount';
    elsif v_share >= v_payee and p_payee <> p_customer and not exists (
        select from transfers t where t.from_customer = p_customer and t.to_customer = p_payee)
        and not exists (
        select from settlements s
        where s.customer_id = p_customer and s.destination = p_payee and s.status = 'settled') then
        return 'payee';
    end if;
    return null;
end $$;

grant execute on function forget_conversations(text, text) to wekeza_app;
grant execute on function payment_doubt to wekeza_app;
