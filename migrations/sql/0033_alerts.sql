-- What is suspected of whom. Whoever tells a customer, or lets them guess, that they are suspected commits an
-- offence (tipping off), so no role of the house reads these tables but wekeza_compliance, which the application
-- becomes for a few statements in one place (core/aml/guard.py). Others may only add to them, by a function that
-- tells nothing back. The auditor's log says that compliance was at work; at what, aml_log says.

-- How soon an alert is looked into: working time of the customer's country, or time by the wall clock.
create table aml_severities (
    severity text primary key,
    rank     smallint not null unique,                  -- 0 is the most urgent
    working  numeric(4, 1),                             -- working days
    hours    smallint,                                  -- by the wall clock
    check (num_nonnulls(working, hours) = 1)
);
insert into aml_severities (severity, rank, working, hours) values
    ('critical', 0, null, 4), ('high', 1, null, 24), ('medium', 2, 3, null), ('low', 3, 5, null);

-- What comes after what. An alert goes with its investigation.
create table aml_moves (
    what   text not null check (what in ('alert', 'case')),
    before text not null,
    after  text not null,
    primary key (what, before, after)
);
insert into aml_moves (what, before, after) values
    ('alert', 'open', 'investigating'),
    ('alert', 'investigating', 'false_positive'), ('alert', 'investigating', 'monitored'),
    ('alert', 'investigating', 'reported'), ('alert', 'investigating', 'restricted'),
    ('case', 'open', 'working'), ('case', 'working', 'open'),
    ('case', 'working', 'suspicion'), ('case', 'suspicion', 'working'),
    ('case', 'working', 'concluded'), ('case', 'suspicion', 'concluded');

create sequence aml_case_serials minvalue 1001;

-- An investigation: all that is open against one customer, in one hand.
create table aml_cases (
    case_id      uuid primary key,
    case_number  text not null unique,
    customer_id  uuid not null references customers,
    status       text not null check (status in ('open', 'working', 'suspicion', 'concluded')),
    assigned_to  uuid references staff,
    opened_at    timestamptz not null,
    opened_by    uuid not null references staff,
    suspicion_at timestamptz,                           -- when it was formed: a report is owed by report_due
    report_due   timestamptz,
    proposed     text check (proposed in ('false_positive', 'monitored', 'reported', 'restricted')),
                                                        -- what one person asked for and another is to decide
    conclusion   text check (conclusion in ('false_positive', 'monitored', 'reported', 'restricted')),
    concluded_at timestamptz,
    approval_id  uuid references approvals,             -- where the second person decides, or has decided
    monitored_until timestamptz,
    report_warned_at timestamptz,
    filed_at     timestamptz,                           -- when the authority had the report
    filed_as     text,                                  -- the number it gave
    version      int not null default 1,
    check ((status = 'concluded') = (conclusion is not null)),
    check ((conclusion is null) = (concluded_at is null)),
    check (num_nonnulls(proposed, conclusion) = num_nonnulls(approval_id)),
    check (status not in ('working', 'suspicion') or assigned_to is not null),
    check ((suspicion_at is null) = (report_due is null)),
    check (status <> 'suspicion' or suspicion_at is not null),
    check (conclusion <> 'reported' or suspicion_at is not null),
    check ((conclusion is not distinct from 'monitored') = (monitored_until is not null)),
    check ((filed_at is null) = (filed_as is null) and (filed_at is null or conclusion = 'reported'))
) with (fillfactor = 80);
-- One at a time: what comes while it is open belongs to it.
create unique index aml_cases_open on aml_cases (customer_id) where status <> 'concluded';
create index aml_cases_customer on aml_cases (customer_id, opened_at desc);
create index aml_cases_list on aml_cases (status, opened_at desc, case_id desc);
create index aml_cases_report_due on aml_cases (report_due) where report_due is not null and filed_at is null;

