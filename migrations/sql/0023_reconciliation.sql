-- Statements and reports of others, and where they differ from the book.
--
-- A payment is told of three times: by our book, by the report of the rail that carried it, and by the
-- statement of whoever keeps the nostro. Each line of each is an item; ours are set against theirs, once
-- for the reports and once for the statements. Amounts are minor units as the nostro sees them: what came
-- is positive, what went is negative.

-- Under which number each nostro is kept, as its statements name it. A keeper that has one account for each
-- rail says whose partner's it is; without one the account is of all of them.
create table recon_accounts (
    account  text primary key check (length(account) between 1 and 34),
    nostro   text not null check (nostro ~ '^nostro_'),
    currency char(3) not null,
    partner  text not null default ''
);
insert into recon_accounts (account, nostro, currency, partner)
select distinct upper(partner) || '-' || currency, nostro, currency, partner from rails
union all
select distinct 'CARDS-' || currency, 'nostro_card', currency, 'cards' from payout_countries;

-- What is let pass, by rail; the row without a rail holds for money that came in and whatever has none.
create table recon_tolerances (
    rail       text primary key,
    minor      bigint not null check (minor >= 0),      -- so much more or less is the same amount
    days       smallint not null check (days between 0 and 31),     -- apart, where only amount and account agree
    late_days  smallint not null check (late_days between 0 and 31),    -- T+n: from then on it is late, or missing
    working    boolean not null,                        -- n counts working days of the calendar
    calendar   char(2) not null references calendars,
    reported   boolean not null                         -- the rail gives a report of its own
);
create function recon_tolerance_of(r rails) returns recon_tolerances language sql immutable as $$
    select r.rail, r.cost / 10, 3::smallint, (r.settles_days + 1)::smallint, r.business_days, r.calendar,
           r.clearing <> 'clearing_mobile'
$$;
insert into recon_tolerances select (recon_tolerance_of(r)).* from rails r;
insert into recon_tolerances (rail, minor, days, late_days, working, calendar, reported)
values ('', 0, 3, 1, true, 'KE', false);
-- A rail that is added later is reconciled from its first payment on.
create function recon_tolerate_rail() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
    insert into recon_tolerances select (recon_tolerance_of(new)).* on conflict do nothing;
    return null;
end $$;
revoke execute on function recon_tolerate_rail() from public;
create trigger tolerated after insert on rails for each row execute function recon_tolerate_rail();

-- By when what left on a day must be told of, per rail: worked out once from calendar and T+n.
create table recon_due (
    rail   text not null,
    day    date not null,
    due_on date not null check (due_on >= day),
    primary key (rail, day)
);

create table recon_imports (
    import_id      uuid primary key,
    content_sha256 bytea not null unique,               -- the same file twice is the same import
    format         text not null check (format in ('report', 'camt', 'mt940')),
    bytes          int not null check (bytes > 0),
    imported_at    timestamptz not null,
    imported_by    text not null
);

-- Written last, by a run that has done anything: what it wrote names it without a foreign key.
create table recon_runs (
    run_id   uuid primary key,
    at       timestamptz not null,
    by       text not null,
    matches  int not null,
    breaks   int not null,
    resolved int not null
);
create index recon_runs_at on recon_runs (at desc, run_id desc);

-- One statement of one account, or one report of one rail's switch, of the days up to `day`. A switch reports
-- on all its currencies at once.
create table recon_sources (
    source_id uuid primary key,
    import_id uuid not null references recon_imports,
    source    text not null check (source in ('report', 'statement')),
    partner   text not null,
    account   text references recon_accounts,
    nostro    text,
    currency  char(3),
    name      text not null check (length(name) <= 40),
    number    text not null default '' check (length(number) <= 20),
    since     date not null,
    day       date not null check (day >= since),
    opening   bigint,
    closing   bigint,
    lines     int not null check (lines >= 0),
    total     bigint,                                   -- of what was booked
    run_id    uuid,                                     -- the run that saw it first
    check (source = 'report' or num_nulls(account, nostro, currency, opening, closing, total) = 0),
    check (source = 'statement' or partner <> '' and num_nonnulls(account, nostro, opening, closing, total) = 0),
    unique nulls not distinct (source, partner, account, name, number, day)
);
create index recon_sources_account on recon_sources (account, day) where account is not null;
create index recon_sources_report on recon_sources (partner, day) where source = 'report';
create index recon_sources_new on recon_sources (source_id) where run_id is null;

