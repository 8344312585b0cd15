-- Posting: one call per business operation. The order is always the same: the id, the accounts by id,
-- the payer's counter; everything is judged on locked rows, and either posted or refused. A refusal is a
-- row and a code, not an exception: it commits and stays the answer to that id for ever.
--
-- Planner settings are pinned: a session keeps its plans, and one that was made while a table was
-- empty reads the whole of it for ever.
--
-- A comment that begins with `point:` names a place where the tests let the call break off, to see that
-- nothing of it stays.

-- Waits until nobody else holds this id, and keeps it until the transaction ends. Ids are taken before
-- any account is locked, so whoever presents one twice at once reads the first one's answer.
create function ledger_take_id(p_id uuid) returns boolean language sql volatile as $$
    select pg_advisory_xact_lock(uuid_hash_extended(p_id, 0)) is null
$$;

-- Whether an id has had its answer.
create function ledger_answered(p_id uuid) returns boolean language sql stable as $$
    select exists (select from transactions where transaction_id = p_id)
        or exists (select from ledger_refusals where id = p_id)
        or exists (select from hold_events where id = p_id)
$$;

-- The answer to an id that was presented before.
create function ledger_replay(
    p_id uuid, p_hash bytea, out code text, out facts jsonb, out replayed boolean
) language plpgsql stable as $$
declare
    v_hash bytea;
begin
    replayed := true;
    facts := '{}';
    select r.code, r.facts, r.body_hash into code, facts, v_hash from ledger_refusals r where r.id = p_id;
    if not found then
        select 'posted', '{}'::jsonb, t.body_hash into code, facts, v_hash
          from transactions t where t.transaction_id = p_id;
    end if;
    if not found then
        select e.kind, '{}'::jsonb, e.body_hash into code, facts, v_hash from hold_events e where e.id = p_id;
    end if;
    if v_hash <> p_hash then
        code := 'id_reused';
        facts := '{}';
        replayed := false;
    end if;
end $$;

-- What was asked, as one hash: an id may be presented again with the same, and with nothing else.
create function ledger_body(
    p_type text, p_debit uuid, p_credit uuid, p_amount bigint, p_currency text, p_wallet uuid, p_reference text,
    p_note text, p_value_date date default null, p_expect_version bigint default null,
    p_min_left bigint default null, p_reverses uuid default null
) returns bytea language sql stable as $$
    select sha256(convert_to(row(p_type, p_debit, p_credit, p_amount, p_currency, p_wallet, p_reference, p_note,
                                 p_value_date - date '2000-01-01', p_expect_version, p_min_left,
                                 p_reverses)::text, 'UTF8'))
$$;

create function ledger_refuse(p_id uuid, p_hash bytea, p_code text, p_facts jsonb, p_now timestamptz) returns void
language sql volatile as $$
    insert into ledger_refusals (id, code, facts, at, body_hash) values (p_id, p_code, p_facts, p_now, p_hash)
$$;

