-- What was said to customers and by them, and what still has to leave the house.

-- The rungs of an outgoing message. A receipt may arrive late, twice or out of order: the highest
-- rung wins. `failed` stands above `sent` and below `delivered`: it ends a message, unless the
-- provider says after all that the customer has it. A message of the customer is just `received`.
create function message_rank(status text) returns smallint
language sql immutable parallel safe as $$
    select case status
        when 'queued' then 0 when 'sending' then 1 when 'sent' then 2
        when 'failed' then 3 when 'delivered' then 4 when 'read' then 5
    end::smallint
$$;

-- No foreign keys to customers and conversations: a turn that tells another customer something
-- must not wait for that customer's rows.
create table messages (
    id                  uuid primary key default uuidv7(),
    conversation_id     uuid,
    customer_id         uuid,
    channel             text not null check (channel in ('whatsapp', 'sms', 'ussd')),
    provider            text not null,
    is_inbound          boolean not null,
    address             text not null,                  -- of the customer
    message_type        text not null default 'text',
    status              text not null
        check (status = 'received' and is_inbound or message_rank(status) is not null and not is_inbound),
    content             text,                           -- null until the bank has found the words
    media_url           text,
    provider_message_id text,
    error_code          text,
    segments            smallint,
    correlation         uuid not null,
    created_at          timestamptz not null,
    sent_at             timestamptz,
    delivered_at        timestamptz,
    read_at             timestamptz,
    failed_at           timestamptz
) with (fillfactor = 80);
create unique index messages_provider_id on messages (provider, provider_message_id)
    where provider_message_id is not null;
create index messages_customer on messages (customer_id, created_at desc)
    where customer_id is not null;
create index messages_conversation on messages (conversation_id, created_at desc)
    where conversation_id is not null;

create function messages_refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception 'message %: % is not allowed', old.id, tg_argv[0]
        using errcode = 'integrity_constraint_violation';
end $$;

create trigger messages_forward_only before update of status on messages
    for each row when (message_rank(new.status) < message_rank(old.status))
    execute function messages_refuse_change('going back to an earlier status');
create trigger messages_kept before update on messages
    for each row when (
        (old.id, old.conversation_id, old.channel, old.provider, old.is_inbound, old.address,
         old.correlation, old.created_at)
        is distinct from
        (new.id, new.conversation_id, new.channel, new.provider, new.is_inbound, new.address,
         new.correlation, new.created_at)
        or old.customer_id is not null and new.customer_id is distinct from old.customer_id
        or old.content is not null and new.content is distinct from old.content
        or old.provider_message_id is not null
           and new.provider_message_id is distinct from old.provider_message_id)
    execute function messages_refuse_change('rewriting what was said');
create trigger messages_stay before delete on messages
    for each row execute function messages_refuse_change('forgetting');

create view whatsapp_messages as
select id, customer_id, address as phone_number, message_type, status, content, media_url,
       provider_message_id as whatsapp_message_id, is_inbound, sent_at, delivered_at, read_at,
       created_at
from messages where channel = 'whatsapp';

-- The numbers the bank speaks from. Each has its token bucket here, so that the provider's rate is
-- kept however many processes send, and while Redis is away. A provider that throttles us lowers
-- `allowed`, which climbs back to `rate`; until `refilled_at`, when that lies ahead, nothing leaves.
create table senders (
    key         text primary key,                       -- provider:channel:number
    channel     text not null check (channel in ('whatsapp', 'sms', 'ussd')),
    provider    text not null,
    number      text not null,
    countries   text[] not null default '{}',           -- the countries it is the first choice for
    is_default  boolean not null default false,         -- for its channel, where no number is first choice
    rate        numeric not null check (rate > 0),      -- messages a second
    burst       int not null check (burst >= 1),
    allowed     numeric not null check (allowed > 0),
    tokens      numeric not null,
    refilled_at timestamptz not null
) with (fillfactor = 50);
create unique index senders_default on senders (channel) where is_default;

