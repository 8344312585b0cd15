-- People who work here: log-ins, second factors, sessions, roles, and the letters they are sent.

create table roles (
    name    text primary key check (name ~ '^[a-z]+$'),
    summary text not null
);

-- What a role may do. This table is the one source; nothing in the code knows a role's permissions.
create table role_permissions (
    role       text not null references roles,
    permission text not null check (permission ~ '^[a-z_]+\.[a-z_]+$'),
    primary key (role, permission)
);

insert into roles (name, summary) values
    ('agent',      'answers customers and asks for what others must approve'),
    ('supervisor', 'leads agents, hands out cases and approves'),
    ('compliance', 'freezes, erases, and reads the log'),
    ('operations', 'watches that the house runs'),
    ('auditor',    'reads, and changes nothing'),
    ('admin',      'looks after staff and keys'),
    ('partner',    'a firm that uses the bank; has nothing at the desk');

insert into role_permissions (role, permission)
select role, permission from (values
    ('agent',      '{cases.read,cases.take,cases.work,cases.escalate,customers.read,customers.reveal,
                     recalls.request,freezes.request,pin_resets.request,numbers.request}'::text[]),
    ('supervisor', '{cases.read,cases.take,cases.work,cases.escalate,customers.read,customers.reveal,
                     recalls.request,freezes.request,pin_resets.request,numbers.request,
                     cases.assign,recalls.approve,pin_resets.approve,numbers.approve,approvals.read}'),
    ('compliance', '{cases.read,customers.read,customers.reveal,freezes.request,freezes.approve,
                     erasures.request,erasures.approve,recalls.approve,approvals.read,audit.read,
                     audit.verify}'),
    ('operations', '{cases.read,operations.read,approvals.read,customers.read}'),
    ('auditor',    '{cases.read,customers.read,approvals.read,audit.read,audit.verify,operations.read}'),
    ('admin',      '{staff.manage,audit.read,audit.verify,keys.rotate,approvals.read,operations.read,
                     erasures.request}')
) as given (role, permissions), unnest(permissions) as permission;

create table staff (
    id                  uuid primary key,
    email               bytea not null,                 -- sealed
    email_index         text not null unique,
    name                bytea not null,                 -- sealed
    role                text not null references roles,
    password_hash       text,                           -- null until an invitation was accepted
    password_changed_at timestamptz,
    failed_attempts     smallint not null default 0 check (failed_attempts between 0 and 5),
    locked_until        timestamptz,
    mfa_secret          bytea,                          -- sealed
    mfa_pending         bytea,                          -- sealed; shown, and not proven yet
    mfa_enrolled_at     timestamptz,
    mfa_last_step       bigint,                         -- a step of the clock counts once
    is_active           boolean not null default true,
    languages           text[] not null default '{en}',
    skills              text[] not null default '{}',
    created_at          timestamptz not null,
    created_by          text not null,
    updated_at          timestamptz not null,
    updated_by          text not null,
    check ((password_hash is null) = (password_changed_at is null)),
    check ((mfa_secret is null) = (mfa_enrolled_at is null))
) with (fillfactor = 80);
create index staff_page on staff (created_at, id);

-- Where somebody is signed in, or on the way to it: `opened_at` is null until every factor that is
-- asked for was proven. Whoever holds the secret whose hash is here is in it; an API's
-- tokens are signed, and its secret is good only until it is opened.
create table staff_sessions (
    id           uuid primary key,
    staff_id     uuid not null references staff,
    secret_hash  bytea not null,
    kind         text not null check (kind in ('desk', 'api')),
    started_at   timestamptz not null,
    opened_at    timestamptz,
    last_seen_at timestamptz not null,
    mfa_at       timestamptz,
    ip           bytea not null,                        -- sealed
    agent        text not null default '' check (length(agent) <= 60),
    ended_at     timestamptz,
    ended_why    text check (ended_why in ('signed_out', 'ended', 'password_changed', 'mfa_reset',
                             'deactivated', 'reuse', 'expired')),
    check ((ended_at is null) = (ended_why is null))
) with (fillfactor = 70);
create index staff_sessions_live on staff_sessions (staff_id, started_at desc) where ended_at is null;
create index staff_sessions_old on staff_sessions (started_at) where ended_at is null;

