-- Liquidity, quotes, conversions and what they leave open.

-- A rate is good for dealing until a time, and holds until the next one of its pair; limits are valued by
-- the latest whatever its age. The opening rates were never good for dealing.
set local role wekeza_ledger;
alter table fx_rates
    add column source text not null default 'opening' check (length(source) between 1 and 60),
    add column good_until timestamptz,
    add check (good_until > "timestamp");
set local role wekeza_owner;

-- Figures of the bank that rules are made of. The latest that has begun holds.
create table bank_figures (
    figure      text not null check (figure ~ '^[a-z][a-z_]{1,40}$'),
    since       date not null,
    amount      bigint not null check (amount > 0),         -- minor units
    currency    text not null references currencies,
    source      text not null,
    primary key (figure, since)
);
insert into bank_figures (figure, since, amount, currency, source) values
    ('core_capital', '2026-01-01', 500000000000, 'KES', 'demo: KES 5 billion; a bank enters its own');

-- The currencies the bank deals in, and how. Amounts are minor units of the currency, rates of a markup are
-- hundredths of a per cent. Hours are those of the interbank market at home of the currency.
create table fx_currencies (
    currency    text primary key references currencies,
    country     char(2) not null check (country ~ '^[A-Z]{2}$'),    -- whose public holidays it keeps
    zone        text not null,
    opens       time not null,
    closes      time not null check (closes > opens),
    cutoff      time not null,                              -- deals before it settle on the same day
    spread_bps  numeric(8, 2) not null check (spread_bps between 1 and 1000),
    closed_bps  numeric(8, 2) check (closed_bps between 0 and 1000),    -- on top while its market is closed;
                                                            -- null: not dealt in then
    deviates_bps numeric(8, 2) not null check (deviates_bps between 1 and 5000),    -- from the middle, at most
    smallest    bigint not null check (smallest > 0),          -- that is changed at once
    large       bigint not null check (large > smallest),      -- from here on a conversion is covered by itself
    hedge_over  bigint not null check (hedge_over > 0),     -- the open position that is not left open
    check (cutoff between opens and closes)
);

-- Main units of the currency for thresholds: about USD 1, USD 10,000 and USD 50,000.
insert into fx_currencies (currency, country, zone, opens, closes, cutoff, spread_bps, closed_bps, deviates_bps,
                           smallest, large, hedge_over)
select l.currency, country, zone, opens::time, closes::time, cutoff::time, spread_bps, closed_bps, deviates_bps,
       (smallest * unit)::bigint, (large * unit)::bigint, (hedge_over * unit)::bigint
  from (values
    ('USD', 'US', 'America/New_York',     '00:00', '17:00', '15:00',  20, 40, 100,    1,    10000,     50000),
    ('EUR', 'DE', 'Europe/Berlin',        '07:00', '22:00', '15:00',  25, 40, 100,    1,     9000,     45000),
    ('GBP', 'GB', 'Europe/London',        '07:00', '21:00', '14:00',  25, 40, 100,    1,     8000,     40000),
    ('KES', 'KE', 'Africa/Nairobi',       '08:00', '17:00', '15:00',  60, 50, 200,  100,  1300000,   6500000),
    ('TZS', 'TZ', 'Africa/Dar_es_Salaam', '08:30', '17:00', '14:00',  80, 60, 250, 2500, 26000000, 130000000),
    ('UGX', 'UG', 'Africa/Kampala',       '08:30', '17:00', '14:00',  80, 60, 250, 4000, 39000000, 195000000),
    ('RWF', 'RW', 'Africa/Kigali',        '08:00', '17:00', '14:00',  90, 60, 250, 1500, 15000000,  75000000),
    ('NGN', 'NG', 'Africa/Lagos',         '09:00', '16:00', '13:00', 150, 90, 400, 1500, 13000000,  65000000),
    ('GHS', 'GH', 'Africa/Accra',         '08:00', '16:00', '13:00', 120, 80, 300,   12,   116000,    580000),
    ('ZAR', 'ZA', 'Africa/Johannesburg',  '08:00', '17:00', '14:00',  50, 50, 200,   20,   165000,    820000),
    ('XOF', 'SN', 'Africa/Dakar',         '08:00', '16:00', '13:00',  60, 50, 200,  600,  5800000,  29000000),
    ('XAF', 'CM', 'Africa/Douala',        '08:00', '16:00', '13:00',  60, 50, 200,  600,  5800000,  29000000),
    ('ETB', 'ET', 'Africa/Addis_Ababa',   '08:30', '16:00', '13:00', 180, null, 400, 160, 1600000,   8100000),
    ('BIF', 'BI', 'Africa/Bujumbura',     '08:00', '16:00', '13:00', 200, null, 400, 3000, 30000000, 150000000),
    ('TND', 'TN', 'Africa/Tunis',         '08:00', '16:00', '13:00', 100, null, 300,    3,    30000,    150000)
  ) l (currency, country, zone, opens, closes, cutoff, spread_bps, closed_bps, deviates_bps, smallest, large,
       hedge_over)
  join lateral (select 10 ^ exponent as unit from currencies where code = l.currency) u on true;

