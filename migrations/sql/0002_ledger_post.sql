-- Posting: one call per business operation. The order is always the same: the request, the accounts by
-- id, the payer's counter; then everything is judged on locked rows, and either posted or refused.
-- A refusal is a row and a code, not an exception: it commits and stays the answer to that id for ever.
--
-- Planner settings are pinned, because a plan made while the tables were small would be kept.

-- The answer to an id that was presented before.
create function ledger_replay(
    p_id uuid, p_hash bytea, out code text, out facts jsonb, out replayed boolean
) language plpgsql volatile as $$
begin
    replayed := true;
    if p_hash <> (select q.body_hash from ledger_requests q where q.id = p_id) then
        code := 'id_reused';
        facts := '{}';
        replayed := false;
        return;
    end if;
    select r.code, r.facts into code, facts from ledger_refusals r where r.id = p_id;
    if not found then
        code := 'posted';
        facts := '{}';
    end if;
end $$;

create function ledger_post(
    p_id uuid, p_type text, p_debit uuid, p_credit uuid, p_amount bigint, p_currency text, p_wallet uuid,
    p_reference text, p_note text, p_value_date date, p_now timestamptz, p_correlation text,
    out code text, out facts jsonb, out replayed boolean, out hash bytea
) language plpgsql volatile security definer
set search_path = public, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    v_debit   ledger_accounts;
    v_credit  ledger_accounts;
    v_verdict ledger_verdict;
begin
    hash := sha256(convert_to(row(p_type, p_debit, p_credit, p_amount, p_currency, p_wallet, p_reference,
                                  p_note, to_char(p_value_date, 'YYYY-MM-DD'))::text, 'UTF8'));
    insert into ledger_requests (id, body_hash, at) values (p_id, hash, p_now) on conflict do nothing;
    if not found then
        select r.code, r.facts, r.replayed into code, facts, replayed from ledger_replay(p_id, hash) r;
        return;
    end if;

    -- Always in the order of ids, so that two opposite payments cannot wait on each other.
    if p_debit < p_credit then
        select * into v_debit from ledger_accounts where account_id = p_debit for no key update;
        select * into v_credit from ledger_accounts where account_id = p_credit for no key update;
    else
        select * into v_credit from ledger_accounts where account_id = p_credit for no key update;
        select * into v_debit from ledger_accounts where account_id = p_debit for no key update;
    end if;

    replayed := false;
    v_verdict := ledger_judge(p_type, v_debit, v_credit, p_amount, p_currency, 0, p_now, true);
    if v_verdict.code is not null then
        code := v_verdict.code;
        facts := v_verdict.facts;
        insert into ledger_refusals (id, code, facts, at) values (p_id, v_verdict.code, v_verdict.facts, p_now);
        return;
    end if;

    insert into transactions (transaction_id, wallet_id, type, amount, currency, "timestamp", value_date,
                              reference, note, correlation)
    values (p_id, p_wallet, p_type, p_amount, p_currency, p_now,
            coalesce(p_value_date, (p_now at time zone 'UTC')::date), p_reference, p_note, p_correlation);
    insert into ledger_entries (transaction_id, leg, account_id, version, amount, balance_after, posted_at)
    values (p_id, 1, p_debit, v_debit.version + 1, -p_amount, v_debit.posted - p_amount,
            greatest(p_now, v_debit.moved_at)),
           (p_id, 1, p_credit, v_credit.version + 1, p_amount, v_credit.posted + p_amount,
            greatest(p_now, v_credit.moved_at));
    update ledger_accounts
       set posted = posted + case when account_id = p_credit then p_amount else -p_amount end,
           version = version + 1, moved_at = greatest(p_now, moved_at)
     where account_id in (p_debit, p_credit);
    if v_verdict.spend is not null then
        update limit_counters
           set day_spent = case when day = v_verdict.day then day_spent else 0 end + v_verdict.spend,
               month_spent = case when month = v_verdict.month then month_spent else 0 end + v_verdict.spend,
               day = v_verdict.day, month = v_verdict.month
         where owner = v_debit.owner;
    end if;
    code := 'posted';
    facts := '{}';
end $$;

-- Several legs, all or nothing, judged in their order; the header carries the first. A leg's balance
-- counts what the legs before it did.
create function ledger_post_group(
    p_id uuid, p_type text, p_debits uuid[], p_credits uuid[], p_amounts bigint[], p_currencies text[],
    p_wallet uuid, p_reference text, p_note text, p_value_date date, p_now timestamptz, p_correlation text,
    out code text, out facts jsonb, out replayed boolean, out hash bytea
) language plpgsql volatile security definer
set search_path = public, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    v_accounts ledger_accounts[];           -- as they stand after the legs judged so far
    v_ids      uuid[];
    v_owners   uuid[];                      -- payers whose counters are locked
    v_spent    bigint[];
    v_day      date[];
    v_month    date[];
    v_entries  ledger_entries[];
    v_entry    ledger_entries;
    v_verdict  ledger_verdict;
    d          int;
    c          int;
    o          int;
