-- Foreign exchange: the market as the bank sees it, and conversions.

-- What the bank has of each currency from dealing: positive is long. Money that customers were quoted and may
-- still take counts in `promised`, for it is as good as dealt; what is on order with providers in `ordered`.
create function fx_positions(p_now timestamptz)
returns table (currency text, held bigint, promised bigint, ordered bigint)
language sql stable set search_path = public, pg_temp as $$
    select c.currency,
        coalesce((select sum(a.posted) from ledger_accounts a
                   where a.kind = 'fx' and a.currency = c.currency and a.owner is null), 0)::bigint,
        coalesce(q.amount, 0)::bigint,
        coalesce(h.amount, 0)::bigint
      from fx_currencies c
      left join (
        select code, sum(amount) as amount from (
            select currency_from as code, amount_from as amount from fx_quotes
             where status = 'open' and expires_at > p_now
            union all
            select currency_to, -amount_to - spread from fx_quotes where status = 'open' and expires_at > p_now
        ) each_side group by code) q on q.code = c.currency
      left join (
        select code, sum(amount) as amount from (
            select currency_from as code, -amount_from as amount from fx_hedges where status = 'ordered'
            union all
            select currency_to, amount_to from fx_hedges where status = 'ordered'
        ) each_side group by code) h on h.code = c.currency
$$;

-- All that a quote is decided by, in one read: a row a currency, what is the same for all on each of them.
-- `mid` is main units for one dollar; null when there is none. `lock_bps` is null when nobody is given that long.
create function fx_market(p_now timestamptz, p_lock int)
returns table (
    currency text, mid numeric, mid_at timestamptz, good_until timestamptz, country text, zone text, opens time,
    closes time, cutoff time, spread_bps numeric, closed_bps numeric, deviates_bps numeric, smallest bigint,
    large bigint, hedge_over bigint, held bigint, promised bigint, ordered bigint, lock_bps numeric,
    capital bigint, home text, providers text[], availability numeric[])
language sql stable set search_path = public, pg_temp as $$
    select c.currency, coalesce(r.rate, u.rate), coalesce(r."timestamp", u.at), coalesce(r.good_until, u.good),
           c.country, c.zone, c.opens, c.closes, c.cutoff, c.spread_bps, c.closed_bps, c.deviates_bps, c.smallest,
           c.large, c.hedge_over, p.held, p.promised, p.ordered, l.bps, f.amount, f.currency,
           v.providers, v.availability
      from fx_currencies c
      join fx_positions(p_now) p on p.currency = c.currency
      left join lateral (
        select rate, "timestamp", fx_rates.good_until from fx_rates
         where currency_from = 'USD' and currency_to = c.currency and "timestamp" <= p_now
         order by "timestamp" desc limit 1) r on true
      left join lateral (
        select 1::numeric as rate, p_now as at, p_now + interval '1 day' as good where c.currency = 'USD') u on true
      left join lateral (
        select bps from fx_locks where seconds >= p_lock order by seconds limit 1) l on true
      left join lateral (
        select amount, bank_figures.currency from bank_figures
         where figure = 'core_capital' and since <= (p_now at time zone 'UTC')::date
         order by since desc limit 1) f on true
      cross join (
        select array_agg(provider_id order by provider_id) as providers,
               array_agg(s.availability order by provider_id) as availability
          from liquidity_providers s where s.is_active) v
     order by c.currency
$$;

-- Takes a quote and converts, in one call: the quote locked and judged, the wallets found, one ledger group,
-- the record. Codes beside the ledger's: unknown_quote, quote_used, quote_expired, no_wallet. The group's legs
-- are: sold to the position; the fee; bought from the position; the spread from the position to income.
-- The first leg must leave the fee free.
create function fx_convert(
    p_id uuid, p_quote uuid, p_customer uuid, p_payee uuid, p_reference text, p_channel text, p_note bytea,
    p_note_token text, p_now timestamptz, p_correlation text,
    out code text, out facts jsonb, out replayed boolean, out hash bytea,
    out sell text, out sold bigint, out buy text, out bought bigint, out fee bigint, out is_large boolean,
    out left_from bigint, out left_to bigint)
language plpgsql set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
    v_quote   fx_quotes;
    v_type    text := case when p_payee is null then 'exchange' else 'transfer' end;
    v_owner   uuid := coalesce(p_payee, p_customer);
    v_from    uuid;
    v_to      uuid;
    v_fx_from uuid;
    v_fx_to   uuid;
    v_fees    uuid;
    v_income  uuid;
    v_debits  uuid[];
    v_credits uuid[];
    v_amounts bigint[];
    v_codes   text[];
