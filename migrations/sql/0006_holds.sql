-- Two-phase money: a hold sets an amount aside until it is captured, given back, or runs out.
--
-- While a hold is open its rest counts in the payer's `held` and in the payee's `incoming`. The hold
-- moves on; its events are append-only and tell how it came to stand where it stands.

create domain hold_status as text check (value in ('open', 'captured', 'voided', 'expired'));

create table ledger_holds (
    hold_id       uuid primary key,                                 -- the id it was authorised under
    type          text not null,                                    -- of the transactions that capture it
    debit_id      uuid not null,
    credit_id     uuid not null,
    currency      text not null,
    wallet_id     uuid,
    reference     text not null,
    note          text not null,
    authorised    bigint not null,                                  -- with what it was raised by
    captured      bigint not null default 0,
    over          bigint not null default 0,                        -- of what was captured, beyond what was held
    rest          bigint not null,                                  -- still held; zero once it is not open
    over_points   int not null,                                     -- how far captures may go beyond: hundredths of a
    over_amount   bigint not null,                                  -- percent, or an amount; the greater of the two
    status        hold_status not null default 'open',
    authorised_at timestamptz not null,
    expires_at    timestamptz not null,
    events        int not null default 1,
    counted       bigint not null,                                  -- against the payer's limits, in `counted_in`
    counted_in    text,
    counted_day   date,                                             -- the day of the last counting, and how much of
    in_day        bigint not null,                                  -- `counted` fell on it and in its month
    in_month      bigint not null,
    foreign key (debit_id) references ledger_accounts not enforced,
    foreign key (credit_id) references ledger_accounts not enforced,
    foreign key (type) references transaction_types not enforced
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
create index ledger_holds_expiry on ledger_holds (expires_at) where status = 'open';
create index ledger_holds_account on ledger_holds (debit_id, hold_id) where status = 'open';

create table hold_events (
    id          uuid primary key,                                   -- the caller's id
    hold_id     uuid not null,
    seq         int not null,                                       -- 1, 2, 3 … within the hold
    kind        text not null,                                      -- authorised, raised, captured, voided, expired
    amount      bigint not null,                                    -- set aside, captured, or given back
    rest        bigint not null,                                    -- still held after it
    expires_at  timestamptz,                                        -- what an authorisation or a raise sets
    transaction_id uuid,                                            -- what a capture posted: the same id
    at          timestamptz not null,
    correlation text not null,
    xid         xid8 not null default pg_current_xact_id(),
    body_hash   bytea not null,
    foreign key (hold_id) references ledger_holds not enforced
);
create unique index hold_events_hold on hold_events (hold_id, seq);

-- Who froze, released or closed an account, and why. These ids are not those of money.
create table account_status_changes (
    seq         bigint generated always as identity,
    id          uuid primary key,
    account_id  uuid not null references ledger_accounts,
    before      ledger_status not null,
    after       ledger_status not null,
    changed_by  text not null check (changed_by <> ''),
    reason      text not null check (reason <> ''),
    at          timestamptz not null,
    correlation text not null,
    xid         xid8 not null default pg_current_xact_id(),
    body_hash   bytea not null
);
create index account_status_changes_account on account_status_changes (account_id, seq);
insert into account_status_changes (id, account_id, before, after, changed_by, reason, at, correlation, body_hash)
select uuidv7(), account_id, 'active', status, 'migration', 'as it stood before changes were kept', now(), '', ''
  from ledger_accounts where status <> 'active';

insert into transaction_types (type, counts_limit, description) values
    ('closing', false, 'What is left when an account closes');

select ledger_keep_for_ever(array['hold_events', 'account_status_changes']);

create trigger never_deleted before delete on ledger_holds
    for each row execute function ledger_forbid();
create trigger no_truncate before truncate on ledger_holds
    for each statement execute function ledger_forbid();
alter table ledger_holds enable always trigger never_deleted;
alter table ledger_holds enable always trigger no_truncate;

grant select on ledger_holds, hold_events, account_status_changes to wekeza_app, wekeza_auditor;
revoke insert, update, delete, truncate, references, trigger, maintain
    on ledger_holds, hold_events, account_status_changes from wekeza_app, wekeza_auditor, public;
