-- The chart of accounts: which line of the bank's books each kind of ledger account belongs to.
-- Ledger signs are credit-positive, so assets and expenses stand below zero there.

create table gl_accounts (
    gl_code text primary key check (gl_code ~ '^[1-5][0-9]{3}$'),
    name    text not null unique,
    class   text not null check (class in ('asset', 'liability', 'equity', 'income', 'expense')),
    check (left(gl_code, 1)::int
           = array_position(array['asset', 'liability', 'equity', 'income', 'expense'], class))
);

create table account_kinds (
    kind    ledger_kind primary key,
    gl_code text not null references gl_accounts,
    stripes smallint not null default 1 check (stripes between 1 and 64)
);

insert into gl_accounts (gl_code, name, class) values
    ('1100', 'Cash and balances at central banks',  'asset'),
    ('1200', 'Balances at other banks (nostro)',    'asset'),
    ('1300', 'Clearing and settlement in transit',  'asset'),
    ('1400', 'Amounts owed by customers',           'asset'),
    ('1900', 'Suspense',                            'asset'),
    ('2100', 'Customer wallets',                    'liability'),
    ('2200', 'Collections held for merchants',      'liability'),
    ('2300', 'Currency positions',                  'liability'),
    ('3100', 'Share capital and reserves',          'equity'),
    ('4100', 'Fees and commissions',                'income'),
    ('4200', 'Foreign exchange income',             'income'),
    ('5100', 'Interest paid',                       'expense'),
    ('5200', 'Losses and write-offs',               'expense');

-- Stripes: a bank's account that many postings touch at once is several rows, so that they do not
-- queue for one. They have no floor and no ceiling, and together they are one line of the books.
insert into account_kinds (kind, gl_code, stripes) values
    ('cash',       '1100', 16),
    ('nostro',     '1200', 1),
    ('clearing',   '1300', 16),
    ('receivable', '1400', 1),
    ('suspense',   '1900', 1),
    ('wallet',     '2100', 1),
    ('collection', '2200', 1),
    ('fx',         '2300', 16),
    ('equity',     '3100', 1),
    ('fees',       '4100', 16),
    ('fx_income',  '4200', 16),
    ('interest',   '5100', 1),
    ('loss',       '5200', 1);

-- Kinds that are in use and nobody has placed yet stand in suspense until somebody does.
insert into account_kinds (kind, gl_code)
select distinct kind, '1900' from ledger_accounts
on conflict do nothing;

alter table ledger_accounts add foreign key (kind) references account_kinds;
alter table ledger_accounts add column stripe smallint not null default 0;
drop index ledger_accounts_system;
create unique index ledger_accounts_system on ledger_accounts (kind, currency, stripe) where owner is null;

-- Periods: a value date on or before the last closed day is refused, and closing only moves forward.
create table ledger_periods (
    closed_through date primary key,
    closed_at      timestamptz not null,
    closed_by      text not null
);

-- What each line of the books held by value date when a period was closed. The next close adds to it,
-- so a trial balance of the past reads the entries of one period and not of all time.
create table period_balances (
    closed_through date not null references ledger_periods,
    gl_code        text not null references gl_accounts,
    currency       text not null references currencies,
    balance        bigint not null,                                 -- credit-positive
    primary key (closed_through, gl_code, currency)
);

-- Value dates grow with the table, so a few bytes a page find the transactions of a period.
create index transactions_value_date on transactions using brin (value_date) with (pages_per_range = 32);

select ledger_keep_for_ever(array['ledger_periods', 'period_balances']);

grant select on gl_accounts, account_kinds, ledger_periods, period_balances to wekeza_app, wekeza_auditor;
