-- What the bank charges, and payments that are made later.

-- Temporal keys compare plain columns as well as ranges in one index. Whoever migrates makes the extension:
-- the owner of the tables may create nothing in the database itself.
reset role;
create extension if not exists btree_gist;
set local role wekeza_owner;

-- One row is one band of amounts of one service, in one country and currency: `fixed` and `per_mille` of the
-- amount together, `least` and `most` around them. A band ends where the next one begins. What is charged
-- on a day is what is valid on it, by the country's clock; minor units.
create table fee_schedule (
    what        text not null check (what in ('exchange', 'withdraw_bank', 'withdraw_mobile', 'withdraw_agent',
                                              'deposit_card', 'airtime', 'bill', 'transfer_abroad', 'return')),
    country     text not null references countries,
    currency    text not null references currencies,
    from_amount bigint not null check (from_amount >= 0),
    fixed       bigint not null check (fixed >= 0),
    per_mille   numeric(6, 3) not null check (per_mille between 0 and 999),
    least       bigint not null check (least >= 0),
    most        bigint check (most >= least),
    valid       daterange not null check (not isempty(valid) and not lower_inf(valid)),
    source      text not null check (source <> ''),
    approval_id uuid references approvals,      -- none of what was charged from the first day
    primary key (what, country, currency, from_amount, valid without overlaps)
);
create index fee_schedule_asked on fee_schedule (country, currency, what, from_amount);

-- A tariff that was charged stays as it was: a row is only ever ended, and only once.
create function fee_schedule_guard() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and upper_inf(old.valid) and not upper_inf(new.valid) and lower(new.valid) = lower(old.valid)
            and to_jsonb(old) - 'valid' = to_jsonb(new) - 'valid' then
        return new;
    end if;
    raise exception using errcode = 'restrict_violation', message = 'a tariff is ended once and stays as it was';
end $$;
create trigger guarded before update or delete on fee_schedule
    for each row execute function fee_schedule_guard();
create trigger no_truncate before truncate on fee_schedule
    for each statement execute function fee_schedule_guard();

-- Changed by `change_tariff` alone, which asks for the decision of two people.
grant select on fee_schedule to wekeza_app;

-- What is decided may be about the bank itself, such as its tariff, and no customer.
alter table approvals alter column customer_id drop not null;
insert into approval_kinds (kind, approve_permission, mfa) values ('tariff_change', 'tariffs.approve', true);
insert into role_permissions (role, permission) values
    ('operations', 'tariffs.request'),
    ('compliance', 'tariffs.approve');

-- What is charged from the first day, in main units. Where somebody publishes what a service costs in a
-- country, that service is `given` whole, as pairs: amounts from … cost …; where nobody does, the bank's own
-- policy holds, in units of about one dollar for every currency a customer may hold. Rates change and a
-- tariff does not, so the units are round figures. Published tariffs are those known in 2026-11; finance confirms
-- every figure before a country opens.
with units as (
    select currency, unit, 10 ^ -exponent as coin
      from (values ('USD', 1), ('EUR', 1), ('GBP', 1), ('KES', 100), ('TZS', 2500), ('UGX', 3500), ('RWF', 1400),
                   ('NGN', 1500), ('GHS', 10), ('ZAR', 20), ('XOF', 600), ('XAF', 600)) v (currency, unit)
      join currencies on code = currency
), given (country, what, source, bands) as (values
    ('KE', 'withdraw_bank', 'PesaLink tariff of a member bank (DIB), before excise duty',
     '{{0,30}, {500.01,50}, {10000.01,80}, {50000.01,100}, {100000.01,150}, {200000.01,200}}'::numeric[]),
    ('KE', 'withdraw_bank', 'RTGS, as most banks of Kenya charge it',
     '{{999999.01,500}}'::numeric[]),
    ('KE', 'withdraw_mobile', 'after the M-PESA B2C tariff',
     '{{0,0}, {100.01,5}, {1500.01,9}, {5000.01,11}, {20000.01,13}}'::numeric[]),
    ('KE', 'withdraw_agent', 'after the M-PESA tariff for withdrawals at an agent, 2024',
     '{{0,11}, {100.01,29}, {2500.01,52}, {3500.01,69}, {5000.01,87}, {7500.01,115}, {10000.01,167},
       {15000.01,185}, {20000.01,197}, {35000.01,278}, {50000.01,309}}'::numeric[]),
    ('NG', 'withdraw_bank', 'CBN guide to charges 2020, electronic transfers',
     '{{0,10}, {5000.01,25}, {50000.01,50}}'::numeric[])
), policy (what, above, fixed, per_mille, least, most) as (values
    ('exchange',        0,     0,    5,  0.10, 50),
    ('withdraw_bank',   0,     0.50, 0,  0,    null),
    ('withdraw_bank',   1000,  1.50, 0,  0,    null),
    ('withdraw_bank',   10000, 5,    0,  0,    null),
    ('withdraw_mobile', 0,     0.05, 0,  0,    null),
    ('withdraw_mobile', 50,    0.10, 0,  0,    null),
    ('withdraw_mobile', 200,   0.15, 0,  0,    null),
    ('withdraw_agent',  0,     0,    10, 0.10, 5),
    ('deposit_card',    0,     0,    25, 0.10, null),
    ('airtime',         0,     0,    0,  0,    null),
    ('bill',            0,     0,    0,  0,    null),
    ('bill',            10,    0.20, 0,  0,    null),
    ('transfer_abroad', 0,     0,    10, 1,    30),
    ('return',          0,     0,    0,  0,    null)
), lines as (
    select g.what, g.country, n.currency, g.bands[i][1] as from_amount, g.bands[i][2] as fixed, 0 as per_mille,
           0 as least, null::numeric as most, g.source
      from given g join countries n on n.code = g.country
      cross join lateral generate_subscripts(g.bands, 1) i
    union all
    select p.what, n.code, u.currency, p.above * u.unit + case when p.above > 0 then u.coin else 0 end,
           p.fixed * u.unit, p.per_mille, p.least * u.unit,
           p.most * u.unit, 'policy'
      from countries n cross join units u cross join policy p
     where not exists (
        select from given g where (g.country, g.what, n.currency) = (n.code, p.what, u.currency))
)
insert into fee_schedule (what, country, currency, from_amount, fixed, per_mille, least, most, valid, source)
select what, country, currency, (from_amount * minor)::bigint, ceil(fixed * minor)::bigint, per_mille,
       ceil(least * minor)::bigint, ceil(most * minor)::bigint, '[2000-01-01,)', source
  from lines join lateral (select 10 ^ exponent as minor from currencies where code = currency) m on true;

