-- What is known of a payment at the moment it is judged, and the writing down of what it came to.

-- What a customer has asked to have paid since a time, from every engine that pays. Each engine gives a bounded
-- piece, the newest, read by its index of customer and time: who pays more than that is counted no further.
create function payments_made(p_customer uuid, p_since timestamptz)
returns table (at timestamptz, payee uuid, amount bigint, currency char(3))
language sql stable set search_path = public, pg_temp rows 50 as $$
    (select created_at, to_customer, amount, currency from transfers
      where from_customer = p_customer and created_at > p_since order by created_at desc limit 200)
    union all
    (select "timestamp", destination, amount, currency from settlements
      where customer_id = p_customer and "timestamp" > p_since and status not in ('failed', 'cancelled', 'returned')
      order by "timestamp" desc limit 200)
    union all
    (select created_at, null, amount, currency from bill_payments
      where customer_id = p_customer and created_at > p_since and status <> 'returned'
      order by created_at desc, id desc limit 200)
    union all
    (select created_at, null, amount, currency from cash_codes
      where customer_id = p_customer and created_at > p_since and status in ('open', 'paid')
      order by created_at desc limit 50)
    union all
    (select created_at, null, amount, currency from waiting_transfers
      where payer = p_customer and created_at > p_since and status = 'waiting' order by created_at desc limit 20)
    union all
    (select made_at, payee, amount, currency from held_transfers
      where payer = p_customer and made_at > p_since and status = 'held' order by made_at desc limit 20)
    union all
    (select "timestamp", null, amount, currency from card_transactions
      where customer_id = p_customer and "timestamp" > p_since and kind <> 'refund'
        and status in ('approved', 'captured') and (refunded = 0 or refunded < captured)
      order by "timestamp" desc, card_tx_id desc limit 200)
$$;

-- Money that came to a customer since a time, from whoever sent it: nobody where it came from outside.
create function payments_received(p_customer uuid, p_since timestamptz)
returns table (at timestamptz, sender uuid, amount bigint, currency char(3))
language sql stable set search_path = public, pg_temp rows 20 as $$
    (select created_at, from_customer, amount, currency from transfers
      where to_customer = p_customer and created_at > p_since order by created_at desc limit 200)
    union all
    (select came_at, null, amount, currency from incoming_payments
      where customer_id = p_customer and came_at > p_since and status = 'booked' order by came_at desc limit 50)
    union all
    (select created_at, null, amount, currency from till_movements
      where customer_id = p_customer and created_at > p_since and kind = 'cash_in'
      order by created_at desc limit 50)
$$;

-- When a customer last asked to have something paid; null if they never did.
create function payment_made_last(p_customer uuid, p_now timestamptz) returns timestamptz
language sql stable set search_path = public, pg_temp as $$
    select greatest(
        (select max(created_at) from transfers where from_customer = p_customer and created_at <= p_now),
        (select max("timestamp") from settlements where customer_id = p_customer and "timestamp" <= p_now),
        (select max(created_at) from bill_payments where customer_id = p_customer and created_at <= p_now),
        (select max(created_at) from cash_codes where customer_id = p_customer and created_at <= p_now),
        (select max("timestamp") from card_transactions
          where customer_id = p_customer and "timestamp" <= p_now and kind <> 'refund' and status <> 'declined'))
$$;

-- What one minor unit of a currency is worth in dollars: statistics, not money, so it may be a float.
create function usd_worth(p_currency text, p_now timestamptz) returns float8 language sql stable as $$
    select (ledger_value(1000000, p_currency, 'USD', p_now) / 100000000)::float8
$$;

-- A float as features have them.
create function figure(p_value float8, p_digits int) returns numeric language sql immutable as $$
    select round(p_value::numeric, p_digits)
$$;

-- A ratio as rules read it: rounded, and never of nothing.
create function ratio(p_part numeric, p_whole numeric) returns numeric language sql immutable as $$
    select round(p_part / nullif(p_whole, 0), 4)
$$;

-- Everything of one payment that rules and models may ask for, by name; what is not known is null. Reads only.
create function payment_features(
    p_kind text, p_customer uuid, p_wallet uuid, p_amount bigint, p_currency text, p_channel text, p_address text,
    p_payee uuid, p_country text, p_now timestamptz
) returns jsonb language plpgsql stable
set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
    v_home      record;                     -- the payer, as the ledger knows them
    v_payee     record;                     -- the payee, where they are a customer
    v_usd       float8;                     -- what one minor unit of the payment's currency is worth, in dollars
    v_worth     float8;
    v_home_usd  numeric;                    -- what the reporting threshold is worth, in dollars
    v_made      jsonb;
    v_got       jsonb;
    v_came      jsonb;
    v_times     jsonb;
    v_country   text;
    v_new       boolean;
    -- Reckoned once: taking days from a time asks the calendar of the session, which costs more than the row it judges.
    v_hour      timestamptz := p_now - interval '1 hour';
    v_day       timestamptz := p_now - interval '1 day';
    v_week      timestamptz := p_now - interval '7 days';
    v_month     timestamptz := p_now - interval '30 days';
