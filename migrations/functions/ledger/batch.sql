-- Many postings of one leg in one call, each with its own id and its own answer, in the order given.
--
-- The plain case is done by sets: everybody's money is looked at once, and when no item can be refused
-- (whatever the order) all are written together. As soon as one might be, every item is judged by itself,
-- in order, by the very function that posts a single one.

create function ledger_post_batch(
    p_ids uuid[], p_types text[], p_debits uuid[], p_credits uuid[], p_amounts bigint[], p_currencies text[],
    p_wallets uuid[], p_references text[], p_notes text[], p_now timestamptz, p_correlation text
) returns table (n int, code text, facts jsonb, replayed boolean, hash bytea)
language plpgsql volatile security definer
set search_path = public, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
    v_size  int := cardinality(p_ids);
    v_taken bigint;
begin
    if v_size not between 1 and 1000
       or (cardinality(p_types), cardinality(p_debits), cardinality(p_credits), cardinality(p_amounts),
           cardinality(p_currencies), cardinality(p_wallets), cardinality(p_references), cardinality(p_notes))
          is distinct from (v_size, v_size, v_size, v_size, v_size, v_size, v_size, v_size) then
        raise exception using errcode = 'invalid_parameter_value',
            message = 'a batch has 1 to 1000 items, each with all its parts';
    end if;

    -- Ids first and in one order, then accounts, then counters: as in a single posting, so that batches
    -- and single postings cannot wait on each other.
    select count(pg_advisory_xact_lock(k) is null) into v_taken
      from (select distinct uuid_hash_extended(id, 0) as k from unnest(p_ids) id order by k) ids;
    perform from ledger_accounts where account_id = any(p_debits || p_credits)
      order by account_id for no key update;

    if not ledger_batch_is_plain(p_ids, p_types, p_debits, p_credits, p_amounts, p_currencies, p_now) then
        return query
        select i.n::int, r.code, r.facts, r.replayed, r.hash
          from unnest(p_ids, p_types, p_debits, p_credits, p_amounts, p_currencies, p_wallets, p_references, p_notes)
               with ordinality i (id, type, debit, credit, amount, currency, wallet, reference, note, n),
               lateral ledger_post(i.id, i.type, i.debit, i.credit, i.amount, i.currency, i.wallet, i.reference,
                                   i.note, null, p_now, p_correlation) r
         order by i.n;
        return;
    end if;
    return query
    select w.n, 'posted', '{}'::jsonb, false, w.hash
      from ledger_write_batch(p_ids, p_types, p_debits, p_credits, p_amounts, p_currencies, p_wallets,
                              p_references, p_notes, p_now, p_correlation) w
     order by w.n;
end $$;

-- Whether no item of a batch can be refused, in any order: no account could go below its floor by all
-- that leaves it, or above its ceiling by all that comes in, and no payer passes a limit by the sum of
-- what they pay. Payers' counters are locked here, after the accounts.
create function ledger_batch_is_plain(
    p_ids uuid[], p_types text[], p_debits uuid[], p_credits uuid[], p_amounts bigint[], p_currencies text[],
    p_now timestamptz
) returns boolean language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
    if exists (select from transactions where transaction_id = any(p_ids))
       or exists (select from ledger_refusals where id = any(p_ids))
       or exists (select from hold_events where id = any(p_ids))
       or (select count(distinct id) from unnest(p_ids) id) < cardinality(p_ids) then
        return false;
    end if;
    if exists (
        select from unnest(p_types, p_debits, p_credits, p_amounts, p_currencies) i (type, debit, credit, amount, currency)
          left join ledger_accounts d on d.account_id = i.debit
          left join ledger_accounts c on c.account_id = i.credit
          left join transaction_types t on t.type = i.type
         where (d.status = 'active' and c.status = 'active' and d.currency = i.currency and c.currency = i.currency
                and i.debit <> i.credit and i.amount > 0 and t.type is not null) is not true
    ) or exists (
        select from (select debit, sum(amount) as leaves from unnest(p_debits, p_amounts) i (debit, amount) group by debit) o
          join ledger_accounts d on d.account_id = o.debit
         where d.posted - d.held - o.leaves < d.floor
    ) or exists (
        select from (select credit, sum(amount) as comes from unnest(p_credits, p_amounts) i (credit, amount) group by credit) o
          join ledger_accounts c on c.account_id = o.credit
         where c.posted + c.incoming + o.comes > c.ceiling
    ) then
        return false;
    end if;

    perform from limit_counters
      where owner = any(array(select d.owner from ledger_accounts d where d.account_id = any(p_debits)))
      order by owner for no key update;
    return not exists (
        select from ledger_batch_spending(p_types, p_debits, p_credits, p_amounts, p_currencies) s
          join limit_counters k on k.owner = s.owner
         where not s.home_only or p_now < k.lowered_until or s.largest > k.per_transaction
            or s.spent + case when k.day >= (p_now at time zone k.timezone)::date then k.day_spent else 0 end
               > k.per_day
            or s.spent + case when k.month >= date_trunc('month', p_now at time zone k.timezone)::date
                              then k.month_spent else 0 end > k.per_month);
