-- Opening accounts, and what the ledger is told about their owners.

-- The most an owner may hold in one account of this currency: the tier's, rounded down.
-- `known` is false when there is no rate to value it by.
create function ledger_tier_ceiling(
    p_country text, p_tier smallint, p_currency text, p_now timestamptz, out ceiling bigint, out known boolean
) language sql stable as $$
    select floor(v.worth), t.max_balance is null or v.worth is not null
      from tier_limits t join countries c on c.code = t.country,
           lateral (select ledger_value(t.max_balance, c.currency, p_currency, p_now) as worth) v
     where t.country = p_country and t.tier = p_tier
$$;

create function ledger_open_account(
    p_account uuid, p_owner uuid, p_kind text, p_currency text, p_account_no text, p_floor bigint,
    p_ceiling bigint, p_now timestamptz, out account uuid, out code text, out facts jsonb
) language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_owner   account_owners;
    v_ceiling record;
begin
    facts := '{}';
    if p_owner is not null then
        select * into v_owner from account_owners where owner = p_owner for share;
        if not found then
            raise exception using errcode = 'foreign_key_violation',
                message = 'the ledger has not been told of owner ' || p_owner;
        end if;
        select * into v_ceiling from ledger_tier_ceiling(v_owner.country, v_owner.tier, p_currency, p_now);
        if not v_ceiling.known then
            code := 'no_rate';
            facts := jsonb_build_object('source', v_owner.home_currency, 'target', p_currency);
            return;
        end if;
        p_ceiling := least(p_ceiling, v_ceiling.ceiling);
    end if;
    insert into ledger_accounts (account_id, owner, kind, currency, account_no, floor, ceiling, opened_at)
    values (coalesce(p_account, uuidv7()), p_owner, p_kind, p_currency, p_account_no, p_floor, p_ceiling, p_now)
    on conflict (account_id) do nothing returning account_id into account;
    code := 'opened';
    if account is null then
        select account_id into account from ledger_accounts
         where account_id = p_account and owner is not distinct from p_owner and kind = p_kind
           and currency = p_currency;
        if not found then
            raise exception using errcode = 'unique_violation',
                message = 'account ' || p_account || ' is open with another owner, kind or currency';
        end if;
    end if;
end $$;

-- Tells the ledger of a customer, or of a change, and moves the ceilings of all their accounts.
create function ledger_set_owner(
    p_owner uuid, p_country text, p_tier smallint, p_home_currency text, p_timezone text, p_now timestamptz,
    out code text, out facts jsonb
) language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_country countries;
    v_before  account_owners;
    v_missing text;
begin
    facts := '{}';
    select * into v_country from countries where countries.code = p_country;
    if not found or p_home_currency <> v_country.currency then
        raise exception using errcode = 'invalid_parameter_value',
            message = 'the home currency is that of a country served';
    end if;
    perform p_now at time zone p_timezone;      -- an unknown zone fails here, not in a payment
    perform from ledger_accounts where owner = p_owner order by account_id for no key update;
    select * into v_before from account_owners where owner = p_owner for no key update;

    select a.currency into v_missing from ledger_accounts a,
           ledger_tier_ceiling(p_country, p_tier, a.currency, p_now) c
     where a.owner = p_owner and not c.known limit 1;
    if not found and ledger_value(0, v_before.home_currency, v_country.currency, p_now) is null
       and v_before.owner is not null then
        v_missing := v_before.home_currency;
    end if;
    if v_missing is not null then
        code := 'no_rate';
        facts := jsonb_build_object('source', v_country.currency, 'target', v_missing);
        return;
    end if;

    insert into account_owners (owner, country, tier, home_currency, timezone)
    values (p_owner, p_country, p_tier, v_country.currency, coalesce(p_timezone, v_country.timezone))
    on conflict (owner) do update
       set country = excluded.country, tier = excluded.tier, home_currency = excluded.home_currency,
           timezone = excluded.timezone;
    insert into limit_counters as k (owner, day, day_spent, month, month_spent, home_currency, timezone,
                                     per_transaction, per_day, per_month)
    select p_owner, '2000-01-01', 0, '2000-01-01', 0, v_country.currency,
           coalesce(p_timezone, v_country.timezone), t.per_transaction, t.per_day, t.per_month
      from tier_limits t where t.country = p_country and t.tier = p_tier
    on conflict (owner) do update
       set day_spent = ceil(ledger_value(k.day_spent, v_before.home_currency, v_country.currency, p_now)),
           month_spent = ceil(ledger_value(k.month_spent, v_before.home_currency, v_country.currency, p_now)),
           home_currency = excluded.home_currency, timezone = excluded.timezone, day_ends = 'epoch',
           per_transaction = excluded.per_transaction, per_day = excluded.per_day, per_month = excluded.per_month;
    update ledger_accounts a
       set ceiling = (select c.ceiling from ledger_tier_ceiling(p_country, p_tier, a.currency, p_now) c)
     where a.owner = p_owner;
    code := 'set';