-- The last line behind every rule: what moves money names the floor again in the very statement that
-- does, and breaks off when a row does not pass. (A CHECK on the table would be parsed and planned
-- anew for each statement, a tenth of a posting's cost.)
create function ledger_overdrawn(p_id uuid) returns void language plpgsql as $$
begin
    raise exception using errcode = 'check_violation',
        message = 'transaction ' || p_id || ' would leave an account below its floor';
end $$;

-- What is plain is passed here without a further call: open accounts, enough money, room below the
-- ceiling, a payer within their limits in their own currency. Whatever is not plain is put to the
-- judge, whose word holds, so the rules stand in one place.
create function ledger_post(
    p_id uuid, p_type text, p_debit uuid, p_credit uuid, p_amount bigint, p_currency text, p_wallet uuid,
    p_reference text, p_note text, p_value_date date, p_now timestamptz, p_correlation text,
    p_expect_version bigint default null, p_min_left bigint default null, p_reverses uuid default null,
    out code text, out facts jsonb, out replayed boolean, out hash bytea
) language plpgsql volatile security definer
set search_path = public, pg_temp set enable_seqscan = off as $$
declare
    d_owner    uuid;
    d_currency text;
    d_status   text;
    d_posted   bigint;
    d_free     bigint;                      -- above the floor; null: no floor
    d_version  bigint;
    d_moved    timestamptz;
    c_owner    uuid;
    c_currency text;
    c_status   text;
    c_posted   bigint;
    c_room     bigint;                      -- below the ceiling; null: no ceiling
    c_version  bigint;
    c_moved    timestamptz;
    v_day      date := (p_now at time zone 'UTC')::date;
    v_counts   boolean;
    v_answered boolean;
    v_taken    boolean;
    v_moved    int;
    v_verdict  ledger_verdict;
begin
    hash := ledger_body(p_type, p_debit, p_credit, p_amount, p_currency, p_wallet, p_reference, p_note, p_value_date,
                        p_expect_version, p_min_left, p_reverses);
    v_taken := pg_advisory_xact_lock(uuid_hash_extended(p_id, 0)) is null;
    select t.counts_limit,
           exists (select from transactions where transaction_id = p_id)
           or exists (select from ledger_refusals r where r.id = p_id)
           or exists (select from hold_events e where e.id = p_id)
      into v_counts, v_answered from transaction_types t where t.type = p_type;
    if v_answered then
        select r.code, r.facts, r.replayed into code, facts, replayed from ledger_replay(p_id, hash) r;
        return;
    end if;

    -- Always in the order of ids, so that two opposite payments cannot wait on each other.
    if p_debit < p_credit then
        select owner, currency, status, posted, posted - held - floor, version, moved_at
          into d_owner, d_currency, d_status, d_posted, d_free, d_version, d_moved
          from ledger_accounts where account_id = p_debit for no key update;
    end if;
    select owner, currency, status, posted, ceiling - posted - incoming, version, moved_at
      into c_owner, c_currency, c_status, c_posted, c_room, c_version, c_moved
      from ledger_accounts where account_id = p_credit for no key update;
    if not p_debit < p_credit then
        select owner, currency, status, posted, posted - held - floor, version, moved_at
          into d_owner, d_currency, d_status, d_posted, d_free, d_version, d_moved
          from ledger_accounts where account_id = p_debit for no key update;
    end if;

    replayed := false;
    if (d_status = 'active' and c_status = 'active' and d_currency = p_currency and c_currency = p_currency
        and p_debit <> p_credit and p_amount > 0 and v_counts is not null
        and (d_free is null or p_amount <= d_free) and (c_room is null or p_amount <= c_room)
        and p_expect_version is null and p_min_left is null
        and (p_value_date is null or p_value_date = v_day)) is not true then
        v_verdict := ledger_judge_posting(p_type, p_debit, p_credit, p_amount, p_currency, p_value_date,
                                          p_expect_version, p_min_left, p_now);
    end if;
    -- point: judged
    if v_verdict.code is null and v_counts and d_owner is not null and c_owner is distinct from d_owner then
        -- The day and its end were noted by the first payment of the day; a clock that runs late counts
        -- in the day that has begun.
        update limit_counters
           set day_spent = day_spent + p_amount, month_spent = month_spent + p_amount
         where owner = d_owner and home_currency = p_currency and p_now < day_ends and lowered_until is null
           and coalesce(p_amount <= least(per_transaction, per_day - day_spent, per_month - month_spent), true);
        if not found then
            v_verdict := ledger_spend(d_owner, p_amount, p_currency, p_now);
        end if;
    end if;
    -- point: counted
    if v_verdict.code is not null then
        code := v_verdict.code;
        facts := v_verdict.facts;
        insert into ledger_refusals (id, code, facts, at, body_hash)
        values (p_id, v_verdict.code, v_verdict.facts, p_now, hash);
        -- point: refused
        return;
    end if;

    insert into transactions (transaction_id, wallet_id, type, amount, currency, "timestamp", value_date,
                              reference, note, correlation, reverses, body_hash)
    values (p_id, p_wallet, p_type, p_amount, p_currency, p_now, coalesce(p_value_date, v_day), p_reference,
            p_note, p_correlation, p_reverses, hash);
    -- point: header written
    insert into ledger_entries (transaction_id, leg, account_id, version, amount, balance_after, posted_at)
    values (p_id, 1, p_debit, d_version + 1, -p_amount, d_posted - p_amount, greatest(p_now, d_moved)),
           (p_id, 1, p_credit, c_version + 1, p_amount, c_posted + p_amount, greatest(p_now, c_moved));
    -- point: entries written
    update ledger_accounts
       set posted = posted + case when account_id = p_credit then p_amount else -p_amount end,
           version = version + 1, moved_at = greatest(p_now, moved_at)
     where account_id in (p_debit, p_credit)
       and (account_id = p_credit or floor is null or posted - held - p_amount >= floor);
    get diagnostics v_moved = row_count;
    if v_moved <> 2 then
        perform ledger_overdrawn(p_id);
    end if;
    -- point: balances moved
    code := 'posted';
    facts := '{}';
end $$;

-- Keeps a refusal whose savepoint was rolled back together with the rest of its effect. When somebody
-- else settled the id in between, the caller's transaction fails and is run again.
create function ledger_keep_refusal(p_id uuid, p_hash bytea, p_code text, p_facts jsonb, p_now timestamptz)
returns void
language plpgsql volatile security definer
set search_path = public, pg_temp set enable_seqscan = off as $$
begin
    perform ledger_take_id(p_id);
    if not ledger_answered(p_id) then
        perform ledger_refuse(p_id, p_hash, p_code, p_facts, p_now);
    elsif (select r.code from ledger_replay(p_id, p_hash) r) <> p_code then
        raise exception using errcode = 'serialization_failure',
            message = 'request ' || p_id || ' was settled otherwise in between';
    end if;
end $$;

grant execute on function ledger_post, ledger_keep_refusal to wekeza_app;