-- What it costs to have a rate held: the longest period of these that a quote needs.
create table fx_locks (
    seconds     int primary key check (seconds > 0),
    bps         numeric(8, 2) not null check (bps between 0 and 1000)
);
insert into fx_locks (seconds, bps) values
    (120, 0), (600, 5), (1800, 12), (3600, 20), (14400, 45), (28800, 65), (86400, 120);

-- Who sells and buys currencies to the bank. `rates` is what each offered last for the smallest amount, and
-- `availability` the share of questions it answered lately; a chore keeps both.
create table liquidity_providers (
    provider_id  text primary key check (provider_id ~ '^lp_[a-z0-9_]{1,37}$'),
    name         text not null,
    rates        jsonb not null default '{}',               -- "USD/KES": ["129.4", seconds to settle, "capacity"]
    availability numeric(5, 4) not null default 1 check (availability between 0 and 1),
    is_active    boolean not null default true,             -- false: its prices are not taken
    updated_at   timestamptz not null
);
insert into liquidity_providers (provider_id, name, updated_at) values
    ('lp_baobab', 'Baobab Markets', 'epoch'), ('lp_kilima', 'Kilima Bank', 'epoch'),
    ('lp_sahel', 'Sahel FX', 'epoch');

-- What was decided, of which candidates, and why: quotes, refusals to quote, and whom the bank covers itself
-- with. Nothing here says whose quote it was.
create table fx_decisions (
    id            uuid primary key,
    at            timestamptz not null,
    kind          text not null check (kind in ('quote', 'hedge')),
    subject_id    uuid,                                     -- the quote or the hedge; none when it was refused
    currency_from text not null,
    currency_to   text not null,
    side          text not null check (side in ('sell', 'buy')),
    amount        bigint not null,                          -- minor units of the side's currency
    mid           numeric,
    outcome       text not null,                            -- chosen, or the code of the refusal
    route         text not null default '',
    why           text not null,
    candidates    jsonb not null,
    correlation   uuid not null
);
create index fx_decisions_at on fx_decisions (at);
create index fx_decisions_subject on fx_decisions (subject_id) where subject_id is not null;

-- What a customer was offered. Used once, by the transaction that is named then.
create table fx_quotes (
    quote_id      uuid primary key,
    customer_id   uuid not null,
    purpose       text not null check (purpose in ('exchange', 'transfer')),
    side          text not null check (side in ('sell', 'buy')),
    currency_from text not null references currencies,
    amount_from   bigint not null check (amount_from > 0),
    currency_to   text not null references currencies,
    amount_to     bigint not null check (amount_to > 0),
    spread        bigint not null check (spread >= 0),      -- minor units of currency_to
    fee           bigint not null check (fee >= 0),         -- minor units of currency_from
    mid           numeric not null check (mid > 0),
    provider_rate numeric not null check (provider_rate > 0),
    rate          numeric not null check (rate > 0),        -- what the customer was told
    markup_bps    numeric not null,
    lock_seconds  int not null,
    route         text not null,
    parts         jsonb not null,                           -- the trades that would cover it
    is_large      boolean not null,
    channel       text not null,
    status        text not null default 'open' check (status in ('open', 'used', 'unused')),
    created_at    timestamptz not null,
    expires_at    timestamptz not null check (expires_at > created_at),
    ended_at      timestamptz,
    used_by       uuid unique,
    check (currency_from <> currency_to),
    check ((status = 'used') = (used_by is not null)),
    check ((status = 'open') = (ended_at is null))
) with (fillfactor = 80);
create index fx_quotes_open on fx_quotes (expires_at) include (currency_from, amount_from, currency_to, amount_to, spread)
    where status = 'open';
create index fx_quotes_customer on fx_quotes (customer_id, created_at desc);
create index fx_quotes_created on fx_quotes (created_at);

create function fx_quotes_forward() returns trigger language plpgsql as $$
begin
    if old.status <> 'open'
       or (to_jsonb(old) - '{status,ended_at,used_by}'::text[])
          is distinct from (to_jsonb(new) - '{status,ended_at,used_by}'::text[]) then
        raise exception using errcode = 'restrict_violation', message = 'a quote stays what it is, and ends once';
    end if;
    return new;
end $$;
create trigger forward before update on fx_quotes for each row execute function fx_quotes_forward();

-- Conversions: what was sold and bought at one quote. fx_id is the quote's id, so that it is used once.
create table fx_transactions (
    fx_id          uuid primary key,
    transaction_id uuid not null unique,
    customer_id    uuid not null,
    payee_id       uuid,                                    -- who got it, when it was sent to somebody else
    currency_from  text not null,
    amount_from    bigint not null check (amount_from > 0),
    currency_to    text not null,
    amount_to      bigint not null check (amount_to > 0),
    spread         bigint not null check (spread >= 0),     -- minor units of currency_to
    fee            bigint not null check (fee >= 0),        -- minor units of currency_from
    rate           numeric not null,
    mid            numeric not null,
    route          text not null,
    is_large       boolean not null,
    channel        text not null,
    "timestamp"    timestamptz not null
);
create index fx_transactions_customer on fx_transactions (customer_id, "timestamp" desc);
create index fx_transactions_at on fx_transactions ("timestamp");

