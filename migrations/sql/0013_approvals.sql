-- Maker and checker, and the log of what staff did and saw.

-- Each row names the one before by its hash, made with a key that is never in the database: a row that
-- is changed, taken out or put in breaks the chain at its place. `details` is sealed, and may be sealed
-- anew; `digest` is a keyed fingerprint of what it says, so the chain does not break by that.
create table audit_log (
    seq          bigint primary key check (seq > 0),     -- 1, 2, 3 … without a gap
    id           uuid not null unique,
    at           timestamptz not null,
    actor_kind   text not null check (actor_kind in ('staff', 'customer', 'system')),
    actor_id     uuid check ((actor_id is null) = (actor_kind = 'system')),
    action       text not null check (action ~ '^[a-z_]+(\.[a-z_]+)+$'),
    subject_type text not null check (subject_type <> ''),
    subject_id   text not null,
    customer_id  uuid,                                   -- whose data it is about
    fields       text[] not null,                        -- which of it was seen or changed
    details      bytea not null,                         -- sealed JSON: role, reason, before, after, ip
    digest       bytea not null,
    correlation  text not null,
    key_id       text not null,                          -- the name of the key that chained it
    previous     bytea not null,
    hash         bytea not null
);
create index audit_log_customer on audit_log (customer_id, seq) where customer_id is not null;
create index audit_log_actor on audit_log (actor_id, seq) where actor_id is not null;
create index audit_log_action on audit_log (action, seq);
create index audit_log_subject on audit_log (subject_type, subject_id, seq);
create index audit_log_at on audit_log (at);

-- The end of the chain. Whoever writes a row locks it until the commit, so rows stand in one order.
create table audit_head (
    only_row boolean primary key default true check (only_row),
    seq      bigint not null,
    hash     bytea not null
);
insert into audit_head (seq, hash) values (0, decode(repeat('00', 32), 'hex'));

-- Details may be sealed anew, by the owner's own function; nothing else ever moves.
create function audit_forbid() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and to_jsonb(old) - 'details' = to_jsonb(new) - 'details' then
        return new;
    end if;
    raise exception using errcode = 'restrict_violation', message = 'the audit log is append-only';
end $$;
create trigger append_only before update or delete on audit_log
    for each row execute function audit_forbid();
create trigger no_truncate before truncate on audit_log
    for each statement execute function audit_forbid();
create trigger one_head before delete on audit_head
    for each row execute function audit_forbid();
create trigger no_truncate before truncate on audit_head
    for each statement execute function audit_forbid();

grant select, insert on audit_log to wekeza_app;
grant select, update (seq, hash) on audit_head to wekeza_app;
revoke select on audit_log from wekeza_auditor;
grant select (seq, id, at, actor_kind, actor_id, action, subject_type, subject_id, customer_id, fields, digest,
    correlation, key_id, previous, hash) on audit_log to wekeza_auditor;
grant select on audit_head to wekeza_auditor;

-- What one person asks for and another decides. `facts` are ids and amounts; words are sealed.
create table approval_kinds (
    kind               text primary key,
    approve_permission text not null,
    mfa                boolean not null                  -- whether the decider proves a second factor
);
insert into approval_kinds (kind, approve_permission, mfa) values
    ('freeze', 'freezes.approve', true),
    ('unfreeze', 'freezes.approve', true),
    ('pin_reset', 'pin_resets.approve', true),
    ('number_change', 'numbers.approve', true),
    ('erasure', 'erasures.approve', true),
    ('recall', 'recalls.approve', true);

