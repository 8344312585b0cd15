-- Judging: the one place that decides whether money may move. Shared by posting and by the dry look,
-- so that they cannot drift. These functions belong to the ledger's owner and are called by its own.

-- An amount in words that Money.load() reads, such as KES 1500.00.
create function money_text(p_minor bigint, p_currency text) returns text
language sql stable as $$
    select p_currency || ' ' || round(p_minor / 10::numeric ^ exponent, exponent)
      from currencies where code = p_currency
$$;

-- An amount's worth in another currency's minor units, not yet rounded, by the latest rate known at
-- the time in either direction; null when there is none.
create function ledger_value_straight(p_amount numeric, p_from text, p_to text, p_at timestamptz) returns numeric
language sql stable as $$
    select case when p_from = p_to then p_amount else (
        select (case when straight then p_amount * rate else p_amount / rate end)
               * 10::numeric ^ (t.exponent - f.exponent)
          from ((select rate, "timestamp", true as straight from fx_rates
                  where currency_from = p_from and currency_to = p_to and "timestamp" <= p_at
                  order by "timestamp" desc limit 1)
                union all
                (select rate, "timestamp", false from fx_rates
                  where currency_from = p_to and currency_to = p_from and "timestamp" <= p_at
                  order by "timestamp" desc limit 1)) latest,
               currencies f, currencies t
         where f.code = p_from and t.code = p_to
         order by "timestamp" desc, straight desc limit 1)
    end
$$;

-- The same; by way of the dollar where the two have no rate of their own, as African currencies mostly do.
create function ledger_value(p_amount bigint, p_from text, p_to text, p_at timestamptz) returns numeric
language sql stable as $$
    select coalesce(
        ledger_value_straight(p_amount, p_from, p_to, p_at),
        ledger_value_straight(ledger_value_straight(p_amount, p_from, 'USD', p_at), 'USD', p_to, p_at))
$$;

-- A payer's limits as they stand now: a part of what the tier allows while they are lowered, rounded down.
create function ledger_limits_now(p_counter limit_counters, p_now timestamptz) returns limit_counters
language plpgsql immutable as $$
begin
    if p_now < p_counter.lowered_until then
        p_counter.per_transaction := p_counter.per_transaction * p_counter.lowered_percent / 100;
        p_counter.per_day := p_counter.per_day * p_counter.lowered_percent / 100;
        p_counter.per_month := p_counter.per_month * p_counter.lowered_percent / 100;
    end if;
    return p_counter;
end $$;

-- Says no for a limit, and until when it is lowered, if it is.
create function ledger_over_limit(
    p_counter limit_counters, p_scope text, p_limit bigint, p_left bigint, p_now timestamptz
) returns ledger_verdict language plpgsql stable as $$
declare
    v_verdict ledger_verdict;