-- How far each ledger account of a nostro has been taken over as items.
create table recon_cursors (
    account_id uuid primary key,
    version    bigint not null check (version >= 0)
);

create table recon_matches (
    match_id    uuid primary key,
    run_id      uuid not null,
    source      text not null,
    rule        text not null check (rule in ('end_to_end', 'tolerance', 'reference', 'account', 'one_to_many',
                                              'many_to_one', 'reversed', 'returned', 'no_movement', 'forced')),
    difference  bigint not null default 0,              -- theirs less ours
    approval_id uuid references approvals,
    check ((rule = 'forced') = (approval_id is not null))
);
create index recon_matches_run on recon_matches (run_id);

-- What one of them says of one payment. Ours stand here twice where the rail reports: each is set against
-- one source. A line that has no match is open.
create table recon_items (
    item_id        bigint generated always as identity primary key,
    source         text not null check (source in ('report', 'statement')),
    side           text not null check (side in ('ours', 'theirs')),
    nostro         text not null,
    currency       char(3) not null,
    partner        text not null default '',
    rail           text not null default '',
    day            date not null,
    amount         bigint not null,
    state          text not null check (state in
        ('settled', 'returned', 'received', 'charge', 'rejected', 'pending')),
    end_to_end     text not null default '',
    reference      text not null default '',
    batch          text not null default '',
    party          text not null default '',            -- the bank on the other side, where we know it
    token          text,                                -- stands for the account on the other side
    overcharge     bigint not null default 0 check (overcharge >= 0),   -- of its fee, beyond the rail's price
    entry_id       bigint,                              -- ours: the ledger's entry
    transaction_id uuid,
    settlement_id  uuid,
    source_id      uuid references recon_sources,       -- theirs: where it stands
    n              int,
    details        bytea,                               -- sealed: name, account and words of the other side
    match_id       uuid,
    check ((side = 'ours') = (entry_id is not null)),
    check ((side = 'theirs') = (source_id is not null and n is not null))
);
-- Few indexes: nearly every line is written once and marked once, and each index is written twice for it. That
-- no entry and no line stands here twice, cursors and sources see to.
create index recon_items_open on recon_items (source, side, nostro, currency, end_to_end) where match_id is null;
create index recon_items_end_to_end on recon_items (end_to_end, source, side);
create index recon_items_overcharge on recon_items (source_id) where overcharge > 0;
create index recon_items_match on recon_items (match_id) where match_id is not null;

-- Where they differ. `about` names the payment, or the line where nothing else does: one finding of one
-- kind is one break for as long as it is open, however often it is looked for.
create table recon_breaks (
    break_id       uuid primary key,
    kind           text not null check (kind in (
        'missing_in_statement', 'missing_in_report', 'missing_in_book', 'amount_differs', 'currency_differs',
        'duplicate_in_statement', 'duplicate_in_report', 'wrong_status', 'late', 'fee_unexpected', 'balance_gap',
        'report_gap')),
    about          text not null,
    status         text not null default 'open' check (status in ('open', 'resolved')),
    how            text check (how in ('line_came', 'corrected', 'found_otherwise', 'tolerance', 'forced')),
    severity       smallint not null check (severity between 0 and 3),  -- at first; it grows with age
    source         text not null,
    nostro         text not null,
    currency       char(3) not null,
    rail           text not null,
    day            date not null,
    after_day      date,                                -- of a gap: the last day that is told of before it
    amount         bigint not null,                     -- what is at stake
    expected       text not null,
    found          text not null,
    item_id        bigint references recon_items,
    other_id       bigint references recon_items,
    source_id      uuid references recon_sources,
    settlement_id  uuid,
    case_id        uuid references cases,
    transaction_id uuid,                                -- the posting that took the difference to suspense
    approval_id    uuid references approvals,
    run_id         uuid not null,
    opened_at      timestamptz not null,
    resolved_at    timestamptz,
    check ((status = 'resolved') = (resolved_at is not null)),
    check ((status = 'resolved') = (how is not null)),
    check ((how is not distinct from 'forced') = (approval_id is not null))
) with (fillfactor = 80);
create unique index recon_breaks_once on recon_breaks (kind, nostro, currency, about) where status = 'open';
create index recon_breaks_page on recon_breaks (status, opened_at desc, break_id desc);
create index recon_breaks_listed on recon_breaks (opened_at desc, break_id desc);
create index recon_breaks_kind on recon_breaks (kind, opened_at desc, break_id desc);
create index recon_breaks_item on recon_breaks (item_id) where status = 'open';
create index recon_breaks_other on recon_breaks (other_id) where status = 'open' and other_id is not null;
create index recon_breaks_about on recon_breaks (about) where status = 'open';
create index recon_breaks_group on recon_breaks (nostro, currency, rail, kind) where status = 'open';
create index recon_breaks_case on recon_breaks (case_id) where case_id is not null;
create index recon_breaks_settlement on recon_breaks (settlement_id) where settlement_id is not null;