create table approvals (
    id           uuid primary key,
    kind         text not null references approval_kinds,
    customer_id  uuid not null,
    case_id      uuid,
    subject      text not null check (subject <> ''),    -- the id of what it is about
    facts        jsonb not null,
    reason       bytea not null,                         -- sealed
    made_by      uuid,
    made_by_kind text not null check (made_by_kind in ('staff', 'system')),
    made_at      timestamptz not null,
    expires_at   timestamptz not null check (expires_at > made_at),
    status       text not null default 'pending'
        check (status in ('pending', 'approved', 'rejected', 'withdrawn', 'expired', 'failed')),
    decided_by   uuid,
    decided_at   timestamptz,
    decision     bytea,                                  -- sealed: what the decider wrote
    outcome      jsonb,                                  -- of the effect, or the code and facts of its refusal
    version      int not null default 1,
    check ((made_by is null) = (made_by_kind = 'system')),
    check (decided_by is null or decided_by is distinct from made_by),
    check ((decided_by is not null) = (status in ('approved', 'rejected', 'failed'))),
    check ((decided_at is null) = (status = 'pending'))
) with (fillfactor = 80);
create index approvals_waiting on approvals (expires_at) where status = 'pending';
create index approvals_made on approvals (made_at desc, id desc);
create index approvals_customer on approvals (customer_id, made_at desc);
create index approvals_case on approvals (case_id) where case_id is not null;
create unique index approvals_asked_once on approvals (kind, subject) where status = 'pending';
-- Money of a transfer comes back once: not even what was left of it after the first time.
create unique index approvals_recalled_once on approvals (subject)
    where kind = 'recall' and status in ('pending', 'approved');

-- Judged here as well as in the house, so that no other way in makes somebody their own checker.
create function approvals_guard() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception using errcode = 'restrict_violation', message = 'approvals are kept';
    end if;
    if tg_op = 'INSERT' then
        if new.status <> 'pending' then
            raise exception using errcode = 'restrict_violation', message = 'an approval begins undecided';
        end if;
        return new;
    end if;
    if old.status <> 'pending' or new.status = 'pending' then
        raise exception using errcode = 'restrict_violation', message = 'an approval is decided once';
    end if;
    if (old.id, old.kind, old.customer_id, old.case_id, old.subject, old.facts, old.made_by, old.made_by_kind,
        old.made_at, old.expires_at)
       is distinct from
       (new.id, new.kind, new.customer_id, new.case_id, new.subject, new.facts, new.made_by, new.made_by_kind,
        new.made_at, new.expires_at) then
        raise exception using errcode = 'restrict_violation', message = 'what was asked for stays as it was';
    end if;
    if new.decided_by is not null and (new.decided_by = new.made_by or new.decided_by::text = new.subject
        or new.decided_by = new.customer_id) then
        raise exception using errcode = 'restrict_violation', message = 'nobody decides for themselves';
    end if;
    if new.decided_by is not null and not exists (
        select from staff s
            join role_permissions p on p.role = s.role
            join approval_kinds k on k.approve_permission = p.permission
        where s.id = new.decided_by and s.is_active and k.kind = new.kind) then
        raise exception using errcode = 'insufficient_privilege', message = 'their role does not decide this';
    end if;
    return new;
end $$;
create trigger guarded before insert or delete or update of id, kind, customer_id, case_id, subject, facts,
    made_by, made_by_kind, made_at, expires_at, status, decided_by, decided_at on approvals
    for each row execute function approvals_guard();

grant select on approval_kinds to wekeza_app;
grant select, insert on approvals to wekeza_app;
grant update (status, decided_by, decided_at, decision, outcome, version) on approvals to wekeza_app;
grant select on approval_kinds to wekeza_auditor;
revoke select on approvals from wekeza_auditor;
grant select (id, kind, customer_id, case_id, subject, facts, made_by, made_by_kind, made_at, expires_at, status,
    decided_by, decided_at, outcome, version) on approvals to wekeza_auditor;

-- A person has checked who somebody is: until then, and at this address (a blind index) alone, they may
-- choose a new PIN.
alter table pins add column reset_allowed_until timestamptz, add column reset_allowed_address text;
alter table pins add check ((reset_allowed_until is null) = (reset_allowed_address is null));
grant update (reset_allowed_until, reset_allowed_address) on pins to wekeza_app;
grant select (reset_allowed_until) on pins to wekeza_auditor;

set local role wekeza_ledger;
insert into transaction_types (type, counts_limit, description) values
    ('recall', false, 'What is left of a transfer to a wrong number, given back');
set local role wekeza_owner;
