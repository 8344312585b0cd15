-- Data keys: what protected fields are sealed with. Each is wrapped by a key that is never in the
-- database, so that a copy of it opens nothing. Number 0 makes the blind indexes and never changes.

create table data_keys (
    number      int primary key check (number >= 0),
    wrapped_by  text not null,                  -- the name of the key that wrapped it
    wrapped     bytea,                          -- null once destroyed
    active_from timestamptz not null default now(), -- from then on it seals: every process knows it by then
    created_at  timestamptz not null default now(),
    retired_at  timestamptz,
    check ((wrapped is null) = (retired_at is not null)),
    check (number > 0 or retired_at is null)
);
grant select, insert on data_keys to wekeza_app;
grant update (wrapped_by, wrapped, retired_at) on data_keys to wekeza_app;
grant select (number, wrapped_by, active_from, created_at, retired_at) on data_keys to wekeza_auditor;
