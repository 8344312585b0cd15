-- Several legs, all or nothing, judged in their order; the header carries the first. A leg's balance
-- counts what the legs before it did. Conditions and the value date are judged with the first leg.
--
-- Plans are kept: how many ids an array holds would make each call look cheaper to plan anew, and planning
-- is a fifth of it.

create function ledger_post_group(
    p_id uuid, p_type text, p_debits uuid[], p_credits uuid[], p_amounts bigint[], p_currencies text[],
    p_wallet uuid, p_reference text, p_note text, p_value_date date, p_now timestamptz, p_correlation text,
    p_expect_version bigint default null, p_min_left bigint default null, p_reverses uuid default null,
    p_hash bytea default null,              -- of what was asked, when that was not a group
    out code text, out facts jsonb, out replayed boolean, out hash bytea
) language plpgsql volatile security definer
set search_path = public, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set plan_cache_mode = force_generic_plan as $$
declare
    v_accounts ledger_accounts[];           -- as they stand after the legs judged so far
    v_ids      uuid[];
    v_debit    ledger_accounts;
    v_credit   ledger_accounts;
    v_counters limit_counters[];            -- of the payers, locked
    v_owners   uuid[];
    v_spent    bigint[];
    v_days     date[];
    v_counts   boolean := ledger_counts(p_type);
    v_entries  ledger_entries[];
    v_entry    ledger_entries;
    v_verdict  ledger_verdict;
    d          int;
    c          int;
    o          int;
begin
    if cardinality(p_debits) not between 1 and 100 or cardinality(p_credits) <> cardinality(p_debits)
       or cardinality(p_amounts) <> cardinality(p_debits) or cardinality(p_currencies) <> cardinality(p_debits) then
        raise exception using errcode = 'invalid_parameter_value',
            message = 'a group has 1 to 100 legs, each with debit, credit, amount and currency';
    end if;

    hash := coalesce(p_hash, sha256(convert_to(
        row(p_type, p_debits, p_credits, p_amounts, p_currencies, p_wallet, p_reference, p_note,
            to_char(p_value_date, 'YYYY-MM-DD'), p_expect_version, p_min_left, p_reverses)::text, 'UTF8')));
    perform ledger_take_id(p_id);
    if ledger_answered(p_id) then
        select r.code, r.facts, r.replayed into code, facts, replayed from ledger_replay(p_id, hash) r;
        return;
    end if;

    select array_agg(a order by a.account_id), array_agg(a.account_id order by a.account_id)
      into v_accounts, v_ids
      from (select * from ledger_accounts where account_id = any(p_debits || p_credits)
             order by account_id for no key update) a;
    if v_counts then
        select array_agg(k order by k.owner), array_agg(k.owner order by k.owner), array_agg(0::bigint),
               array_agg(null::date)
          into v_counters, v_owners, v_spent, v_days
          from (select * from limit_counters
                 where owner = any(array(select owner from unnest(v_accounts) where account_id = any(p_debits)))
                 order by owner for no key update) k;
    end if;

    replayed := false;
    for i in 1 .. cardinality(p_debits) loop
        d := array_position(v_ids, p_debits[i]);
        c := array_position(v_ids, p_credits[i]);
        v_debit := v_accounts[d];
        v_credit := v_accounts[c];
        v_verdict := ledger_judge_leg(v_debit, v_credit, p_amounts[i], p_currencies[i]);
        if i = 1 and v_verdict.code is null then
            v_verdict := ledger_judge_condition(v_debit, p_amounts[i], p_expect_version, p_min_left);
            if v_verdict.code is null then
                v_verdict := ledger_judge_period(p_value_date, p_now);
            end if;
        end if;
        o := array_position(v_owners, v_debit.owner);
        if v_verdict.code is null and o is not null and v_credit.owner is distinct from v_debit.owner then
            v_verdict := ledger_judge_limits(v_counters[o], p_amounts[i], p_currencies[i], v_spent[o], p_now);
            v_spent[o] := v_spent[o] + v_verdict.spend;
            v_days[o] := v_verdict.day;
        end if;
        if v_verdict.code is not null then
            code := v_verdict.code;
            facts := v_verdict.facts;
            perform ledger_refuse(p_id, hash, code, facts, p_now);
            return;
        end if;
        v_debit.posted := v_debit.posted - p_amounts[i];
        v_credit.posted := v_credit.posted + p_amounts[i];
        for side in 1 .. 2 loop
            if side = 2 then
                v_debit := v_credit;
                d := c;
            end if;
            v_debit.version := v_debit.version + 1;
            v_debit.moved_at := greatest(p_now, v_debit.moved_at);
            v_accounts[d] := v_debit;
            v_entry.leg := i;
            v_entry.account_id := v_debit.account_id;
            v_entry.version := v_debit.version;
            v_entry.amount := case side when 1 then -p_amounts[i] else p_amounts[i] end;
            v_entry.balance_after := v_debit.posted;
            v_entry.posted_at := v_debit.moved_at;
            v_entries := v_entries || v_entry;
        end loop;
    end loop;
    -- point: judged

    insert into transactions (transaction_id, wallet_id, type, amount, currency, "timestamp", value_date,
                              reference, note, correlation, reverses, body_hash)
    values (p_id, p_wallet, p_type, p_amounts[1], p_currencies[1], p_now,
            coalesce(p_value_date, (p_now at time zone 'UTC')::date), p_reference, p_note, p_correlation,
            p_reverses, hash);
    -- point: header written
    insert into ledger_entries (transaction_id, leg, account_id, version, amount, balance_after, posted_at)
    select p_id, e.leg, e.account_id, e.version, e.amount, e.balance_after, e.posted_at
      from unnest(v_entries) e;
    -- point: entries written
    update ledger_accounts a
       set posted = n.posted, version = n.version, moved_at = n.moved_at
      from unnest(v_accounts) n
     where a.account_id = n.account_id
       and (a.floor is null or n.posted >= least(a.posted, a.floor + a.held));
    get diagnostics o = row_count;
    if o <> cardinality(v_ids) then
        perform ledger_overdrawn(p_id);
    end if;
    -- point: balances moved
    perform ledger_count(s.owner, s.spent, s.day) from unnest(v_owners, v_spent, v_days) s (owner, spent, day)
      where s.spent > 0;
    -- point: counted
    facts := '{}';
    code := 'posted';
end $$;

grant execute on function ledger_post_group to wekeza_app;
