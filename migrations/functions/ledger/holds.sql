-- Two-phase money: authorise, raise, capture, void; what runs out is given back by the sweep.
-- The order of locks is always the same: the id, the hold, the accounts by id, the payer's counter.
--
-- A hold is judged once, as a posting is, when it is authorised or raised. What was approved settles:
-- a capture within it is asked neither for funds nor for a ceiling or a freeze that came later, as card
-- schemes have it. What a capture takes beyond the hold is judged as new money. Limits count a hold
-- when it is authorised; what is given back is given back to the limits too, on the same day for the
-- day's and in the same month for the month's.

-- What is plain is passed here without a further call, exactly as in ledger_post.
create function ledger_authorise(
    p_id uuid, p_type text, p_debit uuid, p_credit uuid, p_amount bigint, p_currency text, p_wallet uuid,
    p_reference text, p_note text, p_expires_at timestamptz, p_over_points int, p_over_amount bigint,
    p_now timestamptz, p_correlation text, p_expect_version bigint default null, p_min_left bigint default null,
    out code text, out facts jsonb, out replayed boolean, out hash bytea
) language plpgsql volatile security definer
set search_path = public, pg_temp set enable_seqscan = off as $$
declare
    d_owner    uuid;
    d_currency text;
    d_status   text;
    d_free     bigint;                      -- above the floor; null: no floor
    c_owner    uuid;
    c_currency text;
    c_status   text;
    c_room     bigint;                      -- below the ceiling; null: no ceiling
    v_counts   boolean;
    v_answered boolean;
    v_taken    boolean;
    v_verdict  ledger_verdict;
    v_counted  bigint := 0;
    v_home     text;
    v_day      date;
    v_moved    int;
begin
    hash := sha256(convert_to(row('authorise', p_type, p_debit, p_credit, p_amount, p_currency, p_wallet, p_reference,
                                  p_note, extract(epoch from p_expires_at), p_over_points, p_over_amount,
                                  p_expect_version, p_min_left)::text, 'UTF8'));
    v_taken := pg_advisory_xact_lock(uuid_hash_extended(p_id, 0)) is null;
    select t.counts_limit,
           exists (select from hold_events e where e.id = p_id)
           or exists (select from ledger_refusals r where r.id = p_id)
           or exists (select from transactions where transaction_id = p_id)
      into v_counts, v_answered from transaction_types t where t.type = p_type;
    if v_answered then
        select r.code, r.facts, r.replayed into code, facts, replayed from ledger_replay(p_id, hash) r;
        return;
    end if;
    if (p_expires_at > p_now and p_expires_at <= p_now + interval '1 year'
        and p_over_points between 0 and 10000 and p_over_amount >= 0) is not true then
        raise exception using errcode = 'invalid_parameter_value',
            message = 'a hold ends within a year from now, and may be over-captured by a known part';
    end if;

    if p_debit < p_credit then
        select owner, currency, status, posted - held - floor into d_owner, d_currency, d_status, d_free
          from ledger_accounts where account_id = p_debit for no key update;
    end if;
    select owner, currency, status, ceiling - posted - incoming into c_owner, c_currency, c_status, c_room
      from ledger_accounts where account_id = p_credit for no key update;
    if not p_debit < p_credit then
        select owner, currency, status, posted - held - floor into d_owner, d_currency, d_status, d_free
          from ledger_accounts where account_id = p_debit for no key update;
    end if;

    replayed := false;
    if (d_status = 'active' and c_status = 'active' and d_currency = p_currency and c_currency = p_currency
        and p_debit <> p_credit and p_amount > 0 and v_counts is not null
        and (d_free is null or p_amount <= d_free) and (c_room is null or p_amount <= c_room)
        and p_expect_version is null and p_min_left is null) is not true then
        v_verdict := ledger_judge_posting(p_type, p_debit, p_credit, p_amount, p_currency, null,
                                          p_expect_version, p_min_left, p_now);
    end if;
    -- point: judged
    if v_verdict.code is null and v_counts and d_owner is not null and c_owner is distinct from d_owner then
        update limit_counters
           set day_spent = day_spent + p_amount, month_spent = month_spent + p_amount
         where owner = d_owner and home_currency = p_currency and p_now < day_ends and lowered_until is null
           and coalesce(p_amount <= least(per_transaction, per_day - day_spent, per_month - month_spent), true)
        returning day, p_amount, home_currency into v_day, v_counted, v_home;
        if not found then
            v_verdict := ledger_spend(d_owner, p_amount, p_currency, p_now);
            v_counted := v_verdict.spend;
            v_day := v_verdict.day;
            select home_currency into v_home from limit_counters where owner = d_owner;
        end if;
    end if;
    -- point: counted
    if v_verdict.code is not null then
        code := v_verdict.code;
        facts := v_verdict.facts;
        perform ledger_refuse(p_id, hash, code, facts, p_now);
        -- point: refused
        return;
    end if;

    insert into ledger_holds (hold_id, type, debit_id, credit_id, currency, wallet_id, reference, note, authorised,
                              rest, over_points, over_amount, authorised_at, expires_at, counted, counted_in,
                              counted_day, in_day, in_month)
    values (p_id, p_type, p_debit, p_credit, p_currency, p_wallet, p_reference, p_note, p_amount,
            p_amount, p_over_points, p_over_amount, p_now, p_expires_at, v_counted, v_home,
            v_day, v_counted, v_counted);
    -- point: hold written
    insert into hold_events (id, hold_id, seq, kind, amount, rest, expires_at, at, correlation, body_hash)
    values (p_id, p_id, 1, 'authorised', p_amount, p_amount, p_expires_at, p_now, p_correlation, hash);
    -- point: event written
    update ledger_accounts
       set held = held + case when account_id = p_debit then p_amount else 0 end,
           incoming = incoming + case when account_id = p_credit then p_amount else 0 end
     where account_id in (p_debit, p_credit)
       and (account_id = p_credit or floor is null or posted - held - p_amount >= floor);
    get diagnostics v_moved = row_count;
    if v_moved <> 2 then
        perform ledger_overdrawn(p_id);
    end if;
    -- point: held
    code := 'authorised';
    facts := '{}';
