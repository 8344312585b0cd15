-- What operations take care of themselves, what positions are worth at the end of a day, and indexes.

-- A role that stands here takes and works on cases of these categories alone; one that does not, on all.
create table role_case_categories (
    role     text not null references roles,
    category text not null check (length(category) between 1 and 40),
    primary key (role, category)
);
insert into role_case_categories (role, category) values
    ('operations', 'Reconciliation'), ('operations', 'Hedging');
insert into role_permissions (role, permission) values
    ('operations', 'cases.take'), ('operations', 'cases.work'), ('operations', 'cases.escalate');
grant select on role_case_categories to wekeza_app;

-- Currency positions at the middle of the market, in the currency the books are kept in.
insert into gl_accounts (gl_code, name, class) values
    ('1350', 'Revaluation of currency positions',        'asset'),
    ('4250', 'Unrealised gains and losses on currencies', 'income');
insert into account_kinds (kind, gl_code, stripes) values
    ('fx_revaluation', '1350', 1),
    ('fx_unrealised',  '4250', 1);
insert into transaction_types (type, counts_limit, description) values
    ('revaluation', false, 'What currency positions are worth more or less than the day before');

-- What the trades of a pair came to at the end of a day. `taken` and `given` are of all time, `gain` is what
-- they are worth at home at these middles, `change` what was posted of it that day: minor units at home.
create table fx_revaluations (
    currency_from  text not null references currencies,
    currency_to    text not null references currencies,
    day            date not null,                           -- of the bank's home
    taken          numeric not null,                        -- minor units of currency_from
    given          numeric not null,                        -- minor units of currency_to
    mid_from       numeric not null check (mid_from > 0),   -- main units for one of the home currency
    mid_to         numeric not null check (mid_to > 0),
    home           text not null references currencies,
    gain           bigint not null,
    change         bigint not null,
    transaction_id uuid unique,                             -- none where nothing has changed
    at             timestamptz not null,
    primary key (currency_from, currency_to, day),
    check ((change = 0) = (transaction_id is null))
);
create trigger append_only before update or delete on fx_revaluations
    for each row execute function fx_history_forbid();
create trigger no_truncate before truncate on fx_revaluations
    for each statement execute function fx_history_forbid();
grant select, insert on fx_revaluations to wekeza_app;

-- Questions that had no index of their own.
drop index partner_orders_leased;
create index partner_orders_leased on partner_orders (leased_until) where leased_until is not null;
create index rate_alerts_expires on rate_alerts (expires_at);
create index cash_codes_customer on cash_codes (customer_id, created_at desc);
create index netting_windows_closed on netting_windows (cutoff_at desc) where status = 'closed';
create index recon_sources_import on recon_sources (import_id);

-- Given up: `money_text` says the same. The views that called it are made anew after this.
drop function if exists recon_money(bigint, text) cascade;