-- What the trades of each pair add up to, striped so that conversions do not queue for one row. The bank
-- took `sold` and gave `bought`; hedges are the other way round and count as trades of their own.
create table fx_pair_positions (
    currency_from text not null,
    currency_to   text not null,
    stripe        smallint not null,
    trades        bigint not null,
    sold          numeric not null,
    bought        numeric not null,
    primary key (currency_from, currency_to, stripe)
) with (fillfactor = 50);

-- Trades by which the bank covers itself. One side is fixed; the other is as expected from the middle of the
-- market, and no worse than `worst` is taken for it.
create table fx_hedges (
    hedge_id      uuid primary key,
    reason        text not null check (reason in ('limit', 'large')),
    fx_id         uuid references fx_transactions,          -- the large conversion it covers
    instead_of    uuid unique references fx_hedges,         -- the one that a provider refused
    provider_id   text not null,
    currency_from text not null references currencies,      -- what the bank sells
    amount_from   bigint not null check (amount_from > 0),
    currency_to   text not null references currencies,      -- what it buys
    amount_to     bigint not null check (amount_to > 0),
    side          text not null check (side in ('sell', 'buy')),    -- which amount is fixed
    worst         bigint not null check (worst > 0),        -- of the other side
    position      bigint not null,                          -- of the currency it is about, when decided
    hedge_over    bigint not null,                          -- the limit or threshold then
    order_id      uuid not null unique,
    status        text not null default 'ordered' check (status in ('ordered', 'filled', 'settled', 'refused')),
    sold          bigint check (sold > 0),
    bought        bigint check (bought > 0),
    rate          numeric,
    reference     text not null default '',
    refused_for   text not null default '',
    value_date    date,
    ordered_at    timestamptz not null,
    filled_at     timestamptz,
    settled_at    timestamptz,
    refused_at    timestamptz,
    stuck_at      timestamptz,
    check (currency_from <> currency_to),
    check ((reason = 'large') = (fx_id is not null)),
    check ((filled_at is null) = (sold is null) and (filled_at is null) = (bought is null)
           and (filled_at is null) = (value_date is null)),
    check ((status = 'refused') = (refused_at is not null)),
    check ((status = 'settled') = (settled_at is not null)),
    check (status not in ('filled', 'settled') or filled_at is not null)
);
create index fx_hedges_open on fx_hedges (status, value_date) where status in ('ordered', 'filled');
create index fx_hedges_ordered_at on fx_hedges (ordered_at);

create function fx_hedges_forward() returns trigger language plpgsql as $$
begin
    if old.status in ('settled', 'refused') or (old.status = 'filled' and new.status not in ('filled', 'settled'))
       or (old.filled_at is not null
           and (old.sold, old.bought, old.value_date) is distinct from (new.sold, new.bought, new.value_date)) then
        raise exception using errcode = 'restrict_violation', message = 'a hedge moves forward only';
    end if;
    return new;
end $$;
create trigger forward before update on fx_hedges for each row execute function fx_hedges_forward();

-- Rates that customers wait for.
create table rate_alerts (
    id            uuid primary key,
    customer_id   uuid not null references customers,
    currency_from text not null references currencies,
    currency_to   text not null references currencies,
    rate          numeric not null check (rate > 0),
    rises         boolean not null,                         -- told when it is there or above; else there or below
    created_at    timestamptz not null,
    expires_at    timestamptz not null check (expires_at > created_at),
    check (currency_from <> currency_to)
);
create index rate_alerts_customer on rate_alerts (customer_id, created_at);
create index rate_alerts_pair on rate_alerts (currency_from, currency_to, rises, rate);

create function fx_history_forbid() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'restrict_violation', message = tg_table_name || ' is append-only';
end $$;
create trigger append_only before update or delete on fx_decisions
    for each row execute function fx_history_forbid();
create trigger append_only before update or delete on fx_transactions
    for each row execute function fx_history_forbid();

grant select on bank_figures, fx_currencies, fx_locks to wekeza_app;
grant select on liquidity_providers, fx_decisions, fx_quotes, fx_transactions, fx_pair_positions, fx_hedges,
    rate_alerts to wekeza_app;
grant insert on fx_decisions, fx_quotes, fx_transactions, fx_pair_positions, fx_hedges, rate_alerts to wekeza_app;
grant update (rates, availability, is_active, updated_at) on liquidity_providers to wekeza_app;
grant update (status, ended_at, used_by) on fx_quotes to wekeza_app;
grant update (trades, sold, bought) on fx_pair_positions to wekeza_app;
grant update (status, sold, bought, rate, reference, refused_for, value_date, filled_at, settled_at, refused_at,
    stuck_at) on fx_hedges to wekeza_app;
grant delete on rate_alerts to wekeza_app;