create table aml_alerts (
    alert_id       uuid primary key,
    transaction_id uuid,                                -- the last one that fired; of a payment that was stopped, its id
    type           text not null check (type ~ '^[a-z][a-z0-9_]{1,40}$'),
    severity       text not null references aml_severities,
    status         text not null default 'open' check (status in
                       ('open', 'investigating', 'false_positive', 'monitored', 'reported', 'restricted')),
    "timestamp"    timestamptz not null,
    source         text not null check (length(source) between 1 and 80),   -- rule set, model or typology, and its version
    key            text not null unique check (length(key) between 1 and 200),
    customer_id    uuid not null references customers,
    facts          bytea not null,                      -- sealed JSON: facts, and why each row fired
    due_at         timestamptz not null,
    warned_at      timestamptz,                         -- when compliance was told that its time is nearly over
    breached_at    timestamptz,
    case_id        uuid references aml_cases,
    check ((status = 'open') = (case_id is null))
) with (fillfactor = 80);
create index aml_alerts_list on aml_alerts (status, due_at, alert_id);
create index aml_alerts_newest on aml_alerts ("timestamp" desc, alert_id desc);
create index aml_alerts_customer on aml_alerts (customer_id, "timestamp" desc);
create index aml_alerts_case on aml_alerts (case_id) where case_id is not null;
create index aml_alerts_transaction on aml_alerts (transaction_id) where transaction_id is not null;
create index aml_alerts_due on aml_alerts (due_at) where status in ('open', 'investigating') and breached_at is null;

-- The payments that fired, as they stood then. What was stopped before it was posted has no amount here.
create table aml_alert_rows (
    alert_id       uuid not null references aml_alerts,
    n              int not null check (n > 0),
    transaction_id uuid not null,
    type           text,
    at             timestamptz,
    payer          uuid,                                -- customers; null: the bank, or somebody outside
    payee          uuid,
    payer_kind     text,                                -- kinds of accounts, for where there is no customer
    payee_kind     text,
    amount         bigint,
    currency       text,
    primary key (alert_id, n)
);
create index aml_alert_rows_transaction on aml_alert_rows (transaction_id);

create function aml_guard() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_what text := case tg_table_name when 'aml_cases' then 'case' else 'alert' end;
begin
    if tg_op = 'INSERT' then
        if new.status <> 'open' then
            raise exception using errcode = 'restrict_violation', message = 'it begins open';
        end if;
        return new;
    end if;
    if old.status <> new.status and not exists (
            select from aml_moves m where m.what = v_what and m.before = old.status and m.after = new.status) then
        raise exception using errcode = 'restrict_violation',
            message = format('no %s goes from %s to %s', v_what, old.status, new.status);
    end if;
    if v_what = 'case' and old.status <> new.status and new.status = 'concluded' then
        if not exists (select from approvals a where a.id = new.approval_id and a.kind = 'aml_conclusion'
                and a.subject = new.case_id::text and a.status = 'pending') then
            raise exception using errcode = 'insufficient_privilege',
                message = 'an investigation is concluded by two people';
        end if;
    end if;
    return new;
end $$;
revoke execute on function aml_guard() from public;
create trigger guarded before insert or update on aml_alerts for each row execute function aml_guard();
create trigger guarded before insert or update on aml_cases for each row execute function aml_guard();

-- What is suspected is kept until its customer is forgotten (erase_aml), which alone acts as the owner.
create function aml_kept() returns trigger language plpgsql as $$
begin
    if current_user = 'wekeza_owner' then
        return old;
    end if;
    raise exception using errcode = 'restrict_violation', message = tg_table_name || ' are kept';
end $$;
create trigger kept before delete on aml_alerts for each row execute function aml_kept();
create trigger kept before delete on aml_alert_rows for each row execute function aml_kept();
create trigger kept before delete on aml_cases for each row execute function aml_kept();

-- What whoever investigates writes down, keeps as evidence, and finds to belong to it.
create table aml_notes (
    note_id uuid primary key,
    case_id uuid not null references aml_cases,
    at      timestamptz not null,
    by      uuid not null references staff,
    words   bytea not null                              -- sealed
);
create index aml_notes_case on aml_notes (case_id, at, note_id);

create table aml_evidence (
    evidence_id  uuid primary key,                      -- also the name of its sealed file
    case_id      uuid not null references aml_cases,
    at           timestamptz not null,
    by           uuid not null references staff,
    name         bytea not null,                        -- sealed
    content_type text not null,
    bytes        int not null check (bytes > 0),
    sha256       bytea not null                         -- of what is in it
);
create index aml_evidence_case on aml_evidence (case_id, at, evidence_id);