end $$;

-- What each payer would spend against their limits, and whether all of it is in their home currency.
create function ledger_batch_spending(
    p_types text[], p_debits uuid[], p_credits uuid[], p_amounts bigint[], p_currencies text[]
) returns table (owner uuid, spent numeric, largest bigint, home_only boolean) language sql stable
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
    select d.owner, sum(i.amount), max(i.amount), bool_and(i.currency = k.home_currency)
      from unnest(p_types, p_debits, p_credits, p_amounts, p_currencies) i (type, debit, credit, amount, currency)
      join transaction_types t on t.type = i.type and t.counts_limit
      join ledger_accounts d on d.account_id = i.debit and d.owner is not null
      join ledger_accounts c on c.account_id = i.credit and c.owner is distinct from d.owner
      join limit_counters k on k.owner = d.owner
     group by d.owner
$$;

-- Writes a batch that was found plain. Balances run within each account in the order of the items.
create function ledger_write_batch(
    p_ids uuid[], p_types text[], p_debits uuid[], p_credits uuid[], p_amounts bigint[], p_currencies text[],
    p_wallets uuid[], p_references text[], p_notes text[], p_now timestamptz, p_correlation text
) returns table (n int, hash bytea) language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
    v_moved int;
begin
    update limit_counters k
       set day_spent = case when k.day >= (p_now at time zone k.timezone)::date then k.day_spent else 0 end + s.spent,
           month_spent = case when k.month >= date_trunc('month', p_now at time zone k.timezone)::date
                              then k.month_spent else 0 end + s.spent,
           day = greatest(k.day, (p_now at time zone k.timezone)::date),
           month = greatest(k.month, date_trunc('month', p_now at time zone k.timezone)::date),
           day_ends = (greatest(k.day, (p_now at time zone k.timezone)::date) + 1)::timestamp at time zone k.timezone
      from ledger_batch_spending(p_types, p_debits, p_credits, p_amounts, p_currencies) s
     where k.owner = s.owner;
    -- point: counted

    return query
    insert into transactions (transaction_id, wallet_id, type, amount, currency, "timestamp", value_date, reference,
                              note, correlation, body_hash)
    select i.id, i.wallet, i.type, i.amount, i.currency, p_now, (p_now at time zone 'UTC')::date, i.reference, i.note,
           p_correlation,
           ledger_body(i.type, i.debit, i.credit, i.amount, i.currency, i.wallet, i.reference, i.note)
      from unnest(p_ids, p_types, p_debits, p_credits, p_amounts, p_currencies, p_wallets, p_references, p_notes)
           with ordinality i (id, type, debit, credit, amount, currency, wallet, reference, note, n)
     order by i.n
    returning array_position(p_ids, transaction_id), body_hash;
    -- point: headers written

    insert into ledger_entries (transaction_id, leg, account_id, version, amount, balance_after, posted_at)
    select m.id, 1, m.account, a.version + row_number() over chain, m.amount, a.posted + sum(m.amount) over chain,
           greatest(p_now, a.moved_at)
      from (select i.id, i.n, s.side, case s.side when 1 then i.debit else i.credit end as account,
                   case s.side when 1 then -i.amount else i.amount end as amount
              from unnest(p_ids, p_debits, p_credits, p_amounts) with ordinality i (id, debit, credit, amount, n),
                   (values (1), (2)) s (side)) m
      join ledger_accounts a on a.account_id = m.account
    window chain as (partition by m.account order by m.n, m.side);
    -- point: entries written

    update ledger_accounts a
       set posted = a.posted + m.moved, version = a.version + m.entries, moved_at = greatest(p_now, a.moved_at)
      from (select account, sum(amount)::bigint as moved, count(*) as entries
              from (select unnest(p_debits) as account, -unnest(p_amounts) as amount
                    union all select unnest(p_credits), unnest(p_amounts)) e
             group by account) m
     where a.account_id = m.account
       and (a.floor is null or a.posted + m.moved >= least(a.posted, a.floor + a.held));
    get diagnostics v_moved = row_count;
    if v_moved <> (select count(distinct a) from unnest(p_debits || p_credits) a) then
        perform ledger_overdrawn(p_ids[1]);
    end if;
    -- point: balances moved
end $$;

grant execute on function ledger_post_batch to wekeza_app;
