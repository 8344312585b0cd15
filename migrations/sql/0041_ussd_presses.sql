-- Presses of gateways that number none: which press of its session each was, so that a repeat is told from a second
-- press of the same keys. Both columns are keyed hashes: neither the session nor the keys stand here.
create table ussd_presses (
    session_hash bytea primary key,
    press_hash   bytea not null,            -- of the last one
    number       bigint not null,           -- of the last one; begins at a time, so that no number comes twice
    answered     boolean not null,
    at           timestamptz not null       -- when it came, or when it was answered
);
create index ussd_presses_old on ussd_presses (at);

grant select on ussd_presses to wekeza_app;
grant update (answered, at) on ussd_presses to wekeza_app;
grant select on ussd_presses to wekeza_auditor;
