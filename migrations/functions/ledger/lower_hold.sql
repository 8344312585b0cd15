-- Gives back a part of a hold that stays open: what was authorised for less than it took.

-- The rest and what counts as authorised both shrink, and the limits get their share back as from a void. All of the
-- rest is given back by ledger_void, so something is always left here.
create function ledger_lower_hold(
    p_id uuid, p_hold uuid, p_amount bigint, p_currency text, p_now timestamptz, p_correlation text,
    out code text, out facts jsonb, out replayed boolean, out hash bytea
) language plpgsql volatile security definer
set search_path = public, pg_temp set enable_seqscan = off as $$
declare
    v_hold    ledger_holds;
    v_given   ledger_holds;
    v_share   bigint;
    v_verdict ledger_verdict;
    v_moved   int;
begin
    hash := sha256(convert_to(row('lower', p_hold, p_amount, p_currency)::text, 'UTF8'));
    perform ledger_take_id(p_id);
    if ledger_answered(p_id) then
        select r.code, r.facts, r.replayed into code, facts, replayed from ledger_replay(p_id, hash) r;
        return;
    end if;

    replayed := false;
    select * into v_hold from ledger_holds where hold_id = p_hold for no key update;
    v_verdict := ledger_judge_hold(p_hold, p_now);
    if v_verdict.code is null and (p_amount > 0 and p_amount < v_hold.rest and p_currency = v_hold.currency) is not true
    then
        raise exception using errcode = 'invalid_parameter_value',
            message = 'a part of what is held is given back, in its currency, and something is left';
    end if;
    -- point: judged
    if v_verdict.code is not null then
        code := v_verdict.code;
        facts := v_verdict.facts;
        perform ledger_refuse(p_id, hash, code, facts, p_now);
        return;
    end if;

    perform from ledger_accounts where account_id in (v_hold.debit_id, v_hold.credit_id)
      order by account_id for no key update;
    v_share := floor(v_hold.counted::numeric * p_amount / v_hold.authorised);
    update ledger_holds h
       set authorised = h.authorised - p_amount, rest = h.rest - p_amount, events = h.events + 1,
           counted = h.counted - v_share, in_day = h.in_day - least(v_share, h.in_day),
           in_month = h.in_month - least(v_share, h.in_month)
     where h.hold_id = p_hold;
    -- point: hold written
    insert into hold_events (id, hold_id, seq, kind, amount, rest, at, correlation, body_hash)
    values (p_id, p_hold, v_hold.events + 1, 'lowered', p_amount, v_hold.rest - p_amount, p_now, p_correlation, hash);
    -- point: event written
    update ledger_accounts
       set held = held - case when account_id = v_hold.debit_id then p_amount else 0 end,
           incoming = incoming - case when account_id = v_hold.credit_id then p_amount else 0 end
     where account_id in (v_hold.debit_id, v_hold.credit_id)
       and case when account_id = v_hold.credit_id then incoming else held end >= p_amount;
    get diagnostics v_moved = row_count;
    if v_moved <> 2 then
        perform ledger_overdrawn(p_id);
    end if;
    -- point: held
    v_given := v_hold;
    v_given.rest := p_amount;
    perform ledger_release_limits(array[v_given]);
    -- point: counted
    code := 'lowered';
    facts := '{}';
end $$;

grant execute on function ledger_lower_hold to wekeza_app;
