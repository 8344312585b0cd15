-- Sanctions lists and politically exposed persons: what was published, who was compared with it, and what was found.

-- Candidates are names that share enough groups of three letters. Whoever migrates makes the extension, which a managed
-- server trusts: the owner of the tables may create nothing in the database itself.
reset role;
create extension if not exists pg_trgm;
set local role wekeza_owner;

-- One row is one file that somebody publishes. A list that `extends` another adds names to its entries, by their keys.
create table screening_lists (
    list_id     text primary key check (list_id ~ '^[a-z0-9-]{2,30}$'),
    title       text not null,
    kind        text not null check (kind in ('sanctions', 'pep')),
    extends     text references screening_lists
);
insert into screening_lists (list_id, title, kind, extends) values
    ('ofac-sdn', 'OFAC specially designated nationals', 'sanctions', null),
    ('ofac-alt', 'OFAC aliases of specially designated nationals', 'sanctions', 'ofac-sdn'),
    ('un-xml',   'United Nations Security Council consolidated list', 'sanctions', null),
    ('pep-csv',  'Politically exposed persons', 'pep', null);

-- A file that was taken in. The same file again is none.
create table screening_versions (
    list_id        text not null references screening_lists,
    version        int not null check (version > 0),
    content_sha256 bytea not null check (length(content_sha256) = 32),
    published      date,                                   -- where the file tells it
    bytes          bigint not null,
    entries        int not null check (entries > 0),
    names          int not null,
    added          int not null,
    changed        int not null,
    removed        int not null,
    imported_at    timestamptz not null,
    imported_by    text not null,
    primary key (list_id, version)
);

-- Which version of every list held together; each screening names the state it was made against.
create table screening_states (
    state_id    int primary key generated always as identity,
    lists       jsonb not null,
    since       timestamptz not null
);
insert into screening_states (lists, since) values ('{}', '2000-01-01');

-- An entry as it was published from one version on until, and without, another. `family` is the list that its key
-- belongs to: what different files say under one key is one entry.
create table screening_entries (
    entry_id      bigint primary key generated always as identity,
    list_id       text not null references screening_lists,
    family        text not null references screening_lists,
    key           text not null check (length(key) between 1 and 60),
    kind          text not null check (kind in ('person', 'organisation', 'vessel', 'aircraft', 'unknown')),
    name          text not null,
    born          daterange[] not null,                   -- every date, year or span that is told
    countries     text[] not null,                        -- nationalities; where an organisation is
    places        text[] not null,                        -- other countries that are told: of birth, of an address
    programme     text not null,
    remarks       text not null,
    digest        bytea not null,                         -- of all of it, names too
    first_version int not null,
    last_version  int,                                    -- the first one without it
    check (last_version > first_version),
    foreign key (list_id, first_version) references screening_versions deferrable initially deferred,
    foreign key (list_id, last_version) references screening_versions deferrable initially deferred
);
create unique index screening_entries_now on screening_entries (list_id, key) where last_version is null;
create index screening_entries_family on screening_entries (family, key) where last_version is null;
create index screening_entries_first on screening_entries (list_id, first_version);
create index screening_entries_last on screening_entries (list_id, last_version) where last_version is not null;

-- Its names. `form` is the name in the one form names are compared in, `sound` its consonants alone; names that are
-- not current any more have neither. Never a GiST index beside these: the planner would take it, at ten times the cost.
create table screening_names (
    entry_id    bigint not null references screening_entries,
    n           smallint not null,
    name        text not null,
    quality     text not null check (quality in ('primary', 'strong', 'weak')),
    form        text,
    sound       text,
    made_by     smallint not null,                        -- the version of the rules that made form and sound
    primary key (entry_id, n),
    check ((form is null) = (sound is null))
);
create index screening_names_form on screening_names using gin (form gin_trgm_ops) where form is not null;
create index screening_names_sound on screening_names using gin (sound gin_trgm_ops) where sound is not null;
create index screening_names_made on screening_names (made_by) where form is not null;

-- What was published stays as it was: an entry is ended once, and nothing of it is rewritten.
create function screening_entries_guard() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.last_version is null and new.last_version is not null
            and to_jsonb(old) - 'last_version' = to_jsonb(new) - 'last_version' then
        return new;
    end if;
    raise exception using errcode = 'restrict_violation', message = 'an entry is ended once and stays as it was';
end $$;
create trigger guarded before update or delete on screening_entries
    for each row execute function screening_entries_guard();

-- From which score on a person looks, and from which nothing goes on. Changed by two people; the newest row holds.
create table screening_bands (
    kind        text not null check (kind in ('sanctions', 'pep')),
    since       timestamptz not null,
    review      numeric(4, 3) not null check (review between 0.5 and 1),
    block       numeric(4, 3) check (block between review and 1),   -- none: a person always decides
    approval_id uuid references approvals,                          -- none of what held from the first day
    primary key (kind, since)
);
insert into screening_bands (kind, since, review, block) values
    ('sanctions', '2000-01-01', 0.830, 0.950),
    ('pep',       '2000-01-01', 0.900, null);