-- Payments that a customer has agreed to beforehand: once on a day, or again and again. The plan's id is the
-- effect's that was read back and proved. Days are the customer's own; `due_at` is the moment of the next one.
create table payment_plans (
    id           uuid primary key,
    customer_id  uuid not null references customers,
    kind         text not null check (kind ~ '^[a-z_]+$'),      -- who pays it: core/plans/payers.py
    amount       bigint not null check (amount > 0),
    currency     text not null references currencies,
    details      bytea,                                         -- sealed: to whom, with which note; none once forgotten
    every        text not null check (every in ('once', 'day', 'week', 'month', 'month_end')),
    first_day    date not null,
    until        date check (until >= first_day),
    times        int check (times between 1 and 999),
    number       int not null default 0 check (number >= 0),    -- of the next due day, counted from the first
    next_day     date,
    due_at       timestamptz,                                   -- when it is tried next
    attempt      smallint not null default 0,                   -- how often it was tried on that day
    tells_ahead  boolean not null default true,
    ahead_at     timestamptz,                                   -- when its customer is told beforehand
    status       text not null default 'active' check (status in ('active', 'paused', 'done', 'dropped')),
    reason       text not null default '',                      -- why it is paused, when not by its customer
    channel      text not null,
    created_at   timestamptz not null,
    ended_at     timestamptz,
    check ((status = 'active') = (due_at is not null)),
    check (due_at is null or next_day is not null),
    check ((status in ('done', 'dropped')) = (ended_at is not null)),
    check (details is not null or status in ('done', 'dropped'))
) with (fillfactor = 80);
create index payment_plans_due on payment_plans (due_at) where status = 'active';
create index payment_plans_ahead on payment_plans (ahead_at) where status = 'active' and ahead_at is not null;
create index payment_plans_customer on payment_plans (customer_id, created_at desc);

create function payment_plans_forward() returns trigger language plpgsql as $$
begin
    if old.status in ('done', 'dropped') and (new.status, new.ended_at) is distinct from (old.status, old.ended_at) then
        raise exception using errcode = 'restrict_violation', message = 'a plan ends once';
    end if;
    if new.number < old.number then
        raise exception using errcode = 'restrict_violation', message = 'a plan only moves forward';
    end if;
    return new;
end $$;
create trigger forward before update on payment_plans for each row execute function payment_plans_forward();

-- What came of each due day: one row, written in the transaction that pays it, so no day is paid twice.
create table plan_payments (
    plan_id     uuid not null references payment_plans,
    day         date not null,
    status      text not null check (status in ('paid', 'skipped')),
    attempts    smallint not null check (attempts >= 0),
    payment_id  uuid unique,                        -- the id it was paid under
    reference   text not null default '',
    code        text not null default '',           -- why it was skipped
    created_at  timestamptz not null,
    primary key (plan_id, day),
    check ((status = 'paid') = (payment_id is not null)),
    check ((status = 'skipped') = (code <> ''))
);
create function plan_payments_forbid() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'restrict_violation', message = 'what came of a due day stays as it was';
end $$;
create trigger append_only before update or delete on plan_payments
    for each row execute function plan_payments_forbid();

grant select, insert on payment_plans, plan_payments to wekeza_app;
grant update (number, next_day, due_at, attempt, tells_ahead, ahead_at, status, reason, ended_at) on payment_plans
    to wekeza_app;

-- Who looks after the bank sees who and when, never what is sealed.
revoke select on payment_plans from wekeza_auditor;
grant select (id, customer_id, kind, amount, currency, every, first_day, until, times, number, next_day, due_at, attempt,
    tells_ahead, ahead_at, status, reason, channel, created_at, ended_at) on payment_plans to wekeza_auditor;

-- Receipts: a document of one payment, and the code by which anybody who holds it can have it confirmed.
alter table documents drop constraint documents_kind_check;
alter table documents
    add check (kind in ('statement', 'receipt')),
    add column payment_id uuid,                     -- the transaction a receipt is of
    add check ((kind = 'receipt') = (payment_id is not null));
grant select (payment_id) on documents to wekeza_auditor;

-- The code is made from what the ledger says of the payment, with a key, and is compared with that again each
-- time: here it only leads to the payment. Both sides of a payment have the same one.
create table receipt_codes (
    code           text primary key check (code ~ '^WR[0-9A-HJKMNP-TV-Z]{11}$'),
    transaction_id uuid not null,
    wallet_id      uuid not null,
    created_at     timestamptz not null
);
grant select, insert on receipt_codes to wekeza_app;
