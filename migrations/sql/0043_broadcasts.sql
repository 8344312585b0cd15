-- When customers are left in peace, what waits for the morning because of it, and one message to many of them.

-- By the clock of a customer's country. Communications Authority of Kenya, Nigeria's NCC and others leave the hours to
-- the bank or ask for a quiet night; these are the narrowest of them.
create table quiet_hours (
    country text primary key references countries,
    begins  time not null,
    ends    time not null check (ends <> begins),
    source  text not null check (source <> '')
);
insert into quiet_hours (country, begins, ends, source)
select code, '21:00', '07:00', 'the bank''s own policy; to be confirmed by each country' from countries;
grant select on quiet_hours to wekeza_app, wekeza_auditor;
grant update (begins, ends, source) on quiet_hours to wekeza_app;

-- Notices that can wait and came at night. They are not in the outbox: there a contact's rows leave in order, and an
-- answer must not wait for the morning behind one of these.
create table held_notices (
    message_id  uuid primary key,
    customer_id uuid not null,
    channel     text,
    address     text,                               -- a token; null lets the customer's addresses decide
    service     boolean not null,
    payload     bytea,                              -- sealed
    due_at      timestamptz not null,
    expires_at  timestamptz,
    correlation uuid not null,
    held_at     timestamptz not null
);
create index held_notices_due on held_notices (due_at, message_id);
create index held_notices_customer on held_notices (customer_id);
grant select, insert, delete on held_notices to wekeza_app;
grant update (payload) on held_notices to wekeza_app;
revoke select on held_notices from wekeza_auditor;
grant select (message_id, customer_id, channel, service, due_at, expires_at, correlation, held_at) on held_notices
    to wekeza_auditor;

-- What is told to whom, and how far it has come. What two people approved stays as it is: words and choice are never
-- updated.
create table broadcasts (
    id          uuid primary key,
    name        text not null check (length(name) between 1 and 80),
    words       jsonb not null check (words ?& array['en', 'sw', 'fr']),
    chosen      jsonb not null,                     -- segments, countries, languages, tiers; none: any
    state       text not null check (state in ('asked', 'refused', 'gathering', 'sending', 'stopped', 'done')),
    made_by     uuid not null references staff,
    approval_id uuid,
    gathered_to uuid,                               -- the last customer looked at
    created_at  timestamptz not null,
    ends_at     timestamptz not null check (ends_at > created_at),     -- nothing leaves from then on
    started_at  timestamptz,
    ended_at    timestamptz,
    stopped_by  uuid references staff,
    check ((state in ('refused', 'stopped', 'done')) = (ended_at is not null))
);
create index broadcasts_under_way on broadcasts (created_at) where state in ('gathering', 'sending');
grant select, insert on broadcasts to wekeza_app;
grant update (state, approval_id, gathered_to, started_at, ended_at, stopped_by) on broadcasts to wekeza_app;
grant select on broadcasts to wekeza_auditor;

-- Each customer of a broadcast, once.
create table broadcast_recipients (
    broadcast_id uuid not null references broadcasts,
    customer_id  uuid not null,
    channel      text not null check (channel in ('whatsapp', 'sms')),
    country      text not null,
    state        text not null default 'waiting' check (state in ('waiting', 'owed', 'passed_over')),
    message_id   uuid,
    at           timestamptz,
    primary key (broadcast_id, customer_id),
    check ((state = 'owed') = (message_id is not null)),
    check ((state = 'waiting') = (at is null))
);
create index broadcast_recipients_waiting on broadcast_recipients (broadcast_id, channel, customer_id)
    where state = 'waiting';
create index broadcast_recipients_customer on broadcast_recipients (customer_id);
grant select, insert, delete on broadcast_recipients to wekeza_app;
grant update (state, message_id, at) on broadcast_recipients to wekeza_app;
grant select on broadcast_recipients to wekeza_auditor;

-- What leaves behind everything else is marked so once it is owed.
grant update (priority) on outbox to wekeza_app;

insert into approval_kinds (kind, approve_permission, mfa) values ('broadcast', 'broadcasts.approve', true);
insert into role_permissions (role, permission) values
    ('supervisor', 'broadcasts.request'),
    ('operations', 'broadcasts.request'),
    ('compliance', 'broadcasts.approve');
