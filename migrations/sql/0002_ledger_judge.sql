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
create function ledger_value(p_amount bigint, p_from text, p_to text, p_at timestamptz) returns numeric
language sql stable as $$
    select case when p_from = p_to then p_amount::numeric else (
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

-- `code` is null when the money may move; `spend` is null when it does not count against a limit.
create type ledger_verdict as (code text, facts jsonb, spend bigint, day date, month date);

-- What each customer may do: their tier's limits, in the home currency, on their country's day.
create view ledger_allowances as
    select o.owner as customer, o.home_currency, o.timezone, t.per_transaction, t.per_day, t.per_month
      from account_owners o join tier_limits t on t.country = o.country and t.tier = o.tier;

-- Whether the tier allows one more payment, after earlier legs of the same group spent p_before.
-- Null when the type does not count against limits.
create function ledger_judge_limits(
    p_type text, p_owner uuid, p_amount bigint, p_currency text, p_before bigint, p_now timestamptz, p_lock boolean
) returns ledger_verdict
language plpgsql volatile as $$
declare
    v_tier    record;
    v_verdict ledger_verdict;
    v_scope   text;
    v_limit   bigint;
    v_left    bigint;
begin
    -- The counter is locked here, after the accounts. Its day never turns back, so that a clock that
    -- runs late cannot open a day twice.
    if p_lock then
        select y.counts_limit, a.*, k.*, greatest((p_now at time zone a.timezone)::date, k.day) as today
          into v_tier
          from limit_counters k join ledger_allowances a on a.customer = k.owner, transaction_types y
         where k.owner = p_owner and y.type = p_type for no key update of k;
    else
        select y.counts_limit, a.*, k.*, greatest((p_now at time zone a.timezone)::date, k.day) as today
          into v_tier
          from limit_counters k join ledger_allowances a on a.customer = k.owner, transaction_types y
         where k.owner = p_owner and y.type = p_type;
    end if;
    if not found then
        raise exception using errcode = 'invalid_parameter_value',
            message = 'there is no transaction type ' || coalesce(p_type, 'null');
    elsif not v_tier.counts_limit then
        return null;
    end if;
    v_verdict.day := v_tier.today;
    v_verdict.month := date_trunc('month', v_tier.today::timestamp)::date;
    if v_tier.day < v_verdict.day then
        v_tier.day_spent := 0;
    end if;
    if v_tier.month < v_verdict.month then
        v_tier.month_spent := 0;
    end if;

    if p_currency = v_tier.home_currency then
        v_verdict.spend := p_amount;
    else
        -- Rounded up: a limit is not stretched by a fraction.
        v_verdict.spend := ceil(ledger_value(p_amount, p_currency, v_tier.home_currency, p_now));
        if v_verdict.spend is null then
            v_verdict.code := 'no_rate';
            v_verdict.facts := jsonb_build_object('source', p_currency, 'target', v_tier.home_currency);
            return v_verdict;
        end if;
    end if;

    if p_before + v_verdict.spend > v_tier.per_transaction then
        v_scope := 'transaction';
        v_limit := v_tier.per_transaction;
        v_left := v_tier.per_transaction - p_before;
    elsif v_tier.day_spent + p_before + v_verdict.spend > v_tier.per_day then
        v_scope := 'day';
        v_limit := v_tier.per_day;
        v_left := v_tier.per_day - v_tier.day_spent - p_before;
    elsif v_tier.month_spent + p_before + v_verdict.spend > v_tier.per_month then
        v_scope := 'month';
        v_limit := v_tier.per_month;
        v_left := v_tier.per_month - v_tier.month_spent - p_before;
    else
        return v_verdict;
    end if;
    v_verdict.code := 'limit_exceeded';
    v_verdict.facts := jsonb_build_object(
        'scope', v_scope, 'limit', money_text(v_limit, v_tier.home_currency),
        'left', money_text(greatest(v_left, 0), v_tier.home_currency));
    return v_verdict;
end $$;

-- One leg, judged on the rows as they stand: status, funds, the payer's limits, the payee's ceiling.
-- What could never be posted is a caller's mistake and not an answer to a customer: it raises, and so
-- leaves nothing behind.
create function ledger_judge(
    p_type text, p_debit ledger_accounts, p_credit ledger_accounts, p_amount bigint, p_currency text,
    p_before bigint, p_now timestamptz, p_lock boolean
) returns ledger_verdict
language plpgsql volatile as $$
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
        return v_verdict;
    elsif p_credit.status not in ('active', 'debit_frozen', 'dormant') then
        v_verdict.code := 'account_frozen';
        v_verdict.facts := jsonb_build_object('side', 'credit', 'status', p_credit.status);
        return v_verdict;
    elsif p_debit.posted - p_debit.held - p_amount < p_debit.floor then
        v_verdict.code := 'insufficient_funds';
        v_verdict.facts := jsonb_build_object(
            'available', money_text(p_debit.posted - p_debit.held - p_debit.floor, p_debit.currency),
            'wanted', money_text(p_amount, p_debit.currency));
        return v_verdict;
    end if;
    if p_debit.owner is not null and p_credit.owner is distinct from p_debit.owner then
        v_verdict := ledger_judge_limits(p_type, p_debit.owner, p_amount, p_debit.currency, p_before, p_now, p_lock);
        if v_verdict.code is not null then
            return v_verdict;
        end if;
    elsif not exists (select from transaction_types where type = p_type) then
        raise exception using errcode = 'invalid_parameter_value',
            message = 'there is no transaction type ' || coalesce(p_type, 'null');
    end if;
    if p_credit.posted + p_credit.incoming + p_amount > p_credit.ceiling then
        v_verdict.code := 'balance_ceiling';
        v_verdict.facts := jsonb_build_object('limit', money_text(p_credit.ceiling, p_credit.currency));
    end if;
    return v_verdict;
end $$;

-- What posting one leg would answer now, without lock or trace. p_credit may be null: not known yet.
create function ledger_look(
    p_type text, p_debit uuid, p_credit uuid, p_amount bigint, p_currency text, p_now timestamptz,
    out code text, out facts jsonb
) language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_debit   ledger_accounts;
    v_credit  ledger_accounts;
    v_verdict ledger_verdict;
begin
    select * into v_debit from ledger_accounts where account_id = p_debit;
    select * into v_credit from ledger_accounts where account_id = p_credit;
    if p_credit is null then  -- somebody else's account, of whom nothing is known
        v_credit.account_id := '00000000-0000-0000-0000-000000000000';
        v_credit.currency := p_currency;
    end if;
    v_verdict := ledger_judge(p_type, v_debit, v_credit, p_amount, p_currency, 0, p_now, false);
    code := coalesce(v_verdict.code, 'ok');
    facts := coalesce(v_verdict.facts, '{}');
end $$;
