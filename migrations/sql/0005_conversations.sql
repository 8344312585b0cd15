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

-- One round trip opens a turn: the inbox row (a second delivery waits here for the first), the
-- conversation locked, and who stands at the address. Rows are locked in that order everywhere.
create function open_turn(
    p_provider text, p_provider_id text, p_channel text, p_address text, p_language text,
    p_conversation uuid, p_correlation uuid, p_now timestamptz,
    out duplicate boolean, out kept_state text, out kept_reply jsonb, out kept_page int,
    out kept_deadline timestamptz, out talk conversations, out visitor jsonb)
language plpgsql set search_path = public, pg_temp as $$
begin
    insert into inbox (provider, provider_id, received_at, correlation)
    values (p_provider, p_provider_id, p_now, p_correlation)
    on conflict do nothing;
    duplicate := not found;
    if duplicate then
        update inbox i set duplicates = duplicates + 1
        where provider = p_provider and provider_id = p_provider_id
        returning i.state, i.reply, i.page, i.deadline
        into kept_state, kept_reply, kept_page, kept_deadline;
        return;
    end if;
    select * into talk from conversations c
    where c.channel = p_channel and c.address = p_address for update;
    if not found then
        insert into conversations (id, channel, address, language, created_at)
        values (p_conversation, p_channel, p_address, p_language, p_now)
        on conflict do nothing;
        select * into talk from conversations c
        where c.channel = p_channel and c.address = p_address for update;
    end if;
    visitor := visitor_at(p_channel, p_address);
end $$;

-- Who stands at an address: null for a stranger.
create function visitor_at(p_channel text, p_address text) returns jsonb
language sql stable set search_path = public, pg_temp as $$
    select jsonb_build_object(
        'customer_id', c.id, 'trust', a.trust, 'first_name', c.first_name, 'country', c.country,
        'language', c.language, 'currency', c.home_currency, 'tier', c.tier,
        'wallet', c.default_wallet)
    from addresses a join customers c on c.id = a.customer_id
    where a.channel = p_channel and a.address = p_address and a.trust <> 'withdrawn' and c.is_active
$$;

grant select, insert, update on conversations, inbox to wekeza_app;
grant select, insert on interactions to wekeza_app;
grant select on conversations, inbox, interactions to wekeza_auditor;
grant execute on function open_turn(text, text, text, text, text, uuid, uuid, timestamptz) to wekeza_app;
grant execute on function visitor_at(text, text) to wekeza_app;
