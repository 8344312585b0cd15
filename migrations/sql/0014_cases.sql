-- Cases: what a customer needs a person for. A case has a number, a clock, a thread, and links to money.
-- Words of customers and of staff stand sealed; what happened to a case is told without any words.

-- When people work, in each country's own time. A day of its own wins over the week and over the public
-- holidays: an extra holiday has no hours, a half day or a worked Saturday has its own.
create table calendars (
    country     char(2) primary key check (country ~ '^[A-Z]{2}$'),
    zone        text not null,                      -- of the IANA database
    opens       time not null default '08:00',
    closes      time not null default '17:00',
    weekdays    smallint[] not null default '{1,2,3,4,5}'
        check (weekdays <@ '{1,2,3,4,5,6,7}' and cardinality(weekdays) > 0),    -- ISO: Monday is 1
    check (opens < closes)
);
create table calendar_days (
    country     char(2) not null references calendars,
    day         date not null,
    opens       time,
    closes      time,
    why         text not null check (length(why) <= 80),
    primary key (country, day),
    check ((opens is null) = (closes is null) and (opens is null or opens < closes))
);
insert into calendars (country, zone) values
    ('KE', 'Africa/Nairobi'), ('TZ', 'Africa/Dar_es_Salaam'), ('UG', 'Africa/Kampala'),
    ('RW', 'Africa/Kigali'), ('NG', 'Africa/Lagos'), ('GH', 'Africa/Accra'),
    ('ZA', 'Africa/Johannesburg'), ('SN', 'Africa/Dakar'), ('CM', 'Africa/Douala');

-- The serial of a case number; a check digit is added, so that a slip of the finger finds no other case.
create sequence case_serials start 104001;

-- The clock: it runs while `sla_running_since` is set. What ran before stands in `sla_used` (by the wall)
-- and `sla_used_working` (in working hours), so that a case whose priority changes is judged as if it
-- had had the new one from the beginning. Null `sla_deadline`: the customer is awaited.
create table cases (
    id                  uuid primary key,
    case_number         text not null unique,
    customer_id         uuid references customers,          -- null: a stranger
    title               bytea not null,                     -- sealed
    description         bytea not null,                     -- sealed
    status              text not null check (status in
        ('Open', 'InProgress', 'PendingCustomer', 'Resolved', 'Closed', 'Escalated')),
    priority            text not null check (priority in ('Low', 'Medium', 'High', 'Critical')),
    urgency             smallint not null generated always as (case priority
        when 'Critical' then 0 when 'High' then 1 when 'Medium' then 2 else 3 end) stored,
    category            text not null,
    sub_category        text not null default '',
    assigned_to         uuid references staff,
    assigned_at         timestamptz,
    resolved_at         timestamptz,
    closed_at           timestamptz,
    country             char(2) not null,                   -- whose calendar the clock keeps
    channel             text not null check (channel in ('whatsapp', 'sms', 'ussd', 'desk')),
    address             text,                               -- a token; where the customer asked
    conversation_id     uuid,
    source              text not null check (source in ('customer', 'bot', 'agent', 'system')),
    tags                text[] not null default '{}',
    version             int not null default 1,
    first_reply_due     timestamptz,
    first_replied_at    timestamptz,
    waiting_since       timestamptz,                        -- the customer has the last word since then
    escalated_at        timestamptz,                        -- once set, it stays
    reopened            int not null default 0,
    sla_used            interval not null default '0' check (sla_used >= '0'),
    sla_used_working    interval not null default '0' check (sla_used_working >= '0'),
    sla_running_since   timestamptz,
    sla_deadline        timestamptz,
    sla_warn_at         timestamptz,                        -- four fifths of the time are used then
    sla_warned_at       timestamptz,
    sla_breached_at     timestamptz,
    created_at          timestamptz not null,
    created_by          text not null,
    updated_at          timestamptz not null,
    updated_by          text not null,
    check ((assigned_to is null) = (assigned_at is null)),
    check ((status in ('Resolved', 'Closed')) = (resolved_at is not null)),
    check ((status = 'Closed') = (closed_at is not null)),
    check ((status in ('Open', 'InProgress', 'Escalated')) = (sla_running_since is not null)),
    check (sla_running_since is null or sla_deadline is not null),
    check (status not in ('InProgress', 'PendingCustomer') or assigned_to is not null)
) with (fillfactor = 70);
create index cases_customer on cases (customer_id, created_at desc, id desc);
create index cases_conversation on cases (conversation_id) where conversation_id is not null;
-- The queue, in the order it is taken: what is late, then what is urgent, then what is due first.
create index cases_queue on cases ((sla_breached_at is null), urgency, sla_deadline, id)
    where assigned_to is null and status in ('Open', 'Escalated');