end $$;

-- Lowers what an owner may spend to a part of the tier's limits, until a moment. A later end holds, and so
-- does the smaller part while both last. Whatever was approved before, such as a hold, still settles.
create function ledger_lower_limits(p_owner uuid, p_percent smallint, p_until timestamptz, p_now timestamptz)
returns void language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    if p_percent not between 1 and 99 then
        raise exception using errcode = 'invalid_parameter_value', message = 'limits are lowered to 1 to 99 per cent';
    end if;
    update account_owners
       set lowered_percent = case when lowered_until > p_now then least(lowered_percent, p_percent) else p_percent end,
           lowered_until = greatest(lowered_until, p_until)
     where owner = p_owner;
    if not found then
        raise exception using errcode = 'foreign_key_violation',
            message = 'the ledger has not been told of owner ' || p_owner;
    end if;
    -- Beside what was spent, so that judging a payment reads one row.
    update limit_counters k set lowered_percent = o.lowered_percent, lowered_until = o.lowered_until
      from account_owners o where o.owner = p_owner and k.owner = o.owner;
end $$;

-- Forgets what is over, so that payments are counted the short way again. Returns how many owners that was.
create function ledger_end_lowered(p_now timestamptz, p_limit int) returns int
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_owners uuid[];
begin
    v_owners := array(select owner from account_owners where lowered_until <= p_now
                       order by owner limit p_limit for no key update skip locked);
    update account_owners set lowered_percent = null, lowered_until = null where owner = any(v_owners);
    update limit_counters set lowered_percent = null, lowered_until = null where owner = any(v_owners);
    return cardinality(v_owners);
end $$;

-- The bank's own account of a kind, opened when first asked for: no floor, no ceiling, no owner. Where
-- the kind is striped, the id of the transaction that will use it picks the stripe, so that the same
-- transaction presented again finds the same one.
create function ledger_system_account(p_kind text, p_currency text, p_now timestamptz, p_for uuid default null)
returns uuid language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_account uuid;
    v_stripe  smallint;
begin
    select case when p_for is null then 0 else abs(uuid_hash_extended(p_for, 1) % stripes) end
      into v_stripe from account_kinds where kind = p_kind;
    if not found then
        raise exception using errcode = 'invalid_parameter_value',
            message = 'the chart of accounts has no kind ' || coalesce(p_kind, 'null');
    end if;
    select account_id into v_account from ledger_accounts
     where kind = p_kind and currency = p_currency and stripe = v_stripe and owner is null;
    if not found then
        insert into ledger_accounts (kind, currency, stripe, opened_at) values (p_kind, p_currency, v_stripe, p_now)
        on conflict (kind, currency, stripe) where owner is null do nothing;
        select account_id into v_account from ledger_accounts
         where kind = p_kind and currency = p_currency and stripe = v_stripe and owner is null;
    end if;
    return v_account;
end $$;

create function ledger_set_rate(p_from text, p_to text, p_rate numeric, p_now timestamptz) returns void
language sql volatile security definer set search_path = public, pg_temp as $$
    insert into fx_rates (currency_from, currency_to, rate, "timestamp") values (p_from, p_to, p_rate, p_now)
    on conflict (currency_from, currency_to, "timestamp") do update set rate = excluded.rate
$$;

-- The account's last version posted before a moment, 0 when there is none. Versions have no gaps and
-- their times never go back, so a binary search over the primary key finds it in a few look-ups. Null
-- when it meets an entry that is missing: the book was tampered with.
create function ledger_version_before(p_account uuid, p_moment timestamptz) returns bigint
language plpgsql stable as $$
declare
    v_low    bigint := 0;
    v_high   bigint := (select version from ledger_accounts where account_id = p_account);
    v_middle bigint;
    v_posted timestamptz;
begin
    while v_low < v_high loop
        v_middle := (v_low + v_high + 1) / 2;
        select posted_at into v_posted from ledger_entries where account_id = p_account and version = v_middle;
        if not found then
            return null;
        elsif v_posted < p_moment then
            v_low := v_middle;
        else
            v_high := v_middle - 1;
        end if;
    end loop;
    return v_low;
end $$;

grant execute on function ledger_open_account, ledger_set_owner, ledger_system_account, ledger_set_rate,
    ledger_lower_limits, ledger_end_lowered
    to wekeza_app;
grant execute on function ledger_version_before to wekeza_app, wekeza_auditor;
