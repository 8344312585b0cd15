-- Money of a payment that failed, or that the other side sent back: it comes home to whoever had paid, and
-- to their limits. The order of locks is that of every posting: the id, the accounts by id, the counters.
--
-- p_paid is what the limits counted: the hold that set the money aside, or the transaction that moved it. The
-- day's limit is given back on the day the payment was counted, the month's in its month. What comes home later
-- stays counted, for a limit is of what left on that day: given back on another one, more could leave on it than
-- the tier allows.
create function ledger_return(
    p_id uuid, p_paid uuid, p_debit uuid, p_credit uuid, p_amount bigint, p_currency text, p_wallet uuid,
    p_reference text, p_now timestamptz, p_correlation text,
    out code text, out facts jsonb, out replayed boolean, out hash bytea
) language plpgsql volatile security definer
set search_path = public, pg_temp set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    v_hold     ledger_holds;
    v_original transactions;
begin
    select * into v_hold from ledger_holds where hold_id = p_paid;
    select * into v_original from transactions where transaction_id = p_paid and v_hold.hold_id is null;
    if (v_hold.debit_id = p_credit or exists (
            select from ledger_entries
             where transaction_id = v_original.transaction_id and account_id = p_credit and amount < 0)) is not true then
        raise exception using errcode = 'invalid_parameter_value',
            message = 'a payment comes home to the account that it left';
    end if;
    select r.code, r.facts, r.replayed, r.hash into code, facts, replayed, hash
      from ledger_post(p_id, 'return', p_debit, p_credit, p_amount, p_currency, p_wallet, p_reference, '', null,
                       p_now, p_correlation, null, null) r;
    if code <> 'posted' or replayed then
        return;
    end if;
    if v_hold.hold_id is null then
        perform ledger_return_limits(v_original, array[p_credit], array[p_debit], array[p_amount], array[p_currency]);
    elsif v_hold.counted > 0 then
        v_hold.rest := least(p_amount, v_hold.captured);    -- as if so much of it had been let go
        perform ledger_release_limits(array[v_hold]);
    end if;
    -- point: counted
end $$;

grant execute on function ledger_return to wekeza_app;