create table aml_links (
    case_id uuid not null references aml_cases,
    what    text not null check (what in ('payment', 'hit', 'review', 'freeze', 'customer')),
    id      uuid not null,
    at      timestamptz not null,
    by      uuid not null references staff,
    primary key (case_id, what, id)
);
create index aml_links_thing on aml_links (what, id);

create trigger append_only before update on aml_links for each row execute function ledger_forbid();
create trigger kept before delete on aml_links for each row execute function aml_kept();
create trigger kept before delete on aml_notes for each row execute function aml_kept();
create trigger kept before delete on aml_evidence for each row execute function aml_kept();

-- Who looked at what, and did what: the log that the audit log only points at. `digest` stands in both.
create table aml_log (
    log_id   uuid primary key,
    at       timestamptz not null,
    actor_id uuid,                                      -- null: the house itself
    action   text not null check (action ~ '^[a-z_]+$'),
    about    text not null,                             -- 'alert', 'case', 'queue' ...
    about_id text not null,
    details  bytea                                      -- sealed JSON; none once forgotten
);
create index aml_log_about on aml_log (about, about_id, at desc);
create index aml_log_actor on aml_log (actor_id, at desc);
create trigger append_only before update of log_id, at, actor_id, action, about, about_id or delete on aml_log
    for each row execute function audit_forbid();

grant select on aml_severities, aml_moves to wekeza_compliance;
grant select, insert on aml_cases, aml_log to wekeza_compliance;
grant usage on sequence aml_case_serials to wekeza_compliance;
grant update (status, assigned_to, suspicion_at, report_due, proposed, conclusion, concluded_at, approval_id,
    monitored_until, report_warned_at, filed_at, filed_as, version) on aml_cases to wekeza_compliance;
grant select, insert on aml_notes, aml_evidence, aml_links to wekeza_compliance;
grant select on aml_alerts, aml_alert_rows to wekeza_compliance;
grant update (status, case_id, warned_at, breached_at) on aml_alerts to wekeza_compliance;
revoke select on aml_severities, aml_moves, aml_cases, aml_alerts, aml_alert_rows, aml_notes, aml_evidence,
    aml_links, aml_log from wekeza_auditor;
revoke select on sequence aml_case_serials from wekeza_auditor;

-- What is confidential is asked for and decided like everything else, and names nobody meanwhile.
alter table approval_kinds add column confidential boolean not null default false;
insert into approval_kinds (kind, approve_permission, mfa, confidential) values
    ('aml_conclusion', 'aml.decide', true, true);
update approval_kinds set confidential = true
 where kind in ('payment_release', 'rule_set', 'screening_decision', 'screening_bands', 'held_receipt');
create function approvals_name_nobody() returns trigger language plpgsql as $$
begin
    if (new.customer_id is not null or new.case_id is not null)
            and exists (select from approval_kinds k where k.kind = new.kind and k.confidential) then
        raise exception using errcode = 'restrict_violation', message = 'a confidential request names nobody';
    end if;
    return new;
end $$;
create trigger names_nobody before insert on approvals for each row execute function approvals_name_nobody();
-- It is found by what it is about when whoever that was is forgotten: the words then go, and facts that tell of them.
alter table approvals alter column reason drop not null;
create index approvals_about on approvals (kind, subject) where customer_id is null;
drop trigger guarded on approvals;
create trigger guarded before insert or delete on approvals for each row execute function approvals_guard();
create trigger decided_once
    before update of id, kind, customer_id, case_id, subject, facts, made_by, made_by_kind, made_at, expires_at, status,
        decided_by, decided_at on approvals
    for each row when (current_user <> 'wekeza_owner' or to_jsonb(old) - 'facts' - 'reason' - 'decision'
                       is distinct from to_jsonb(new) - 'facts' - 'reason' - 'decision')
    execute function approvals_guard();

insert into role_permissions (role, permission) values
    ('compliance', 'compliance.read'), ('compliance', 'aml.read'), ('compliance', 'aml.work'),
    ('compliance', 'aml.decide');
