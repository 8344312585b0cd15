-- What broke and was laid aside: by whom it can be seen, and that it blocks nothing else.

-- One row for each thing that broke, however often it did. It stays when it is settled: who dropped
-- what, and why, is told by the row itself. No words of a customer's are kept here.
create table parked (
    id          uuid primary key,
    kind        text not null check (kind in ('message', 'call', 'receipt', 'session', 'opt_out',
                                              'webhook', 'chore', 'job', 'letter', 'file')),
    key         text not null,                          -- what it was: a provider's id, a chore's name
    reason      text not null,                          -- the class of the error, or a provider's code
    trace       text not null default '',               -- files, lines and functions
    facts       jsonb not null default '{}',            -- what doing it again needs
    attempts    int not null,
    correlation uuid not null,
    first_at    timestamptz not null,
    last_at     timestamptz not null,
    settled     text check (settled in ('retried', 'dropped')),
    settled_at  timestamptz,
    settled_by  text,
    why         text,
    unique (kind, key),
    check ((settled is null) = (settled_at is null)),
    check (settled is null or settled_by is not null and why is not null)
);
create index parked_open on parked (first_at, id) where settled is null;
create index media_lost on media (id) where state = 'lost';

grant select, insert on parked to wekeza_app;
grant update (reason, trace, facts, attempts, correlation, last_at, settled, settled_at, settled_by,
              why) on parked to wekeza_app;
grant select on parked to wekeza_auditor;