begin
    select o.country, o.timezone, c.created_at, k.per_transaction, k.home_currency,
           case when k.home_currency = p_currency then p_amount
                else ledger_value(p_amount, p_currency, k.home_currency, p_now) end as worth,
           (select a.posted - a.held - coalesce(a.floor, 0) from ledger_accounts a
             where a.account_id = coalesce(p_wallet, (select w.wallet_id from wallets w
                   where w.user_id = p_customer and w.currency = p_currency and w.status <> 'closed'
                   order by w.wallet_id = c.default_wallet desc, w.wallet_id limit 1))) as available,
           (select m.sends from screening_standings s join screening_meanwhile m using (band)
             where s.customer_id = p_customer) as sends
      into v_home
      from customers c join account_owners o on o.owner = c.id left join limit_counters k on k.owner = c.id
     where c.id = p_customer;
    select c.country, c.created_at,
           (select m.receives from screening_standings s join screening_meanwhile m using (band)
             where s.customer_id = p_payee) as receives
      into v_payee from customers c where c.id = p_payee and p_payee <> p_customer;
    v_country := coalesce(p_country, v_payee.country);

    -- What each currency is worth in dollars is looked up once, not for each payment.
    v_usd := usd_worth(p_currency, p_now);
    v_worth := p_amount * v_usd;
    select round(t.amount * case when t.currency = 'USD' then 1
                 else ledger_value((1000 * 10 ^ c.exponent)::bigint, t.currency, 'USD', p_now) / 100000 end, 2)
      into v_home_usd
      from reporting_thresholds t join currencies c on c.code = t.currency where t.country = v_home.country;

    -- Payments are added up by currency first, for each has its one worth; hardly anybody has more than one or two.
    with made as materialized (
        select m.at, m.payee, m.amount, m.currency from payments_made(p_customer, v_month) m
         where m.at <= p_now
    ), sums as (
        select currency, count(*) as in_month, sum(amount) as of_month,
               count(*) filter (where at > v_hour) as in_hour, sum(amount) filter (where at > v_hour) as of_hour,
               count(*) filter (where at > v_day) as in_day, sum(amount) filter (where at > v_day) as of_day,
               count(*) filter (where at > v_week) as in_week, sum(amount) filter (where at > v_week) as of_week,
               count(*) filter (where payee = p_payee) as in_pair, sum(amount) filter (where payee = p_payee) as of_pair
          from made group by currency
    ), worth as (
        select s.*, case when s.currency = p_currency then v_usd else usd_worth(s.currency, p_now) end as usd from sums s
    )
    select jsonb_build_object(
        'count_1h', coalesce(sum(in_hour), 0),
        'count_24h', coalesce(sum(in_day), 0),
        'count_7d', coalesce(sum(in_week), 0),
        'count_30d', coalesce(sum(in_month), 0),
        'usd_1h', figure(v_worth + coalesce(sum(of_hour * usd), 0), 2),
        'usd_24h', figure(v_worth + coalesce(sum(of_day * usd), 0), 2),
        'usd_7d', figure(v_worth + coalesce(sum(of_week * usd), 0), 2),
        'usd_30d', figure(v_worth + coalesce(sum(of_month * usd), 0), 2),
        'payees_24h', (select count(distinct m.payee) from made m where m.at > v_day),
        'pair_count_30d', coalesce(sum(in_pair), 0),
        'pair_usd_30d', figure(coalesce(sum(of_pair * usd), 0), 2),
        'usual_ratio', (select figure(p_amount / nullif(percentile_cont(0.5) within group (order by u.amount), 0), 4)
                          from (select m.amount from made m where m.currency = p_currency
                                 order by m.at desc limit 20) u having count(*) >= 5))
      into v_made from worth;

    with got as materialized (
        select g.at, g.sender, g.amount, g.currency from payments_received(p_customer, v_day) g
         where g.at <= p_now
    ), sums as (
        select currency, count(*) as many, max(at) as at, sum(amount) as amount from got group by currency
    ), worth as (
        select s.many, s.at, s.amount * case when s.currency = p_currency then v_usd
                                             else usd_worth(s.currency, p_now) end as usd from sums s
    )
    select jsonb_build_object(
        'came_in_count_24h', coalesce(sum(many), 0),
        'came_in_senders_24h', (select count(distinct sender) from got),
        'came_in_usd_24h', figure(coalesce(sum(usd), 0), 2),
        'last_in_hours', round(extract(epoch from p_now - max(at)) / 3600, 2),
        'pass_through', case when count(*) > 0 then  -- least() would take a ratio that is not known for 1
            least(ratio((v_made ->> 'usd_24h')::numeric, sum(usd)::numeric), 1) end)
      into v_got from worth;

    if v_payee.country is not null then
        with came as materialized (
            select t.from_customer, t.created_at as at, t.amount, t.currency from transfers t
             where t.to_customer = p_payee and t.created_at > v_month and t.created_at <= p_now
             order by t.created_at desc limit 200
        ), sums as (
            select currency, count(*) as in_month, sum(amount) as of_month,
                   count(*) filter (where at > v_hour) as in_hour, sum(amount) filter (where at > v_hour) as of_hour,
                   count(*) filter (where at > v_day) as in_day, sum(amount) filter (where at > v_day) as of_day,
                   count(*) filter (where at > v_week) as in_week, sum(amount) filter (where at > v_week) as of_week
              from came group by currency
        ), worth as (
            select s.*, case when s.currency = p_currency then v_usd else usd_worth(s.currency, p_now) end as usd
              from sums s
        )
        select jsonb_build_object(
            'payee_days', round(extract(epoch from p_now - v_payee.created_at) / 86400, 2),
            'payee_count_1h', coalesce(sum(in_hour), 0),
            'payee_count_24h', coalesce(sum(in_day), 0),
            'payee_count_7d', coalesce(sum(in_week), 0),
            'payee_count_30d', coalesce(sum(in_month), 0),
            'payee_usd_1h', figure(coalesce(sum(of_hour * usd), 0), 2),
            'payee_usd_24h', figure(coalesce(sum(of_day * usd), 0), 2),
            'payee_usd_7d', figure(coalesce(sum(of_week * usd), 0), 2),
            'payee_usd_30d', figure(coalesce(sum(of_month * usd), 0), 2),
            'payee_senders_24h', (select count(distinct c.from_customer) from came c where c.at > v_day),
            'payee_senders_7d', (select count(distinct c.from_customer) from came c where c.at > v_week))
          into v_came from worth;
    end if;

    -- A number's SIM is the same whichever way it is used: by its latest change at any address of the payer's.
    select jsonb_build_object(
        'sim_hours', (select round(extract(epoch from p_now - max(s.noted_at)) / 3600, 2)
                        from addresses a join sim_changes s on s.address = a.address and s.customer_id = p_customer
                       where a.customer_id = p_customer and s.noted_at <= p_now),
        'address_hours', (select round(extract(epoch from p_now - a.created_at) / 3600, 2) from addresses a
                           where a.channel = p_channel and a.address = p_address and a.customer_id = p_customer),
        'newest_address_hours', (select round(extract(epoch from p_now - max(a.created_at)) / 3600, 2)
                                   from addresses a where a.customer_id = p_customer and a.created_at <= p_now),
        'pin_hours', (select round(extract(epoch from p_now - p.changed_at) / 3600, 2) from pins p
                       where p.customer_id = p_customer and p.version > 1 and p.changed_at <= p_now))
      into v_times;

    if p_kind in ('transfer', 'request', 'abroad', 'payout') then
        v_new := not exists (select from transfers t where t.from_customer = p_customer and t.to_customer = p_payee)
             and not exists (select from settlements s
                             where s.customer_id = p_customer and s.destination = p_payee and s.status = 'settled');
    end if;

    return jsonb_build_object(
            'kind', p_kind, 'channel', p_channel,
            'hour', extract(hour from p_now at time zone v_home.timezone)::int,
            'worth_usd', figure(v_worth, 2),
            'share_of_limit', ratio(v_home.worth, v_home.per_transaction),
            'share_of_balance', ratio(p_amount, v_home.available),
            'account_days', round(extract(epoch from p_now - v_home.created_at) / 86400, 2),
            'dormant_days', round(extract(epoch from p_now - coalesce(payment_made_last(p_customer, p_now),
                                                                      v_home.created_at)) / 86400, 2),
            'new_payee', v_new,
            'abroad', v_country <> v_home.country,
            'country_risk', coalesce((
                select max(r.level) from country_risks r
                 where r.country = v_country
                   and r.since = (select max(n.since) from country_risks n where n.since <= p_now::date)), 0),
            'threshold_share', ratio(v_worth::numeric, v_home_usd),
            'threshold_share_24h', ratio((v_made ->> 'usd_24h')::numeric, v_home_usd),
            'payer_sends', coalesce(v_home.sends, 'now'),
            'payee_receives', coalesce(v_payee.receives, true),
            'doubt', case when p_address is not null then
                payment_doubt(p_customer, coalesce(p_payee, p_customer), p_amount, p_currency, p_channel, p_address,
                              p_now) end)
        || v_made || v_got || coalesce(v_came, '{}') || v_times;
