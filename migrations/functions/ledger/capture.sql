-- How a hold ends, wholly or in parts: captured, voided, or past its time.

-- Takes an amount from a hold, or all of its rest, and posts it. A hold may be captured several times;
-- the final capture gives back what is left. `moved` is what was captured, `remaining` what is still held.
create function ledger_capture(
    p_id uuid, p_hold uuid, p_amount bigint, p_currency text, p_final boolean, p_reference text, p_note text,
    p_now timestamptz, p_correlation text,
    out code text, out facts jsonb, out replayed boolean, out hash bytea, out moved bigint, out remaining bigint,
    out currency text
) language plpgsql volatile security definer
set search_path = public, pg_temp set enable_seqscan = off as $$
declare
    v_hold     ledger_holds;
    d_owner    uuid;
    d_posted   bigint;
    d_version  bigint;
    d_moved    timestamptz;
    c_owner    uuid;
    c_posted   bigint;
    c_version  bigint;
    c_moved    timestamptz;
    v_left     bigint;                      -- may still be captured, the tolerance included
    v_within   bigint;                      -- of the amount, what was held for it
    v_over     bigint := 0;                 -- and what was not
    v_rows     int;
    v_verdict  ledger_verdict;
begin
    hash := sha256(convert_to(row('capture', p_hold, p_amount, p_currency, p_final, p_reference, p_note)::text, 'UTF8'));
    perform ledger_take_id(p_id);
    if ledger_answered(p_id) then
        select r.code, r.facts, r.replayed into code, facts, replayed from ledger_replay(p_id, hash) r;
        if code = 'posted' then
            select 'captured', e.amount, e.rest, h.currency into code, moved, remaining, currency
              from hold_events e join ledger_holds h on h.hold_id = e.hold_id where e.id = p_id;
        end if;
        return;
    end if;

    replayed := false;
    select * into v_hold from ledger_holds where hold_id = p_hold for no key update;
    currency := v_hold.currency;
    if p_amount <= 0 or p_currency <> currency then
        raise exception using errcode = 'invalid_parameter_value',
            message = 'a capture is a positive amount in the currency of its hold';
    end if;
    if (v_hold.status = 'open' and v_hold.expires_at > p_now) is not true then
        v_verdict := ledger_judge_hold(p_hold, p_now);
    else
        moved := coalesce(p_amount, v_hold.rest);
        v_left := v_hold.authorised - v_hold.captured
                  + greatest(v_hold.over_amount, floor(v_hold.authorised::numeric * v_hold.over_points / 10000));
        if moved > v_left or moved = 0 then
            v_verdict.code := 'capture_exceeds_hold';
            v_verdict.facts := jsonb_build_object('left', money_text(v_left, v_hold.currency),
                                                  'wanted', money_text(moved, v_hold.currency));
        end if;
    end if;
    if v_verdict.code is null then
        v_within := least(moved, v_hold.rest);
        v_over := moved - v_within;
        remaining := case when p_final then 0 else v_hold.rest - v_within end;
        if v_hold.debit_id < v_hold.credit_id then
            select owner, posted, version, moved_at into d_owner, d_posted, d_version, d_moved
              from ledger_accounts where account_id = v_hold.debit_id for no key update;
        end if;
        select owner, posted, version, moved_at into c_owner, c_posted, c_version, c_moved
          from ledger_accounts where account_id = v_hold.credit_id for no key update;
        if not v_hold.debit_id < v_hold.credit_id then
            select owner, posted, version, moved_at into d_owner, d_posted, d_version, d_moved
              from ledger_accounts where account_id = v_hold.debit_id for no key update;
        end if;
    end if;
    if v_over > 0 then
        v_verdict := ledger_judge_posting(v_hold.type, v_hold.debit_id, v_hold.credit_id, v_over, v_hold.currency,
                                          null, null, null, p_now);
        if v_verdict.code is null and d_owner is not null and c_owner is distinct from d_owner
           and ledger_counts(v_hold.type) then
            v_verdict := ledger_spend_more(d_owner, v_hold.authorised + v_hold.over, v_over, v_hold.currency, p_now);
        end if;
    end if;
    -- point: judged
    if v_verdict.code is not null then
        code := v_verdict.code;
        facts := v_verdict.facts;
        moved := null;
        remaining := null;
        perform ledger_refuse(p_id, hash, code, facts, p_now);
        return;
    end if;

    insert into transactions (transaction_id, wallet_id, type, amount, currency, "timestamp", value_date,
                              reference, note, correlation, body_hash)
    values (p_id, v_hold.wallet_id, v_hold.type, moved, v_hold.currency, p_now, (p_now at time zone 'UTC')::date,
            coalesce(p_reference, v_hold.reference), coalesce(p_note, v_hold.note), p_correlation, hash);
    -- point: header written
    insert into ledger_entries (transaction_id, leg, account_id, version, amount, balance_after, posted_at)
    values (p_id, 1, v_hold.debit_id, d_version + 1, -moved, d_posted - moved, greatest(p_now, d_moved)),
           (p_id, 1, v_hold.credit_id, c_version + 1, moved, c_posted + moved, greatest(p_now, c_moved));
    -- point: entries written
    update ledger_accounts
       set posted = posted + case when account_id = v_hold.credit_id then moved else -moved end,
           held = held - case when account_id = v_hold.debit_id then v_hold.rest - remaining else 0 end,
           incoming = incoming - case when account_id = v_hold.credit_id then v_hold.rest - remaining else 0 end,
           version = version + 1, moved_at = greatest(p_now, moved_at)
     where account_id in (v_hold.debit_id, v_hold.credit_id)
       and case when account_id = v_hold.credit_id then incoming else held end >= v_hold.rest - remaining
       and (account_id = v_hold.credit_id or v_over = 0 or floor is null or posted - held - v_over >= floor);
    get diagnostics v_rows = row_count;
    if v_rows <> 2 then
        perform ledger_overdrawn(p_id);
    end if;
    -- point: balances moved
    -- With nothing left to take, not even within the tolerance, the hold is done.
    update ledger_holds h
       set captured = h.captured + moved, over = h.over + v_over, rest = remaining, events = h.events + 1,
           status = case when p_final or moved = v_left then 'captured' else h.status end
     where h.hold_id = p_hold;
    -- point: hold written
    insert into hold_events (id, hold_id, seq, kind, amount, rest, transaction_id, at, correlation, body_hash)
    values (p_id, p_hold, v_hold.events + 1, 'captured', moved, remaining, p_id, p_now, p_correlation, hash);
    -- point: event written
    v_hold.rest := v_hold.rest - v_within - remaining;
    if v_hold.rest > 0 and v_hold.counted > 0 then
        perform ledger_release_limits(array[v_hold]);
    end if;
    -- point: counted
    code := 'captured';
    facts := '{}';