-- One token of a session's line is unused at any time; a used one that comes again ends the session.
create table refresh_tokens (
    jti        uuid primary key,
    session_id uuid not null references staff_sessions,
    issued_at  timestamptz not null,
    expires_at timestamptz not null check (expires_at > issued_at),
    used_at    timestamptz
);
create unique index refresh_tokens_line on refresh_tokens (session_id) where used_at is null;
create index refresh_tokens_old on refresh_tokens (expires_at);

create table recovery_codes (
    id        uuid primary key,
    staff_id  uuid not null references staff,
    code_hash bytea not null,
    made_at   timestamptz not null,
    used_at   timestamptz,
    unique (staff_id, code_hash)
);

-- Invitations and resets: the random token goes out by mail, its hash stays.
create table staff_tokens (
    token_hash bytea primary key,
    staff_id   uuid not null references staff,
    purpose    text not null check (purpose in ('invitation', 'reset')),
    issued_at  timestamptz not null,
    expires_at timestamptz not null check (expires_at > issued_at),
    used_at    timestamptz
);
create index staff_tokens_staff on staff_tokens (staff_id, issued_at desc);

-- How often something was tried within a window: sign-ins per address and per e-mail. The key is a
-- keyed hash, so nobody's address stands here.
create table attempts (
    key         text primary key,
    many        int not null check (many > 0),
    began_at    timestamptz not null
) with (fillfactor = 70);
create index attempts_old on attempts (began_at);

-- Letters: what still has to leave by mail, and what has.
create table mails (
    id           uuid primary key,
    recipient    bytea not null,                        -- sealed, like subject and body
    subject      bytea not null,
    body         bytea not null,
    attachment   uuid,                                  -- a document
    status       text not null default 'queued' check (status in ('queued', 'leased', 'sent', 'dead')),
    attempts     smallint not null default 0,
    due_at       timestamptz not null,
    expires_at   timestamptz,
    leased_until timestamptz,
    lease        uuid,
    error        text,
    correlation  uuid not null,
    created_at   timestamptz not null,
    finished_at  timestamptz,
    check ((status = 'leased') = (lease is not null and leased_until is not null)),
    check ((status in ('sent', 'dead')) = (finished_at is not null))
) with (fillfactor = 70);
create index mails_next on mails (due_at, id) where status in ('queued', 'leased');
create index mails_finished on mails (finished_at) where status in ('sent', 'dead');

grant select on roles, role_permissions to wekeza_app;
grant select, insert on staff, staff_sessions, refresh_tokens, recovery_codes, staff_tokens, attempts,
    mails to wekeza_app;
grant update (
    email, name, role, password_hash, password_changed_at, failed_attempts, locked_until, mfa_secret,
    mfa_pending, mfa_enrolled_at, mfa_last_step, is_active, languages, skills, updated_at,
    updated_by) on staff to wekeza_app;
grant update (opened_at, secret_hash, last_seen_at, mfa_at, ip, ended_at, ended_why)
    on staff_sessions to wekeza_app;
grant update (used_at) on refresh_tokens, recovery_codes, staff_tokens to wekeza_app;
grant update (many, began_at) on attempts to wekeza_app;
grant update (recipient, subject, body, status, attempts, due_at, leased_until, lease, error,
              finished_at) on mails to wekeza_app;
grant delete on refresh_tokens, recovery_codes, staff_tokens, attempts, mails to wekeza_app;

-- An auditor sees who has which role and when they were here: no hash, no secret, nothing sealed.
revoke select on staff, staff_sessions, refresh_tokens, recovery_codes, staff_tokens, attempts, mails
    from wekeza_auditor;
grant select on roles, role_permissions to wekeza_auditor;
grant select (id, role, password_changed_at, failed_attempts, locked_until, mfa_enrolled_at, is_active,
              languages, skills, created_at, created_by, updated_at, updated_by) on staff to wekeza_auditor;
grant select (id, staff_id, kind, started_at, opened_at, last_seen_at, mfa_at, agent, ended_at,
              ended_why) on staff_sessions to wekeza_auditor;
grant select (session_id, issued_at, expires_at, used_at) on refresh_tokens to wekeza_auditor;
grant select (staff_id, made_at, used_at) on recovery_codes to wekeza_auditor;
grant select (staff_id, purpose, issued_at, expires_at, used_at) on staff_tokens to wekeza_auditor;
grant select (many, began_at) on attempts to wekeza_auditor;
grant select (id, status, attempts, due_at, expires_at, error, created_at, finished_at)
    on mails to wekeza_auditor;