begin
    if cardinality(p_debits) = 1 then
        select r.code, r.facts, r.replayed, r.hash into code, facts, replayed, hash
          from ledger_post(p_id, p_type, p_debits[1], p_credits[1], p_amounts[1], p_currencies[1], p_wallet,
                           p_reference, p_note, p_value_date, p_now, p_correlation) r;
        return;
    elsif cardinality(p_debits) not between 2 and 100 or cardinality(p_credits) <> cardinality(p_debits)
          or cardinality(p_amounts) <> cardinality(p_debits) or cardinality(p_currencies) <> cardinality(p_debits) then
        raise exception using errcode = 'invalid_parameter_value',
            message = 'a group has 1 to 100 legs, each with debit, credit, amount and currency';
    end if;

    hash := sha256(convert_to(row(p_type, p_debits, p_credits, p_amounts, p_currencies, p_wallet, p_reference,
                                  p_note, to_char(p_value_date, 'YYYY-MM-DD'))::text, 'UTF8'));
    insert into ledger_requests (id, body_hash, at) values (p_id, hash, p_now) on conflict do nothing;
    if not found then
        select r.code, r.facts, r.replayed into code, facts, replayed from ledger_replay(p_id, hash) r;
        return;
    end if;

    select array_agg(a order by a.account_id), array_agg(a.account_id order by a.account_id)
      into v_accounts, v_ids
      from (select * from ledger_accounts where account_id = any(p_debits || p_credits)
             order by account_id for no key update) a;
    select array_agg(k.owner), array_agg(0::bigint), array_agg(k.day), array_agg(k.month)
      into v_owners, v_spent, v_day, v_month
      from (select * from limit_counters
             where owner = any(array(select owner from unnest(v_accounts) where account_id = any(p_debits)))
               and (select counts_limit from transaction_types where type = p_type)
             order by owner for no key update) k;

    replayed := false;
    for i in 1 .. cardinality(p_debits) loop
        d := array_position(v_ids, p_debits[i]);
        c := array_position(v_ids, p_credits[i]);
        o := array_position(v_owners, (v_accounts[d]).owner);
        v_verdict := ledger_judge(p_type, v_accounts[d], v_accounts[c], p_amounts[i], p_currencies[i],
                                  coalesce(v_spent[o], 0), p_now, false);
        if v_verdict.code is not null then
            code := v_verdict.code;
            facts := v_verdict.facts;
            insert into ledger_refusals (id, code, facts, at)
            values (p_id, v_verdict.code, v_verdict.facts, p_now);
            return;
        end if;
        if v_verdict.spend is not null then
            v_spent[o] := v_spent[o] + v_verdict.spend;
            v_day[o] := v_verdict.day;
            v_month[o] := v_verdict.month;
        end if;
        v_accounts[d].posted := (v_accounts[d]).posted - p_amounts[i];
        v_accounts[c].posted := (v_accounts[c]).posted + p_amounts[i];
        for side in 1 .. 2 loop
            o := case side when 1 then d else c end;
            v_accounts[o].version := (v_accounts[o]).version + 1;
            v_accounts[o].moved_at := greatest(p_now, (v_accounts[o]).moved_at);
            v_entry.leg := i;
            v_entry.account_id := v_ids[o];
            v_entry.version := (v_accounts[o]).version;
            v_entry.amount := case side when 1 then -p_amounts[i] else p_amounts[i] end;
            v_entry.balance_after := (v_accounts[o]).posted;
            v_entry.posted_at := (v_accounts[o]).moved_at;
            v_entries := v_entries || v_entry;
        end loop;
    end loop;

    insert into transactions (transaction_id, wallet_id, type, amount, currency, "timestamp", value_date,
                              reference, note, correlation)
    values (p_id, p_wallet, p_type, p_amounts[1], p_currencies[1], p_now,
            coalesce(p_value_date, (p_now at time zone 'UTC')::date), p_reference, p_note, p_correlation);
    insert into ledger_entries (transaction_id, leg, account_id, version, amount, balance_after, posted_at)
    select p_id, e.leg, e.account_id, e.version, e.amount, e.balance_after, e.posted_at
      from unnest(v_entries) e;
    update ledger_accounts a
       set posted = n.posted, version = n.version, moved_at = n.moved_at
      from unnest(v_accounts) n
     where a.account_id = n.account_id;
    update limit_counters k
       set day_spent = case when k.day = s.day then k.day_spent else 0 end + s.spent,
           month_spent = case when k.month = s.month then k.month_spent else 0 end + s.spent,
           day = s.day, month = s.month
      from unnest(v_owners, v_spent, v_day, v_month) s (owner, spent, day, month)
     where k.owner = s.owner and s.spent > 0;
    facts := '{}';
    code := 'posted';
end $$;

-- Keeps a refusal whose savepoint was rolled back together with the rest of its effect. When somebody
-- else settled the id in between, the caller's transaction fails and is run again.
create function ledger_keep_refusal(p_id uuid, p_hash bytea, p_code text, p_facts jsonb, p_now timestamptz)
returns void
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    insert into ledger_requests (id, body_hash, at) values (p_id, p_hash, p_now) on conflict do nothing;
    if found then
        insert into ledger_refusals (id, code, facts, at) values (p_id, p_code, p_facts, p_now);
    elsif (select r.code from ledger_replay(p_id, p_hash) r) <> p_code then
        raise exception using errcode = 'serialization_failure',
            message = 'request ' || p_id || ' was settled otherwise in between';
    end if;
end $$;