end $$;

-- Ends open holds and gives their rest back: the holds are locked, then their accounts here. The caller
-- writes the events.
create function ledger_release_holds(p_holds ledger_holds[], p_status text) returns void
language plpgsql volatile as $$
declare
    v_accounts uuid[] := array(select distinct a from unnest(p_holds) h, unnest(array[h.debit_id, h.credit_id]) a);
    v_rows     int;
begin
    perform from ledger_accounts where account_id = any(v_accounts) order by account_id for no key update;
    update ledger_holds h set status = p_status, rest = 0, events = h.events + 1
     where h.hold_id = any(array(select u.hold_id from unnest(p_holds) u));
    -- point: hold written
    update ledger_accounts a
       set held = a.held - n.held, incoming = a.incoming - n.incoming
      from (select s.account_id, sum(s.held) as held, sum(s.incoming) as incoming
              from unnest(p_holds) h,
                   lateral (values (h.debit_id, h.rest, 0), (h.credit_id, 0, h.rest)) s (account_id, held, incoming)
             group by s.account_id) n
     where a.account_id = n.account_id and a.held >= n.held and a.incoming >= n.incoming;
    get diagnostics v_rows = row_count;
    if v_rows <> cardinality(v_accounts) then
        raise exception using errcode = 'check_violation',
            message = 'more would be released than accounts hold for it';
    end if;
    -- point: held
    perform ledger_release_limits(p_holds);
    -- point: counted
end $$;

-- Gives back what is left of a hold. Its captures stay.
create function ledger_void(
    p_id uuid, p_hold uuid, p_now timestamptz, p_correlation text,
    out code text, out facts jsonb, out replayed boolean, out hash bytea
) language plpgsql volatile security definer
set search_path = public, pg_temp set enable_seqscan = off as $$
declare
    v_hold    ledger_holds;
    v_verdict ledger_verdict;
begin
    hash := sha256(convert_to(row('void', p_hold)::text, 'UTF8'));
    perform ledger_take_id(p_id);
    if ledger_answered(p_id) then
        select r.code, r.facts, r.replayed into code, facts, replayed from ledger_replay(p_id, hash) r;
        return;
    end if;

    replayed := false;
    select * into v_hold from ledger_holds where hold_id = p_hold for no key update;
    v_verdict := ledger_judge_hold(p_hold, p_now);
    -- point: judged
    if v_verdict.code is not null then
        code := v_verdict.code;
        facts := v_verdict.facts;
        perform ledger_refuse(p_id, hash, code, facts, p_now);
        return;
    end if;
    perform ledger_release_holds(array[v_hold], 'voided');
    insert into hold_events (id, hold_id, seq, kind, amount, rest, at, correlation, body_hash)
    values (p_id, p_hold, v_hold.events + 1, 'voided', v_hold.rest, 0, p_now, p_correlation, hash);
    -- point: event written
    code := 'voided';
    facts := '{}';
end $$;

-- Ends holds whose time is over, the longest due first, and returns how many. A hold that somebody else
-- is at is left for the next time. An expiry is nobody's request, so its id follows from the hold's.
create function ledger_expire_holds(p_now timestamptz, p_limit int, p_correlation text) returns int
language plpgsql volatile security definer
set search_path = public, pg_temp set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    v_holds ledger_holds[];
begin
    select array_agg(h) into v_holds
      from (select * from ledger_holds where status = 'open' and expires_at <= p_now
             order by expires_at limit p_limit for no key update skip locked) h;
    if v_holds is null then
        return 0;
    end if;
    perform ledger_release_holds(v_holds, 'expired');
    insert into hold_events (id, hold_id, seq, kind, amount, rest, at, correlation, body_hash)
    select md5('expired ' || h.hold_id)::uuid, h.hold_id, h.events + 1, 'expired', h.rest, 0, p_now, p_correlation,
           sha256(convert_to(row('expired', h.hold_id)::text, 'UTF8'))
      from unnest(v_holds) h;
    -- point: event written
    return cardinality(v_holds);
end $$;

grant execute on function ledger_capture, ledger_void, ledger_expire_holds to wekeza_app;