-- What every run found of each payment: `matched`, the kind of a break, or how one ended.
create table reconciliation_logs (
    log_id        uuid primary key default uuidv7(),
    settlement_id uuid references settlements,          -- null where nobody in the book knows the payment
    result        text not null,
    "timestamp"   timestamptz not null,
    run_id        uuid not null,
    break_id      uuid references recon_breaks
);
create index reconciliation_logs_settlement on reconciliation_logs (settlement_id, "timestamp")
    where settlement_id is not null;
create index reconciliation_logs_run on reconciliation_logs (run_id);

create function recon_forbid() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'restrict_violation', message = tg_table_name || ' stays as it was written';
end $$;
do $$
declare
    v_table text;
begin
    foreach v_table in array array['recon_imports', 'recon_runs', 'recon_matches', 'reconciliation_logs'] loop
        execute format('create trigger append_only before update or delete on %I
                            for each row execute function recon_forbid();', v_table);
    end loop;
    foreach v_table in array array['recon_imports', 'recon_runs', 'recon_matches', 'reconciliation_logs',
                                   'recon_sources', 'recon_items', 'recon_breaks'] loop
        execute format('create trigger no_truncate before truncate on %I
                            for each statement execute function recon_forbid();', v_table);
    end loop;
    foreach v_table in array array['recon_sources', 'recon_items', 'recon_breaks'] loop
        execute format('create trigger kept before delete on %I
                            for each row execute function recon_forbid();', v_table);
    end loop;
end $$;
-- A line stays what it said, and is matched once; only its seal may be made anew.
create trigger as_told before update on recon_items for each row when (
    old.match_id is not null and new.match_id is distinct from old.match_id
    or (old.source, old.side, old.nostro, old.currency, old.rail, old.day, old.amount, old.state, old.end_to_end,
        old.reference, old.batch, old.overcharge, old.entry_id, old.source_id, old.n)
    is distinct from
       (new.source, new.side, new.nostro, new.currency, new.rail, new.day, new.amount, new.state, new.end_to_end,
        new.reference, new.batch, new.overcharge, new.entry_id, new.source_id, new.n))
    execute function recon_forbid();
create trigger as_found before update on recon_breaks for each row when (
    old.status = 'resolved'
    or (old.kind, old.about, old.amount, old.expected, old.found, old.item_id, old.other_id, old.opened_at)
    is distinct from
       (new.kind, new.about, new.amount, new.expected, new.found, new.item_id, new.other_id, new.opened_at))
    execute function recon_forbid();

insert into role_permissions (role, permission) values
    ('operations', 'operations.reconcile'),
    ('operations', 'operations.match'),
    ('operations', 'operations.match_approve'),
    ('compliance', 'operations.match_approve');
insert into approval_kinds (kind, approve_permission, mfa) values ('forced_match', 'operations.match_approve', true);

grant select on recon_accounts, recon_tolerances, recon_due, recon_imports, recon_runs, recon_sources, recon_cursors,
    recon_matches, recon_items, recon_breaks, reconciliation_logs to wekeza_app;
grant insert on recon_due, recon_imports, recon_runs, recon_sources, recon_cursors, recon_matches,
    recon_items, recon_breaks, reconciliation_logs to wekeza_app;
grant update (run_id) on recon_sources to wekeza_app;
grant update (version) on recon_cursors to wekeza_app;
grant update (match_id, token) on recon_items to wekeza_app;
grant update (status, how, case_id, transaction_id, approval_id, resolved_at) on recon_breaks to wekeza_app;

-- Who looks after the bank sees what was told and found, never what is sealed.
revoke select on recon_items from wekeza_auditor;
grant select (item_id, source, side, nostro, currency, partner, rail, day, amount, state, end_to_end, reference,
    batch, party, token, overcharge, entry_id, transaction_id, settlement_id, source_id, n, match_id) on recon_items
    to wekeza_auditor;