begin
    facts := '{}';
    select * into v_quote from fx_quotes where quote_id = p_quote for no key update;
    if v_quote.customer_id is distinct from p_customer
       or v_quote.purpose <> v_type then
        code := 'unknown_quote';
        return;
    elsif v_quote.used_by <> p_id then
        code := 'quote_used';
        return;
    elsif v_quote.used_by is null and (v_quote.expires_at <= p_now or v_quote.status <> 'open') then
        code := 'quote_expired';
        return;
    end if;
    sell := v_quote.currency_from;
    sold := v_quote.amount_from;
    buy := v_quote.currency_to;
    bought := v_quote.amount_to;
    fee := v_quote.fee;
    is_large := v_quote.is_large;

    select w.wallet_id into v_from from wallets w join customers c on c.id = w.user_id
     where w.user_id = p_customer and w.currency = sell and w.status <> 'closed'
     order by w.wallet_id = c.default_wallet desc, w.wallet_id limit 1;
    select w.wallet_id into v_to from wallets w join customers c on c.id = w.user_id
     where w.user_id = v_owner and w.currency = buy and w.status <> 'closed'
     order by w.wallet_id = c.default_wallet desc, w.wallet_id limit 1;
    if v_from is null or v_to is null then
        code := 'no_wallet';
        facts := jsonb_build_object('currency', case when v_from is null then sell else buy end);
        return;
    end if;
    -- Whichever of the bank's accounts is not there yet is opened now, by currency and kind everywhere, so that
    -- two conversions against each other do not wait for each other's.
    for i in 1 .. 2 loop
        if (i = 1) = (sell < buy) then
            if fee > 0 then
                v_fees := ledger_system_account('fees', sell, p_now, p_id);
            end if;
            v_fx_from := ledger_system_account('fx', sell, p_now, p_id);
        else
            v_fx_to := ledger_system_account('fx', buy, p_now, p_id);
            if v_quote.spread > 0 then
                v_income := ledger_system_account('fx_income', buy, p_now, p_id);
            end if;
        end if;
    end loop;
    v_debits := array[v_from];
    v_credits := array[v_fx_from];
    v_amounts := array[sold];
    v_codes := array[sell];
    if fee > 0 then
        v_debits := v_debits || v_from;
        v_credits := v_credits || v_fees;
        v_amounts := v_amounts || fee;
        v_codes := v_codes || sell;
    end if;
    v_debits := v_debits || v_fx_to;
    v_credits := v_credits || v_to;
    v_amounts := v_amounts || bought;
    v_codes := v_codes || buy;
    if v_quote.spread > 0 then
        v_debits := v_debits || v_fx_to;
        v_credits := v_credits || v_income;
        v_amounts := v_amounts || v_quote.spread;
        v_codes := v_codes || buy;
    end if;
    select l.code, l.facts, l.replayed, l.hash into code, facts, replayed, hash
      from ledger_post_group(p_id, v_type, v_debits, v_credits, v_amounts, v_codes, v_from, p_reference,
                             p_note_token, null, p_now, p_correlation, null,
                             case when fee > 0 then fee end) l;
    if code <> 'posted' then
        return;
    end if;
    if not replayed then
        update fx_quotes set status = 'used', used_by = p_id, ended_at = p_now where quote_id = p_quote;
        insert into fx_transactions (fx_id, transaction_id, customer_id, payee_id, currency_from, amount_from,
            currency_to, amount_to, spread, fee, rate, mid, route, is_large, channel, "timestamp")
        values (p_quote, p_id, p_customer, p_payee, sell, sold, buy, bought, v_quote.spread, fee, v_quote.rate,
            v_quote.mid, v_quote.route, is_large, p_channel, p_now);
        perform fx_count_trade(p_id, sell, sold, buy, bought + v_quote.spread);
        if p_payee is not null then
            insert into transfers (id, from_customer, to_customer, from_wallet, to_wallet, amount, currency,
                reference, channel, note, created_at)
            values (p_id, p_customer, p_payee, v_from, v_to, sold, sell, p_reference, p_channel, p_note, p_now);
            update beneficiaries set uses = uses + 1, last_used_at = p_now
             where customer_id = p_customer and payee = p_payee;
        end if;
    end if;
    select a.posted - a.held - coalesce(a.floor, 0), b.posted - b.held - coalesce(b.floor, 0)
      into left_from, left_to
      from ledger_accounts a, ledger_accounts b where a.account_id = v_from and b.account_id = v_to;
end $$;

-- Counts a trade of the bank's in what its pair adds up to.
create function fx_count_trade(p_id uuid, p_from text, p_sold bigint, p_to text, p_bought bigint) returns void
language sql volatile as $$
    insert into fx_pair_positions as p (currency_from, currency_to, stripe, trades, sold, bought)
    values (p_from, p_to, abs(uuid_hash_extended(p_id, 1) % 16), 1, p_sold, p_bought)
    on conflict (currency_from, currency_to, stripe) do update
       set trades = p.trades + 1, sold = p.sold + excluded.sold, bought = p.bought + excluded.bought
$$;

-- What stands in clearing_fx because a provider has traded and not yet delivered; credit-positive, as in the
-- ledger: what the bank owes is positive, what it is owed negative.
create view clearing_explained_hedges as
    select 'clearing_fx'::text as kind, currency_from as currency, sold as amount
      from fx_hedges where status = 'filled'
    union all
    select 'clearing_fx', currency_to, -bought from fx_hedges where status = 'filled';

-- A rate with the time it holds for: until the next one of its pair.
create view fx_rate_periods as
    select currency_from, currency_to, rate, source, good_until,
           tstzrange("timestamp", lead("timestamp") over (
               partition by currency_from, currency_to order by "timestamp")) as valid
      from fx_rates;

grant execute on function fx_positions, fx_market to wekeza_app, wekeza_auditor;
grant execute on function fx_convert, fx_count_trade to wekeza_app;
grant select on clearing_explained_hedges, fx_rate_periods to wekeza_app, wekeza_auditor;