-- What still has to leave, in order per contact: a row leaves only when no earlier row of its
-- contact is unfinished. Rows hold no secrets: a one-time code is here by its id alone.
create table outbox (
    id           bigint generated always as identity primary key,
    sender       text not null,
    channel      text not null check (channel in ('whatsapp', 'sms')),
    contact      text not null,
    message_id   uuid not null unique references messages,
    payload      jsonb not null,
    priority     smallint not null default 0,           -- 0 leaves first
    status       text not null default 'queued' check (status in ('queued', 'leased', 'sent', 'dead')),
    as_template  boolean not null default false,        -- free words were refused: send the template
    attempts     smallint not null default 0,
    due_at       timestamptz not null,
    expires_at   timestamptz,                           -- after which it is of no use to anybody
    leased_until timestamptz,
    lease        uuid,
    error        text,
    correlation  uuid not null,
    created_at   timestamptz not null,
    finished_at  timestamptz,
    check ((status = 'leased') = (lease is not null and leased_until is not null)),
    check ((status in ('sent', 'dead')) = (finished_at is not null))
) with (fillfactor = 70);
create index outbox_line on outbox (contact, sender, id) where status in ('queued', 'leased');
create index outbox_next on outbox (sender, priority, id) where status = 'queued';
create index outbox_leased on outbox (leased_until) where status = 'leased';
create index outbox_dead on outbox (id) where status = 'dead';
create index outbox_finished on outbox (finished_at) where status = 'sent';

-- Every receipt once. One that overtook the record of its message waits here, not applied. A failure
-- also waits to be judged: what it calls for (`fate`) may be another way to the customer.
create table receipts (
    provider            text not null,
    provider_message_id text not null,
    status              text not null check (message_rank(status) is not null),
    code                text not null default '',
    fate                text,
    received_at         timestamptz not null,
    applied             boolean not null default false,
    judged              boolean not null default true,
    primary key (provider, provider_message_id, status)
) with (fillfactor = 90);
create index receipts_waiting on receipts (received_at) where not applied;
create index receipts_failures on receipts (received_at) where not judged;
create index receipts_age on receipts using brin (received_at);

-- Files customers sent: fetched from the provider and kept under DATA_DIR.
create table media (
    id           uuid primary key default uuidv7(),
    message_id   uuid not null references messages,
    provider     text not null,
    url          text not null,
    content_type text not null,
    state        text not null default 'waiting' check (state in ('waiting', 'kept', 'refused', 'lost')),
    attempts     smallint not null default 0,
    due_at       timestamptz not null,
    error        text,
    path         text,                                  -- under the media folder
    bytes        int,
    sha256       text,
    created_at   timestamptz not null,
    kept_at      timestamptz,
    unique (message_id, url),
    check ((state = 'kept') = (path is not null and bytes is not null and sha256 is not null
                               and kept_at is not null))
);
create index media_waiting on media (due_at) where state = 'waiting';

-- A provider's message templates, created there once per shape.
create table provider_templates (
    provider   text not null,
    key        text not null,
    sid        text not null,
    created_at timestamptz not null default now(),
    primary key (provider, key)
);

-- How far a sweep has come, such as the one for messages a provider failed to deliver to us.
create table sweeps (
    name        text primary key,
    swept_until timestamptz not null
);

grant select, insert on messages to wekeza_app;
grant update (customer_id, status, content, provider_message_id, error_code, segments, sent_at,
              delivered_at, read_at, failed_at) on messages to wekeza_app;
grant select, insert on outbox to wekeza_app;
grant update (sender, channel, contact, message_id, status, as_template, attempts, due_at,
              expires_at, leased_until, lease, error, finished_at) on outbox to wekeza_app;
grant delete on outbox to wekeza_app;                   -- a queue: what was sent is swept out later
grant execute on function message_rank(text) to wekeza_app;
grant select, insert, update on senders to wekeza_app;
grant select, insert, delete on receipts to wekeza_app;
grant update (applied, judged) on receipts to wekeza_app;
grant select, insert on media to wekeza_app;
grant update (state, attempts, due_at, error, content_type, path, bytes, sha256, kept_at) on media to wekeza_app;
grant select, insert, update on provider_templates, sweeps to wekeza_app;
grant select on whatsapp_messages to wekeza_app;
grant select on messages, whatsapp_messages, senders, outbox, receipts, media, provider_templates,
    sweeps to wekeza_auditor;