end $$;

-- Why a hold is not open to anything; no code when it is. A hold past its time has expired, whether or
-- not the sweep has come by.
create function ledger_judge_hold(p_hold uuid, p_now timestamptz) returns ledger_verdict
language plpgsql stable as $$
declare
    v_hold    ledger_holds;
    v_verdict ledger_verdict;
begin
    select * into v_hold from ledger_holds where hold_id = p_hold;
    if not found then
        v_verdict.code := 'unknown_hold';
        v_verdict.facts := '{}';
    elsif v_hold.status = 'expired' or (v_hold.status = 'open' and v_hold.expires_at <= p_now) then
        v_verdict.code := 'hold_expired';
        v_verdict.facts := jsonb_build_object(
            'expired_at', to_char(v_hold.expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
    elsif v_hold.status <> 'open' then
        v_verdict.code := 'hold_closed';
        v_verdict.facts := jsonb_build_object('status', v_hold.status);
    end if;
    return v_verdict;
end $$;

-- Counts what comes on top of something approved before. Whatever belongs to one hold is one
-- transaction to the payer's limits, so that nobody gets past them in small steps.
create function ledger_spend_more(
    p_owner uuid, p_before bigint, p_amount bigint, p_currency text, p_now timestamptz
) returns ledger_verdict language plpgsql volatile as $$
declare
    v_counter limit_counters;
    v_before  bigint;
    v_whole   bigint;
begin
    select * into strict v_counter from limit_counters where owner = p_owner for no key update;
    v_before := ceil(ledger_value(p_before, p_currency, v_counter.home_currency, p_now));
    v_whole := ceil(ledger_value(p_before + p_amount, p_currency, v_counter.home_currency, p_now));
    v_counter := ledger_limits_now(v_counter, p_now);
    if v_whole > v_counter.per_transaction then
        return ledger_over_limit(v_counter, 'transaction', v_counter.per_transaction,
                                 v_counter.per_transaction - v_before, p_now);
    end if;
    return ledger_spend(p_owner, p_amount, p_currency, p_now);
end $$;

-- Gives back to the limits what holds counted for the rest they release. The accounts and the holds are
-- locked; `rest` of each hold given is what it releases. A share of what was counted, rounded down; of
-- the day's only while the payer's counter stands on that day, of the month's while in that month.
create function ledger_release_limits(p_holds ledger_holds[]) returns void language plpgsql volatile as $$
declare
    v_owners uuid[] := array(
        select distinct a.owner from unnest(p_holds) h join ledger_accounts a on a.account_id = h.debit_id
         where h.counted > 0 and h.rest > 0);
begin
    if cardinality(v_owners) = 0 then
        return;
    end if;
    perform from limit_counters where owner = any(v_owners) order by owner for no key update;
    update limit_counters k
       set day_spent = greatest(k.day_spent - g.day_given, 0), month_spent = greatest(k.month_spent - g.month_given, 0)
      from (select c.owner,
                   coalesce(sum(least(s.share, s.in_day)) filter (where s.counted_day = c.day), 0) as day_given,
                   coalesce(sum(least(s.share, s.in_month)) filter (
                       where date_trunc('month', s.counted_day::timestamp)::date = c.month), 0) as month_given
              from (select a.owner, h.counted_in, h.counted_day, h.in_day, h.in_month,
                           floor(h.counted::numeric * h.rest / h.authorised) as share
                      from unnest(p_holds) h join ledger_accounts a on a.account_id = h.debit_id
                     where h.rest > 0) s
              join limit_counters c on c.owner = s.owner and c.home_currency = s.counted_in
             group by c.owner) g
     where k.owner = g.owner;
end $$;

-- Adds to what a hold sets aside, and may end it later. Judged as a new hold of that amount would be.
create function ledger_raise_hold(
    p_id uuid, p_hold uuid, p_amount bigint, p_currency text, p_expires_at timestamptz, p_now timestamptz,
    p_correlation text,
    out code text, out facts jsonb, out replayed boolean, out hash bytea
) language plpgsql volatile security definer
set search_path = public, pg_temp set enable_seqscan = off as $$
declare
    v_hold    ledger_holds;
    v_debit   ledger_accounts;
    v_credit  ledger_accounts;
    v_counter limit_counters;
    v_verdict ledger_verdict;
    v_moved   int;
begin
    hash := sha256(convert_to(
        row('raise', p_hold, p_amount, p_currency, extract(epoch from p_expires_at))::text, 'UTF8'));
    perform ledger_take_id(p_id);
    if ledger_answered(p_id) then
        select r.code, r.facts, r.replayed into code, facts, replayed from ledger_replay(p_id, hash) r;
        return;
    end if;

    if p_expires_at > p_now + interval '1 year' then
        raise exception using errcode = 'invalid_parameter_value', message = 'a hold ends within a year from now';
    end if;

    replayed := false;
    select * into v_hold from ledger_holds where hold_id = p_hold for no key update;
    v_verdict := ledger_judge_hold(p_hold, p_now);
    if v_verdict.code is null then
        perform from ledger_accounts where account_id in (v_hold.debit_id, v_hold.credit_id)
          order by account_id for no key update;
        select * into v_debit from ledger_accounts where account_id = v_hold.debit_id;
        select * into v_credit from ledger_accounts where account_id = v_hold.credit_id;
        v_verdict := ledger_judge_leg(v_debit, v_credit, p_amount, p_currency);
    end if;
    -- point: judged
    if v_verdict.code is null and v_debit.owner is not null and v_credit.owner is distinct from v_debit.owner
       and ledger_counts(v_hold.type) then
        v_verdict := ledger_spend_more(v_debit.owner, v_hold.authorised + v_hold.over, p_amount, v_hold.currency,
                                       p_now);
        select * into v_counter from limit_counters where owner = v_debit.owner;
    end if;
    -- point: counted
    if v_verdict.code is not null then
        code := v_verdict.code;
        facts := v_verdict.facts;
        perform ledger_refuse(p_id, hash, code, facts, p_now);
        return;
    end if;

    if v_verdict.spend is not null then
        -- What was counted in another currency, before the payer moved to another country, stays counted.
        if v_hold.counted_in is distinct from v_counter.home_currency then
            v_hold.counted := 0;
            v_hold.counted_day := null;
        end if;
        v_hold.in_day := case when v_hold.counted_day = v_verdict.day then v_hold.in_day else 0 end + v_verdict.spend;
        v_hold.in_month := case when date_trunc('month', v_hold.counted_day::timestamp)
                                     = date_trunc('month', v_verdict.day::timestamp)
                                then v_hold.in_month else 0 end + v_verdict.spend;
        v_hold.counted := v_hold.counted + v_verdict.spend;
        v_hold.counted_day := v_verdict.day;
        v_hold.counted_in := v_counter.home_currency;
    end if;
    update ledger_holds h
       set authorised = h.authorised + p_amount, rest = h.rest + p_amount, events = h.events + 1,
           expires_at = greatest(h.expires_at, p_expires_at), counted = v_hold.counted,
           counted_in = v_hold.counted_in, counted_day = v_hold.counted_day, in_day = v_hold.in_day,
           in_month = v_hold.in_month
     where h.hold_id = p_hold;
    -- point: hold written
    insert into hold_events (id, hold_id, seq, kind, amount, rest, expires_at, at, correlation, body_hash)
    values (p_id, p_hold, v_hold.events + 1, 'raised', p_amount, v_hold.rest + p_amount,
            greatest(v_hold.expires_at, p_expires_at), p_now, p_correlation, hash);
    -- point: event written
    update ledger_accounts
       set held = held + case when account_id = v_hold.debit_id then p_amount else 0 end,
           incoming = incoming + case when account_id = v_hold.credit_id then p_amount else 0 end
     where account_id in (v_hold.debit_id, v_hold.credit_id)
       and (account_id = v_hold.credit_id or floor is null or posted - held - p_amount >= floor);
    get diagnostics v_moved = row_count;
    if v_moved <> 2 then
        perform ledger_overdrawn(p_id);
    end if;
    -- point: held
    code := 'raised';
    facts := '{}';
end $$;

grant execute on function ledger_authorise, ledger_raise_hold to wekeza_app;
