-- The book: accounts of one currency, immutable transactions, signed entries with the balance after each.
--
-- Every amount is a whole number of the currency's minor unit. Signs are credit-positive: a customer's
-- money is positive, and all entries of a transaction, and of the whole book, sum to zero per currency.
-- Times are given by the caller; nothing here reads a clock.
--
-- What comes later has its place: holds move `held` and `incoming` and get tables of their own; sealed
-- blocks read `transactions.xid`, which orders rows by the database transaction that wrote them; a hot
-- account's stripes will be rows of ledger_accounts; a reversal names its original in `reverses`.

create table currencies (
    code     text primary key check (code ~ '^[A-Z]{3}$'),
    exponent smallint not null check (exponent between 0 and 4)      -- digits after the point, ISO 4217
);

create table countries (
    code     text primary key check (code ~ '^[A-Z]{2}$'),
    name     text not null,
    currency text not null references currencies,
    timezone text not null                                          -- the day of limits turns here
);

-- What a customer of a tier may do, in minor units of the country's currency; null is no limit.
create table tier_limits (
    country         text not null references countries,
    tier            smallint not null check (tier between 1 and 3),
    per_transaction bigint check (per_transaction > 0),
    per_day         bigint check (per_day > 0),
    per_month       bigint check (per_month > 0),
    max_balance     bigint check (max_balance > 0),
    source          text not null,
    primary key (country, tier)
);

-- What the ledger must know of a customer, told to it by those who know people.
create table account_owners (
    owner         uuid primary key,
    country       text not null references countries,
    tier          smallint not null,
    home_currency text not null references currencies,              -- limits are counted in it
    timezone      text not null,
    foreign key (country, tier) references tier_limits
);

-- Counted per customer, over all wallets, in the home currency. Locked after the accounts.
create table limit_counters (
    owner       uuid primary key references account_owners,
    day         date not null,
    day_spent   bigint not null,
    month       date not null,                                      -- its first day
    month_spent bigint not null
) with (fillfactor = 50);

create table fx_rates (
    currency_from text not null references currencies,
    currency_to   text not null references currencies,
    rate          numeric not null check (rate > 0),                -- main units of `to` for one of `from`
    "timestamp"   timestamptz not null,                             -- the latest one holds
    primary key (currency_from, currency_to, "timestamp"),
    check (currency_from <> currency_to)
);

create sequence account_serials minvalue 1000000001 maxvalue 9999999999;

-- Few CHECKs on what moves with money: PostgreSQL reads and compiles every CHECK of a table again for
-- each statement that writes to it. Domains cost nothing where their column is not written, and what
-- the functions promise of the rest is proven by `ledger verify`.
create domain ledger_kind as text check (value ~ '^[a-z][a-z_]{1,30}$');
create domain ledger_status as text check (
    value in ('active', 'debit_frozen', 'credit_frozen', 'frozen', 'dormant', 'closed'));

-- fillfactor leaves room on the page, and no index covers a changing column: updates stay HOT.
create table ledger_accounts (
    account_id uuid primary key default uuidv7(),
    owner      uuid references account_owners,                      -- null: the bank itself
    kind       ledger_kind not null,
    currency   text not null references currencies,
    account_no text unique,
    posted     bigint not null default 0,
    held       bigint not null default 0,
    incoming   bigint not null default 0,
    floor      bigint,                                              -- null: none; 0: no overdraft
    ceiling    bigint,                                              -- judged on credits only, never checked here:
                                                                    -- a lower tier must not break every update
    version    bigint not null default 0,                           -- how many entries the account has
    moved_at   timestamptz,                                         -- of its last entry; never goes back
    status     ledger_status not null default 'active',
    opened_at  timestamptz not null,
    constraint no_overdraft check (posted - held >= floor and held >= 0 and incoming >= 0)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
        autovacuum_analyze_threshold = 200);
create index ledger_accounts_owner on ledger_accounts (owner) where owner is not null;
create unique index ledger_accounts_system on ledger_accounts (kind, currency) where owner is null;

create table transaction_types (
    type         text primary key,
    counts_limit boolean not null,                                  -- against the payer's tier
    description  text not null
);

-- Written first, before any lock, so that one id presented twice at once gets one answer.
create table ledger_requests (
    id        uuid primary key,
    body_hash bytea not null,
    at        timestamptz not null
);

-- A refusal stays the answer to its id for ever.
create table ledger_refusals (
    id    uuid primary key,
    code  text not null check (
        code in ('insufficient_funds', 'limit_exceeded', 'balance_ceiling', 'account_frozen', 'no_rate')),
    facts jsonb not null,
    at    timestamptz not null
);

create domain transaction_status as text check (value in ('posted'));

-- The header of a posting. Foreign keys of the hot tables are not enforced (they cost an eighth of the
-- throughput): the functions are the only writers, and `ledger verify` checks what they promise.
create table transactions (
    transaction_id uuid primary key,                                -- the caller's id
    wallet_id      uuid,                                            -- whose history it belongs to
    type           text not null,
    amount         bigint not null,                                 -- of the first leg
    currency       text not null,
    "timestamp"    timestamptz not null,
    status         transaction_status not null default 'posted',
    value_date     date not null,
    reference      text not null,
    note           text not null,
    correlation    text not null,
    reverses       uuid,
    meta           jsonb,
    xid            xid8 not null default pg_current_xact_id(),
    foreign key (transaction_id) references ledger_requests not enforced,
    foreign key (wallet_id) references ledger_accounts not enforced,
    foreign key (type) references transaction_types not enforced
);

create table ledger_entries (
    entry_id       bigint generated always as identity (cache 32),
    transaction_id uuid not null,
    leg            smallint not null,                               -- one debit and one credit each, from 1
    account_id     uuid not null,
    version        bigint not null,                                 -- 1, 2, 3 … within the account
    amount         bigint not null,                                 -- credit-positive
    debit          bigint generated always as (greatest(-amount, 0)) virtual,
    credit         bigint generated always as (greatest(amount, 0)) virtual,
    balance_after  bigint not null,
    posted_at      timestamptz not null,                            -- never goes back within the account
    primary key (account_id, version),
    foreign key (transaction_id) references transactions not enforced,
    foreign key (account_id) references ledger_accounts not enforced
);
create index ledger_entries_transaction on ledger_entries (transaction_id);

create function ledger_forbid() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'restrict_violation',
        message = tg_table_name || ' is append-only: ' || lower(tg_op) || ' refused',
        hint = 'Correct the book with a new transaction.';
end $$;

do $$
declare
    v_table text;
begin
    foreach v_table in array array['transactions', 'ledger_entries', 'ledger_requests', 'ledger_refusals'] loop
        execute format('create trigger append_only before update or delete on %1$I
                            for each row execute function ledger_forbid();
                        create trigger no_truncate before truncate on %1$I
                            for each statement execute function ledger_forbid();
                        alter table %1$I enable always trigger append_only;
                        alter table %1$I enable always trigger no_truncate;', v_table);
    end loop;
end $$;

create trigger never_deleted before delete on ledger_accounts
    for each row execute function ledger_forbid();
create trigger no_truncate before truncate on ledger_accounts
    for each statement execute function ledger_forbid();
alter table ledger_accounts enable always trigger never_deleted;
alter table ledger_accounts enable always trigger no_truncate;