end $$;

-- The one question a payment asks: what was recorded of it before, else what is known of it now, and by which sets it
-- is to be judged. Belongs to the owner, for nobody who serves a customer reads what was decided of them.
create function payment_asked(
    p_id uuid, p_kind text, p_customer uuid, p_wallet uuid, p_amount bigint, p_currency text, p_channel text,
    p_address text, p_payee uuid, p_country text, p_now timestamptz,
    out recorded jsonb, out features jsonb, out live uuid, out shadow uuid
) language plpgsql stable security definer
set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
begin
    select jsonb_build_object('kind', d.kind, 'customer', d.customer_id, 'amount', d.amount, 'currency', d.currency,
                              'payee', d.payee, 'verdict', d.verdict, 'reasons', d.reasons, 'score', d.score)
      into recorded from payment_decisions d where d.payment_id = p_id;
    if recorded is not null then
        return;
    end if;
    features := payment_features(p_kind, p_customer, p_wallet, p_amount, p_currency, p_channel, p_address, p_payee,
                                 p_country, p_now);
    select s.key into live from rule_sets s where s.status = 'live';
    select s.key into shadow from rule_sets s where s.status = 'shadow';
end $$;

-- Writes down what a payment came to; false when it was written before.
create function payment_decided(
    p_id uuid, p_at timestamptz, p_kind text, p_customer uuid, p_payee uuid, p_amount bigint, p_currency text,
    p_channel text, p_verdict text, p_score numeric, p_reasons text[], p_fired text[], p_features jsonb,
    p_explained jsonb, p_model_score numeric, p_rule_set int, p_model text, p_shadow_set int, p_shadow_verdict text,
    p_shadow_score numeric, p_shadow_reasons text[], p_shadow_explained jsonb, p_shadow_model_score numeric,
    p_correlation text
) returns boolean language plpgsql volatile security definer
set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
begin
    insert into payment_decisions (payment_id, at, kind, customer_id, payee, amount, currency, channel, verdict, score,
        reasons, fired, features, explained, model_score, rule_set, model, shadow_set, shadow_verdict, shadow_score,
        shadow_reasons, shadow_explained, shadow_model_score, correlation)
    values (p_id, p_at, p_kind, p_customer, p_payee, p_amount, p_currency, p_channel, p_verdict, p_score, p_reasons,
        p_fired, p_features, p_explained, p_model_score, p_rule_set, p_model, p_shadow_set, p_shadow_verdict,
        p_shadow_score, p_shadow_reasons, p_shadow_explained, p_shadow_model_score, p_correlation)
    on conflict (payment_id) do nothing;
    return found;
