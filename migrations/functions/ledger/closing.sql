-- An account's status: freezing, releasing, closing; who did it and why is kept for ever.

-- Freezes or releases an account. Freezing stops what is new: an open hold still settles, so who must
-- stop that money voids the hold as well. Closing has a function of its own.
create function ledger_set_status(
    p_id uuid, p_account uuid, p_status text, p_by text, p_reason text, p_now timestamptz, p_correlation text,
    out code text, out facts jsonb, out replayed boolean, out hash bytea, out before text
) language plpgsql volatile security definer
set search_path = public, pg_temp set enable_seqscan = off as $$
begin
    hash := sha256(convert_to(row('status', p_account, p_status, p_by, p_reason)::text, 'UTF8'));
    perform ledger_take_id(p_id);
    select r.code, r.facts, r.replayed, r.before into code, facts, replayed, before
      from ledger_replay_status(p_id, hash, 'changed') r;
    if code is not null then
        return;
    end if;

    replayed := false;
    facts := '{}';
    select status into before from ledger_accounts where account_id = p_account for no key update;
    if before is null or p_status = 'closed' then
        raise exception using errcode = 'invalid_parameter_value', message = case
            when before is null then 'there is no such ledger account'
            else 'an account is closed by ledger_close' end;
    elsif before = 'closed' then
        code := 'account_closed';
        perform ledger_refuse(p_id, hash, code, facts, p_now);
        return;
    end if;
    update ledger_accounts set status = p_status where account_id = p_account;
    -- point: status set
    insert into account_status_changes (id, account_id, before, after, changed_by, reason, at, correlation, body_hash)
    values (p_id, p_account, before, p_status, p_by, p_reason, p_now, p_correlation, hash);
    code := 'changed';
end $$;

-- The answer to an id that was presented before; no code when it was not.
create function ledger_replay_status(
    p_id uuid, p_hash bytea, p_done text, out code text, out facts jsonb, out replayed boolean, out before text
) language plpgsql stable as $$
declare
    v_hash bytea;
begin
    replayed := true;
    facts := '{}';
    select p_done, s.before, s.body_hash into code, before, v_hash from account_status_changes s where s.id = p_id;
    if not found and ledger_answered(p_id) then
        select r.code, r.facts, r.replayed into code, facts, replayed from ledger_replay(p_id, p_hash) r;
    elsif v_hash <> p_hash then
        code := 'id_reused';
        replayed := false;
    end if;
end $$;

-- Closes an account in one step: what is left is swept to another account, which is judged as any payee
-- is. Neither an account with a hold open, on either side, nor one that owes is closed. A dormant account
-- may be: its money is what the sweep is for. What the rest of the bank still has to settle with it,
-- `account_unsettled` tells, which is the bank's own.
create function ledger_close(
    p_id uuid, p_account uuid, p_to uuid, p_by text, p_reason text, p_now timestamptz, p_correlation text,
    out code text, out facts jsonb, out replayed boolean, out hash bytea, out swept bigint
) language plpgsql volatile security definer
set search_path = public, pg_temp set enable_seqscan = off as $$
declare
    v_account ledger_accounts;
    v_to      ledger_accounts;
    v_status  ledger_status;
    v_verdict ledger_verdict;
    v_unsettled jsonb;
begin
    hash := sha256(convert_to(row('close', p_account, p_to, p_by, p_reason)::text, 'UTF8'));
    perform ledger_take_id(p_id);
    select r.code, r.facts, r.replayed into code, facts, replayed from ledger_replay_status(p_id, hash, 'closed') r;
    if code is not null then
        select coalesce(sum(t.amount), 0) into swept from transactions t where t.transaction_id = p_id;
        return;
    end if;

    replayed := false;
    perform from ledger_accounts where account_id in (p_account, p_to) order by account_id for no key update;
    select * into v_account from ledger_accounts where account_id = p_account;
    if not found then
        raise exception using errcode = 'invalid_parameter_value', message = 'there is no such ledger account';
    end if;
    v_status := v_account.status;
    v_unsettled := account_unsettled(p_account);
    v_verdict.facts := '{}';
    if v_status = 'closed' then
        v_verdict.code := 'account_closed';
    elsif v_account.held <> 0 or v_account.incoming <> 0
          or exists (select from ledger_holds where debit_id = p_account and status = 'open') then
        v_verdict.code := 'holds_open';
    elsif v_unsettled is not null then
        v_verdict.code := v_unsettled->>'code';
        v_verdict.facts := v_unsettled->'facts';
    elsif v_account.posted < 0 or (v_account.posted > 0 and p_to is null) then
        v_verdict.code := case when v_account.posted < 0 then 'account_owes' else 'account_not_empty' end;
        v_verdict.facts := jsonb_build_object('balance', money_text(v_account.posted, v_account.currency));
    elsif v_account.posted > 0 then
        select * into v_to from ledger_accounts where account_id = p_to;
        if v_status = 'dormant' then
            v_account.status := 'active';
        end if;
        v_verdict := ledger_judge_leg(v_account, v_to, v_account.posted, v_account.currency);
    end if;
    -- point: judged
    if v_verdict.code is not null then
        code := v_verdict.code;
        facts := v_verdict.facts;
        perform ledger_refuse(p_id, hash, code, facts, p_now);
        return;
    end if;

    swept := v_account.posted;
    if swept > 0 then
        update ledger_accounts set status = v_account.status where account_id = p_account and status = 'dormant';
        perform ledger_post_group(p_id, 'closing', array[p_account], array[p_to], array[swept],
                                  array[v_account.currency], p_account, '', p_reason, null, p_now, p_correlation,
                                  p_hash => hash);
    end if;
    -- point: swept
    update ledger_accounts set status = 'closed' where account_id = p_account;
    insert into account_status_changes (id, account_id, before, after, changed_by, reason, at, correlation, body_hash)
    values (p_id, p_account, v_status, 'closed', p_by, p_reason, p_now, p_correlation, hash);
    -- point: status set
    code := 'closed';
    facts := '{}';
end $$;

grant execute on function ledger_set_status, ledger_close to wekeza_app;