-- What a customer may do while a hit of a band is not decided.
create table screening_meanwhile (
    band        text primary key check (band in ('clear', 'review', 'block')),
    receives    boolean not null,
    sends       text not null check (sends in ('now', 'waits', 'never'))
);
insert into screening_meanwhile (band, receives, sends) values
    ('clear', true, 'now'), ('review', true, 'waits'), ('block', false, 'never');

-- Who was compared, as they were then: name, day of birth and country change, and each change is another row.
create table screening_subjects (
    id          uuid primary key,
    subject     text not null check (subject ~ '^[a-z_]{3,30}$'),
    subject_id  uuid not null,
    customer_id uuid references customers,                -- whose data it is, or whose payee
    fingerprint text not null,                            -- keyed hash of what is compared
    party       bytea,                                    -- sealed: name, day of birth, country; none once forgotten
    at          timestamptz not null,
    unique (subject, subject_id, fingerprint)
);
create index screening_subjects_customer on screening_subjects (customer_id);

-- All subjects, or all of a list's news, looked at again. `after` is how far it has come, so that it goes on when killed.
create table screening_runs (
    run_id      uuid primary key,
    state_id    int not null references screening_states,
    since_state int references screening_states,           -- only what was new since; none: everything
    began_at    timestamptz not null,
    after       uuid,
    subjects    int not null default 0,
    hits        int not null default 0,
    ended_at    timestamptz,
    correlation uuid not null
);
create unique index screening_runs_open on screening_runs ((true)) where ended_at is null;

-- Every comparison, also one that found nothing.
create table screenings (
    id          uuid primary key,
    subject_id  uuid not null references screening_subjects,
    state_id    int not null references screening_states,
    run_id      uuid references screening_runs,
    why         text not null check (why ~ '^[a-z_]{3,30}$'),
    candidates  int not null check (candidates >= 0),
    top         numeric(4, 3) not null check (top between 0 and 1),
    band        text not null check (band in ('clear', 'review', 'block')),
    hits        uuid[] not null default '{}',
    at          timestamptz not null,
    correlation uuid not null
);
create index screenings_subject on screenings (subject_id, at desc);

-- Somebody who may be somebody on a list: one row for each version of either. What is decided holds for these two
-- versions alone, so that a change of either asks again.
create table screening_hits (
    id           uuid primary key,
    subject_id   uuid not null references screening_subjects,
    family       text not null references screening_lists,
    key          text not null,
    entry        text not null,                           -- its version: the rows of all its files
    entry_id     bigint not null references screening_entries,
    customer_id  uuid references customers,
    score        numeric(4, 3) not null check (score between 0 and 1),
    band         text not null check (band in ('review', 'block')),
    explained    bytea,                                   -- sealed: the parts of the score; none once forgotten
    status       text not null default 'open'
        check (status in ('open', 'true_match', 'false_positive', 'gone')),
    found_at     timestamptz not null,
    decided_at   timestamptz,
    approval_id  uuid references approvals,
    unique (subject_id, family, key, entry),
    check ((status = 'open') = (decided_at is null))
);
create index screening_hits_open on screening_hits (found_at desc, id desc) where status = 'open';
create index screening_hits_status on screening_hits (status, id desc);
create index screening_hits_customer on screening_hits (customer_id);
create index screening_hits_entry on screening_hits (family, key) where status in ('open', 'true_match');

-- What a hit is about never changes, and only a decision of two people ends one as this or that.
create function screening_hits_guard() returns trigger language plpgsql as $$
begin
    if (old.id, old.subject_id, old.family, old.key, old.entry, old.entry_id, old.customer_id, old.found_at)
            is distinct from
            (new.id, new.subject_id, new.family, new.key, new.entry, new.entry_id, new.customer_id, new.found_at) then
        raise exception using errcode = 'restrict_violation', message = 'what a hit is about stays';
    end if;
    if new.status in ('true_match', 'false_positive') and new.status <> old.status and not exists (
        select from approvals a where a.id = new.approval_id and a.kind = 'screening_decision'
            and a.subject = new.id::text) then
        raise exception using errcode = 'restrict_violation', message = 'a hit is decided by two people';
    end if;
    return new;
end $$;
create trigger guarded before update on screening_hits
    for each row execute function screening_hits_guard();

-- Where a customer stands: the worst of what is not decided in their favour.
create table screening_standings (
    customer_id uuid primary key references customers,
    subject_id  uuid not null references screening_subjects,
    state_id    int not null references screening_states,
    band        text not null check (band in ('clear', 'review', 'block')),
    since       timestamptz not null,
    screened_at timestamptz not null
);
create index screening_standings_subject on screening_standings (subject_id);
create index screening_standings_band on screening_standings (band) where band <> 'clear';