begin
    v_verdict.code := 'limit_exceeded';
    v_verdict.facts := jsonb_build_object(
        'scope', p_scope, 'limit', money_text(p_limit, p_counter.home_currency),
        'left', money_text(greatest(p_left, 0), p_counter.home_currency));
    if p_now < p_counter.lowered_until then
        v_verdict.facts := v_verdict.facts || jsonb_build_object(
            'lowered_until', to_char(p_counter.lowered_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'));
    end if;
    return v_verdict;
end $$;

-- Whether a payer may spend once more, after earlier legs of the same group spent p_before.
create function ledger_judge_limits(
    p_counter limit_counters, p_amount bigint, p_currency text, p_before bigint, p_now timestamptz
) returns ledger_verdict language plpgsql stable as $$
declare
    v_verdict ledger_verdict;
    v_over    ledger_verdict;
    v_scope   text;
    v_limit   bigint;
    v_left    bigint;
begin
    p_counter := ledger_limits_now(p_counter, p_now);
    -- The counter's day never turns back, so that a clock that runs late cannot open a day twice.
    v_verdict.day := greatest((p_now at time zone p_counter.timezone)::date, p_counter.day);
    if p_counter.day < v_verdict.day then
        p_counter.day_spent := 0;
    end if;
    if p_counter.month < date_trunc('month', v_verdict.day::timestamp)::date then
        p_counter.month_spent := 0;
    end if;

    if p_currency = p_counter.home_currency then
        v_verdict.spend := p_amount;
    else
        -- Rounded up: a limit is not stretched by a fraction.
        v_verdict.spend := ceil(ledger_value(p_amount, p_currency, p_counter.home_currency, p_now));
        if v_verdict.spend is null then
            v_verdict.code := 'no_rate';
            v_verdict.facts := jsonb_build_object('source', p_currency, 'target', p_counter.home_currency);
            return v_verdict;
        end if;
    end if;

    if p_before + v_verdict.spend > p_counter.per_transaction then
        v_scope := 'transaction';
        v_limit := p_counter.per_transaction;
        v_left := p_counter.per_transaction - p_before;
    elsif p_counter.day_spent + p_before + v_verdict.spend > p_counter.per_day then
        v_scope := 'day';
        v_limit := p_counter.per_day;
        v_left := p_counter.per_day - p_counter.day_spent - p_before;
    elsif p_counter.month_spent + p_before + v_verdict.spend > p_counter.per_month then
        v_scope := 'month';
        v_limit := p_counter.per_month;
        v_left := p_counter.per_month - p_counter.month_spent - p_before;
    end if;
    if v_scope is not null then
        v_over := ledger_over_limit(p_counter, v_scope, v_limit, v_left, p_now);
        v_verdict.code := v_over.code;
        v_verdict.facts := v_over.facts;
    end if;
    return v_verdict;
end $$;

-- Counts what a payer spends, on a day that is not before the counter's.
create function ledger_count(p_owner uuid, p_spend bigint, p_day date) returns void language sql volatile as $$
    update limit_counters
       set day_spent = case when day = p_day then day_spent else 0 end + p_spend,
           month_spent = case when month = date_trunc('month', p_day::timestamp)::date then month_spent else 0 end
                         + p_spend,
           day = p_day, month = date_trunc('month', p_day::timestamp)::date,
           day_ends = (p_day + 1)::timestamp at time zone timezone
     where owner = p_owner
$$;

-- Judges one payment against its payer's limits and counts it. The counter is locked after the accounts.
create function ledger_spend(p_owner uuid, p_amount bigint, p_currency text, p_now timestamptz)
returns ledger_verdict language plpgsql volatile as $$
declare
    v_counter limit_counters;
    v_verdict ledger_verdict;
begin
    select * into strict v_counter from limit_counters where owner = p_owner for no key update;
    v_verdict := ledger_judge_limits(v_counter, p_amount, p_currency, 0, p_now);
    if v_verdict.code is null then
        perform ledger_count(p_owner, v_verdict.spend, v_verdict.day);
    end if;
    return v_verdict;
end $$;

-- Whether a type of transaction counts against limits. A type nobody has heard of is a mistake.
create function ledger_counts(p_type text) returns boolean language plpgsql stable as $$
declare
    v_counts boolean;
begin
    select counts_limit into v_counts from transaction_types where type = p_type;
    if not found then
        raise exception using errcode = 'invalid_parameter_value',
            message = 'there is no transaction type ' || coalesce(p_type, 'null');
    end if;
    return v_counts;
end $$;

-- A value date is today, at most 31 days ahead, or earlier while its period is open.
create function ledger_judge_period(p_value_date date, p_now timestamptz) returns ledger_verdict
language plpgsql volatile as $$
declare
    v_today   date := (p_now at time zone 'UTC')::date;
    v_verdict ledger_verdict;
    v_closed  date;
begin
    if p_value_date > v_today + 31 then
        raise exception using errcode = 'invalid_parameter_value',
            message = 'a value date lies at most 31 days ahead';
    elsif p_value_date < v_today then
        -- Held until commit, so that no period is closed over a posting that is not there yet.
        perform pg_advisory_xact_lock_shared(hashtextextended('ledger period', 0));
        select max(closed_through) into v_closed from ledger_periods;
        if p_value_date <= v_closed then
            v_verdict.code := 'period_closed';
            v_verdict.facts := jsonb_build_object('value_date', p_value_date, 'closed_through', v_closed);
        end if;
    end if;
    return v_verdict;
end $$;

-- One leg, judged on the accounts as they stand: status, funds, the payee's ceiling. What could never
-- be posted is a caller's mistake and not an answer to a customer: it raises, and so leaves nothing behind.
create function ledger_judge_leg(
    p_debit ledger_accounts, p_credit ledger_accounts, p_amount bigint, p_currency text
) returns ledger_verdict language plpgsql stable as $$
declare
    v_verdict ledger_verdict;
begin
    if (p_debit.currency = p_currency and p_credit.currency = p_currency
        and p_debit.account_id <> p_credit.account_id and p_amount > 0) is not true then
        raise exception using errcode = 'invalid_parameter_value', message = case
            when p_debit.account_id is null or p_credit.account_id is null then 'there is no such ledger account'
            when p_debit.account_id = p_credit.account_id then 'money moves between two accounts'
            when p_debit.currency <> p_currency or p_credit.currency <> p_currency
            then 'both accounts of a leg hold the currency that moves'
            else 'an amount that moves is positive' end;
    end if;

    if p_debit.status not in ('active', 'credit_frozen') then
        v_verdict.code := 'account_frozen';
        v_verdict.facts := jsonb_build_object('side', 'debit', 'status', p_debit.status);
    elsif p_credit.status not in ('active', 'debit_frozen', 'dormant') then
        v_verdict.code := 'account_frozen';
        v_verdict.facts := jsonb_build_object('side', 'credit', 'status', p_credit.status);
    elsif p_debit.posted - p_debit.held - p_amount < p_debit.floor then
        v_verdict.code := 'insufficient_funds';
        v_verdict.facts := jsonb_build_object(
            'available', money_text(p_debit.posted - p_debit.held - p_debit.floor, p_debit.currency),
            'wanted', money_text(p_amount, p_debit.currency));
    elsif p_credit.posted + p_credit.incoming + p_amount > p_credit.ceiling then
        v_verdict.code := 'balance_ceiling';
        v_verdict.facts := jsonb_build_object('limit', money_text(p_credit.ceiling, p_credit.currency));
    end if;
    return v_verdict;
end $$;

-- What a caller may ask of the payer's account before anything moves: that nobody has moved it since
-- (its version), and how much is to be left free afterwards.
create function ledger_judge_condition(
    p_debit ledger_accounts, p_amount bigint, p_expect_version bigint, p_min_left bigint
) returns ledger_verdict language plpgsql stable as $$
declare
    v_verdict ledger_verdict;
    v_left    bigint := p_debit.posted - p_debit.held - coalesce(p_debit.floor, 0) - p_amount;
begin
    if p_debit.version <> p_expect_version then
        v_verdict.code := 'account_moved';
        v_verdict.facts := jsonb_build_object('expected', p_expect_version::text, 'found', p_debit.version::text);
    elsif v_left < p_min_left then
        v_verdict.code := 'too_little_left';
        v_verdict.facts := jsonb_build_object('left', money_text(v_left, p_debit.currency),
                                              'wanted', money_text(p_min_left, p_debit.currency));
    end if;
    return v_verdict;
end $$;

-- A whole posting of one leg but for the payer's limits, on accounts that are locked already.
create function ledger_judge_posting(
    p_type text, p_debit uuid, p_credit uuid, p_amount bigint, p_currency text, p_value_date date,
    p_expect_version bigint, p_min_left bigint, p_now timestamptz
) returns ledger_verdict language plpgsql volatile as $$
declare
    v_debit   ledger_accounts;
    v_credit  ledger_accounts;
    v_verdict ledger_verdict;
begin
    perform ledger_counts(p_type);
    select * into v_debit from ledger_accounts where account_id = p_debit;
    select * into v_credit from ledger_accounts where account_id = p_credit;
    v_verdict := ledger_judge_leg(v_debit, v_credit, p_amount, p_currency);
    if v_verdict.code is null then
        v_verdict := ledger_judge_condition(v_debit, p_amount, p_expect_version, p_min_left);
    end if;
    if v_verdict.code is null then
        v_verdict := ledger_judge_period(p_value_date, p_now);
    end if;
    return v_verdict;
end $$;

-- What posting one leg would answer now, without lock or trace. p_credit may be null: not known yet.
create function ledger_look(
    p_type text, p_debit uuid, p_credit uuid, p_amount bigint, p_currency text, p_now timestamptz,
    out code text, out facts jsonb
) language plpgsql stable security definer
set search_path = public, pg_temp set enable_seqscan = off as $$
declare
    v_debit   ledger_accounts;
    v_credit  ledger_accounts;
    v_counter limit_counters;
    v_verdict ledger_verdict;
begin
    select * into v_debit from ledger_accounts where account_id = p_debit;
    select * into v_credit from ledger_accounts where account_id = p_credit;
    if p_credit is null then  -- somebody else's account, of whom nothing is known
        v_credit.account_id := '00000000-0000-0000-0000-000000000000';
        v_credit.currency := p_currency;
    end if;
    v_verdict := ledger_judge_leg(v_debit, v_credit, p_amount, p_currency);
    if ledger_counts(p_type) and v_verdict.code is null and v_credit.owner is distinct from v_debit.owner then
        select * into v_counter from limit_counters where owner = v_debit.owner;
        if found then
            v_verdict := ledger_judge_limits(v_counter, p_amount, p_currency, 0, p_now);
        end if;
    end if;
    code := coalesce(v_verdict.code, 'ok');
    facts := coalesce(v_verdict.facts, '{}');
end $$;

grant execute on function ledger_look to wekeza_app;
grant execute on function ledger_value, ledger_value_straight, money_text to wekeza_app, wekeza_auditor;
