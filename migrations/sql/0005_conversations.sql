-- What was said, by whom, and where each conversation stands.

create table conversations (
    id              uuid primary key,
    channel         text not null check (channel in ('whatsapp', 'sms', 'ussd')),
    address         text not null,
    language        char(2) not null,
    language_chosen boolean not null default false,
    flow            text,                               -- the story being told, null between stories
    flow_version    int,
    state           text,
    slots           jsonb not null default '{}',
    trail           jsonb not null default '[]',        -- [state, slots] behind each step, for `back`
    stack           jsonb not null default '[]',        -- stories set aside by a question in between
    effect_id       uuid,                               -- minted when a review is shown
    turn            int not null default 0,             -- buttons and timers carry the turn they belong to
    version         bigint not null default 0,          -- a proof made off the lock names the version it saw
    page            int not null default 0,             -- the part of a long USSD screen being shown
    misses          int not null default 0,             -- misunderstandings in a row
    session         text not null default '',           -- USSD: the gateway's session
    pending_secret  text,                               -- the hash of a new PIN between its two entries
    last_reply      jsonb,
    outcome         jsonb,                              -- of the last payment, until the customer has surely read it
    prompted_at     timestamptz,
    expires_at      timestamptz,
    last_inbound_at timestamptz,
    created_at      timestamptz not null,
    unique (channel, address)
) with (fillfactor = 60);
create index conversations_expiry on conversations (expires_at) where flow is not null;

create table inbox (
    provider        text not null,
    provider_id     text not null,
    conversation_id uuid,
    received_at     timestamptz not null,
    state           text not null default 'done' check (state in ('done', 'calling', 'failed')),
    deadline        timestamptz,
    reply           jsonb,                              -- kept, so that a second delivery reads the same
    page            int not null default 0,
    correlation     uuid not null,
    duplicates      int not null default 0,
    primary key (provider, provider_id)
) with (fillfactor = 80);
create index inbox_calling on inbox (deadline) where state = 'calling';
create index inbox_correlation on inbox (correlation);

create table interactions (
    id              uuid primary key,
    customer_id     uuid,
    channel         text not null,
    date            timestamptz not null,
    notes           text not null,
    conversation_id uuid not null,
    flow            text,
    state           text,
    intent          text,
    outcome         text not null,
    correlation     uuid not null
);
create index interactions_customer on interactions (customer_id, date desc);
create index interactions_conversation on interactions (conversation_id, date desc);

grant select, insert, update on conversations, inbox to wekeza_app;
grant select, insert on interactions to wekeza_app;
grant select on conversations, inbox, interactions to wekeza_auditor;