end $$;

-- How many payments came to what since a time, and how often the set in the shadow said otherwise: for the gauges,
-- which tell of nobody.
create function payment_decisions_since(p_since timestamptz)
returns table (kind text, verdict text, shadow_verdict text, many bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select kind, verdict, shadow_verdict, count(*) from payment_decisions where at >= p_since
     group by kind, verdict, shadow_verdict
$$;

revoke execute on function payments_made, payments_received, payment_made_last, payment_features, payment_asked,
    payment_decided, payment_decisions_since from public;
grant execute on function payments_made, payments_received, payment_made_last, payment_features to wekeza_compliance;
grant execute on function payment_asked, payment_decided, payment_decisions_since to wekeza_app;

-- Takes away how a customer paid (what their payments were judged by), and what was written of payments that a person
-- looked at. That they were judged, when, and what it came to, stays. May be run again.
create function erase_monitoring(p_customer uuid) returns void
language sql volatile security definer set search_path = public, pg_temp as $$
    update payment_decisions set features = '{}', explained = '[]', shadow_explained = '[]'
        where customer_id = p_customer and (features <> '{}' or explained <> '[]' or shadow_explained <> '[]');
    update approvals set reason = null, decision = null
        where kind = 'payment_release' and customer_id is null
            and subject in (select 'payment ' || payment_id from payment_reviews where customer_id = p_customer);
    update payment_reviews set why = null where customer_id = p_customer and why is not null;
$$;

revoke execute on function erase_monitoring from public;