-- Money that came from somebody who may be listed, or for a customer who may be, is held: it stands in suspense and on
-- no list of operations, and nothing becomes of it by the clock. Two people book it, send it back, or keep it frozen.
alter table incoming_payments
    drop constraint incoming_payments_status_check,
    add constraint incoming_payments_status_check
        check (status in ('booked', 'parked', 'held', 'returning', 'returned')),
    drop constraint incoming_payments_check3,
    add constraint incoming_payments_why check (status <> 'parked' or why is not null),
    drop constraint incoming_payments_check5,
    add constraint incoming_payments_ended check ((status in ('parked', 'held', 'returning')) = (ended_at is null));
drop index incoming_payments_suspense;
create index incoming_payments_suspense on incoming_payments (currency) include (amount)
    where status in ('parked', 'held', 'returning');

create table held_receipts (
    payment_id  uuid primary key references incoming_payments,
    who         text not null check (who in ('payer', 'owner')),    -- who may be listed
    party_id    uuid not null,                            -- under which they were compared, as whatever they are
    status      text not null default 'open' check (status in ('open', 'frozen', 'booked', 'returned')),
    held_at     timestamptz not null,
    decided_at  timestamptz,
    approval_id uuid references approvals,
    check ((status = 'open') = (decided_at is null)),
    check ((status = 'open') = (approval_id is null))
);
create index held_receipts_list on held_receipts (status, held_at desc, payment_id desc);
create index held_receipts_party on held_receipts (party_id);

-- What is frozen may be unfrozen, and what its payer could not take is held again; each of it by two people.
create function held_receipts_guard() returns trigger language plpgsql as $$
begin
    if new.payment_id <> old.payment_id or old.status = 'booked' and new.status <> 'booked' then
        raise exception using errcode = 'restrict_violation', message = 'what was booked stays so';
    end if;
    if new.status not in ('open', old.status) and not exists (
        select from approvals a where a.id = new.approval_id and a.kind = 'held_receipt'
            and a.subject = 'receipt ' || new.payment_id) then
        raise exception using errcode = 'restrict_violation', message = 'held money is decided by two people';
    end if;
    return new;
end $$;
create trigger guarded before update on held_receipts for each row execute function held_receipts_guard();

create function incoming_payments_let_go() returns trigger language plpgsql as $$
begin
    if not exists (select from held_receipts h
                    where h.payment_id = new.id and h.status in ('booked', 'returned')) then
        raise exception using errcode = 'restrict_violation', message = 'held money is decided by two people';
    end if;
    return new;
end $$;
create trigger let_go before update of status on incoming_payments
    for each row when (old.status = 'held' and new.status <> 'held') execute function incoming_payments_let_go();

-- Under which id a payee was compared who is saved, or a biller: they are compared again when a list changes.
alter table billers add column party_id uuid;
create index billers_party on billers (party_id) where active;
grant update (party_id) on billers to wekeza_app;
alter table payout_destinations add column party_id uuid;
alter table payment_plans add column party_id uuid;
create index payout_destinations_party on payout_destinations (party_id);
create index payout_destinations_new on payout_destinations (customer_id) where party_id is null;
create index payment_plans_party on payment_plans (party_id) where status in ('active', 'paused');
create index payment_plans_new on payment_plans (id)
    where kind = 'payout' and party_id is null and status in ('active', 'paused');
grant update (party_id) on payout_destinations, payment_plans to wekeza_app;

insert into approval_kinds (kind, approve_permission, mfa) values
    ('screening_decision', 'screening.review', true),
    ('screening_bands', 'screening.review', true),
    ('held_receipt', 'screening.review', true);
insert into role_permissions (role, permission) values ('compliance', 'screening.review');

grant select on screening_lists, screening_versions, screening_states, screening_entries, screening_names,
    screening_bands, screening_meanwhile, screening_subjects, screening_runs, screenings, screening_hits,
    screening_standings, held_receipts to wekeza_app;
grant insert on screening_bands, screening_versions, screening_states, screening_entries, screening_names, screening_subjects,
    screening_runs, screenings, screening_hits, screening_standings, held_receipts to wekeza_app;
grant update (last_version) on screening_entries to wekeza_app;
grant update (at) on screening_subjects to wekeza_app;
grant update (form, sound, made_by) on screening_names to wekeza_app;
grant update (since_state, after, subjects, hits, ended_at) on screening_runs to wekeza_app;
grant update (status, decided_at, approval_id, score, band, explained) on screening_hits to wekeza_app;
grant update (subject_id, state_id, band, since, screened_at) on screening_standings to wekeza_app;
grant update (who, party_id, status, decided_at, approval_id) on held_receipts to wekeza_app;

-- An auditor of the books sees that and when something was compared, and not who.
revoke select on screening_subjects, screenings, screening_hits, screening_standings, held_receipts from wekeza_auditor;
grant select (id, subject, at) on screening_subjects to wekeza_auditor;
grant select (id, state_id, run_id, why, candidates, at) on screenings to wekeza_auditor;
grant select (id, family, key, entry, status, found_at, decided_at, approval_id) on screening_hits to wekeza_auditor;
grant select (state_id, screened_at) on screening_standings to wekeza_auditor;
grant select (status, held_at, decided_at) on held_receipts to wekeza_auditor;