create index cases_mine on cases (assigned_to, sla_deadline)
    where status in ('Open', 'InProgress', 'PendingCustomer', 'Escalated');
create index cases_status on cases (status, created_at desc, id desc);
create index cases_due on cases (sla_deadline) where sla_running_since is not null and sla_breached_at is null;
create index cases_to_warn on cases (sla_warn_at) where sla_running_since is not null and sla_warned_at is null;
create index cases_to_close on cases (resolved_at) where status = 'Resolved';

-- What happened to a case: never words, so that everybody who may see the case may see all of it.
create table case_events (
    id          uuid primary key,
    case_id     uuid not null references cases,
    at          timestamptz not null,
    what        text not null,
    by          text not null check (by in ('customer', 'agent', 'system')),
    actor       uuid,                                       -- a member of staff, or the customer
    was         text,
    became      text
);
create index case_events_case on case_events (case_id, at, id);

-- What was said: by the customer, by an agent to the customer, or among colleagues (`internal`).
create table case_notes (
    id          uuid primary key,
    case_id     uuid not null references cases,
    at          timestamptz not null,
    by          text not null check (by in ('customer', 'agent', 'system')),
    actor       uuid,
    internal    boolean not null,
    message_id  uuid,                                       -- the message that brought or carries it
    words       bytea not null,                             -- sealed
    check (not (internal and by = 'customer'))
);
create index case_notes_case on case_notes (case_id, at, id);

create table case_links (
    case_id         uuid not null references cases,
    transaction_id  uuid not null,
    at              timestamptz not null,
    by              text not null check (by in ('customer', 'agent', 'system')),
    actor           uuid,
    primary key (case_id, transaction_id)
);
create index case_links_transaction on case_links (transaction_id);

create table case_attachments (
    id          uuid primary key,
    case_id     uuid not null references cases,
    at          timestamptz not null,
    by          text not null check (by in ('customer', 'agent', 'system')),
    actor       uuid,
    media_id    uuid references media,
    document_id uuid,
    unique (case_id, media_id),
    unique (case_id, document_id),
    check ((media_id is null) <> (document_id is null))
);

-- How many cases a member of staff may have in hand; without a row, as many as anybody.
create table case_capacity (
    staff_id    uuid primary key references staff,
    most        smallint not null check (most between 0 and 200)
);

-- Who answers in a conversation: null is the bot, else the person who works on that case.
alter table conversations add column case_id uuid;
create index conversations_case on conversations (case_id) where case_id is not null;

create function case_history_forbid() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'restrict_violation', message = tg_table_name || ' is append-only';
end $$;
create trigger append_only before update or delete on case_events
    for each row execute function case_history_forbid();
create trigger append_only before update or delete on case_links
    for each row execute function case_history_forbid();
create trigger append_only before update or delete on case_attachments
    for each row execute function case_history_forbid();
-- The words of a note may be sealed anew under another key; whose they are and when stays.
create trigger append_only before update on case_notes
    for each row when (
        (old.id, old.case_id, old.at, old.by, old.actor, old.internal, old.message_id)
        is distinct from
        (new.id, new.case_id, new.at, new.by, new.actor, new.internal, new.message_id))
    execute function case_history_forbid();
create trigger kept before delete on case_notes
    for each row execute function case_history_forbid();

grant usage on sequence case_serials to wekeza_app;
grant select on calendars, calendar_days to wekeza_app;
grant insert, update, delete on calendar_days to wekeza_app;
grant update (zone, opens, closes, weekdays), insert on calendars to wekeza_app;
grant select, insert on cases, case_events, case_notes, case_links, case_attachments to wekeza_app;
grant update (
    customer_id, title, description, status, priority, category, sub_category, assigned_to, assigned_at,
    resolved_at, closed_at, channel, address, conversation_id, tags, version, first_reply_due,
    first_replied_at, waiting_since, escalated_at, reopened, sla_used, sla_used_working,
    sla_running_since, sla_deadline, sla_warn_at, sla_warned_at, sla_breached_at, updated_at, updated_by)
    on cases to wekeza_app;
grant update (words) on case_notes to wekeza_app;
grant select, insert, update on case_capacity to wekeza_app;

-- An auditor sees what was done, not what was said.
revoke select on cases, case_notes from wekeza_auditor;
grant select (
    id, case_number, customer_id, status, priority, category, sub_category, assigned_to, assigned_at,
    resolved_at, closed_at, country, channel, address, conversation_id, source, tags, version,
    first_reply_due, first_replied_at, waiting_since, escalated_at, reopened, sla_used, sla_used_working,
    sla_running_since, sla_deadline, sla_warn_at, sla_warned_at, sla_breached_at, created_at, created_by,
    updated_at, updated_by) on cases to wekeza_auditor;
grant select (id, case_id, at, by, actor, internal, message_id) on case_notes to wekeza_auditor;
