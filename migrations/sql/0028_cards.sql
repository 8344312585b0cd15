-- Cards: what the bank issues, the life of each, and its number, which stands in one table alone.

-- What can be had in a country, for wallets in a currency. Amounts are minor units; limits were set for the
-- demo and are to be confirmed before a country opens. The first digits are those of the schemes' published
-- test cards: the bank's own come with its licence.
create table card_products (
    product_id    text primary key check (product_id ~ '^[a-z]{2}-(virtual|physical)(-[a-z]{3})?$'),
    country       char(2) not null references countries,
    type          text not null check (type in ('virtual', 'physical')),
    currency      char(3) not null,
    bin           text not null check (bin ~ '^[0-9]{6}$'),
    least_balance bigint not null check (least_balance >= 0),   -- free in the wallet, the fee apart
    monthly_limit bigint not null check (monthly_limit > 0),    -- what a new card may spend in a month
    valid_months  smallint not null check (valid_months between 1 and 60),
    most          smallint not null check (most between 1 and 9),   -- that a customer may hold at once
    active        boolean not null default true,
    unique (country, type, currency)
);
with units as (
    select country, currency, unit, 10 ^ exponent as minor
    from (values ('KE', 'KES', 100), ('TZ', 'TZS', 2500), ('UG', 'UGX', 3500), ('RW', 'RWF', 1400),
                 ('NG', 'NGN', 1500), ('GH', 'GHS', 10), ('ZA', 'ZAR', 20), ('SN', 'XOF', 600),
                 ('CM', 'XAF', 600)) v (country, currency, unit)
        join currencies c on c.code = v.currency
), kinds (type, bin, least, monthly, months, most) as (values
    ('virtual',  '424242', 1, 1000, 24, 3),
    ('physical', '555555', 5, 2000, 48, 2)
)
insert into card_products (product_id, country, type, currency, bin, least_balance, monthly_limit, valid_months, most)
select lower(country) || '-' || type, country, type, currency, bin, least * unit * minor, monthly * unit * minor,
    months, most
from units cross join kinds;

-- What a card may become, and by whom. `closed`, `lost`, `stolen`, `replaced` and `failed` are the end of it.
create table card_moves (
    from_status text not null,
    to_status   text not null check (to_status <> from_status),
    who         text[] not null check (who <> '{}' and who <@ '{customer,staff,system}'),
    primary key (from_status, to_status)
);
insert into card_moves (from_status, to_status, who) values
    ('requested', 'active',   '{system}'),                  -- a virtual card, once the scheme has made it
    ('requested', 'produced', '{system}'),
    ('requested', 'shipped',  '{system}'),                  -- its notice of production was lost
    ('requested', 'failed',   '{system}'),
    ('requested', 'closed',   '{staff,system}'),
    ('produced',  'shipped',  '{system}'),
    ('produced',  'active',   '{customer}'),                -- they hold it: its notice of shipping was lost
    ('produced',  'blocked',  '{staff,system}'),
    ('produced',  'lost',     '{customer,staff}'),
    ('produced',  'stolen',   '{customer,staff}'),
    ('produced',  'closed',   '{customer,staff,system}'),
    ('shipped',   'active',   '{customer}'),
    ('shipped',   'blocked',  '{staff,system}'),
    ('shipped',   'lost',     '{customer,staff}'),
    ('shipped',   'stolen',   '{customer,staff}'),
    ('shipped',   'closed',   '{customer,staff,system}'),
    ('active',    'paused',   '{customer,staff}'),
    ('active',    'blocked',  '{staff,system}'),
    ('active',    'lost',     '{customer,staff}'),
    ('active',    'stolen',   '{customer,staff}'),
    ('active',    'closed',   '{customer,staff,system}'),
    ('active',    'replaced', '{system}'),                  -- another card has taken its place
    ('paused',    'active',   '{customer}'),
    ('paused',    'blocked',  '{staff,system}'),
    ('paused',    'lost',     '{customer,staff}'),
    ('paused',    'stolen',   '{customer,staff}'),
    ('paused',    'closed',   '{customer,staff,system}'),
    ('paused',    'replaced', '{system}'),
    ('blocked',   'active',   '{staff}'),                   -- as it was before, whichever of these
    ('blocked',   'paused',   '{staff}'),
    ('blocked',   'shipped',  '{staff}'),
    ('blocked',   'produced', '{staff}'),
    ('blocked',   'lost',     '{customer,staff}'),
    ('blocked',   'stolen',   '{customer,staff}'),
    ('blocked',   'closed',   '{staff,system}');

-- The id is the effect's that asked for the card. No foreign key to a customer or a wallet: a turn never
-- waits for rows that are not its own. `bin`, `last4`, `expires_on` and `scheme_id` come with its number.
create table cards (
    card_id        uuid primary key,
    customer_id    uuid not null,
    wallet_id      uuid not null,
    product_id     text not null references card_products,
    type           text not null check (type in ('virtual', 'physical')),
    status         text not null default 'requested' check (status in ('requested', 'produced', 'shipped', 'active',
                       'paused', 'blocked', 'lost', 'stolen', 'closed', 'replaced', 'failed')),
    "limit"        bigint not null check ("limit" > 0),     -- what it may spend in a month
    currency       char(3) not null,                        -- the wallet's
    bin            text check (bin ~ '^[0-9]{6}$'),
    last4          text check (last4 ~ '^[0-9]{4}$'),
    expires_on     date,                                    -- the last day on which it is good
    scheme_id      text unique check (length(scheme_id) between 1 and 120),
    replaces       uuid references cards,                   -- the card whose place it takes
    occasion       text not null check (occasion in ('first', 'replacement', 'renewal')),
    order_id       uuid not null unique,
    reference      text not null unique,
    channel        text not null,
    code           text,                                    -- why it failed
    status_by_kind text not null check (status_by_kind in ('customer', 'staff', 'system')),
    status_by      uuid,
    status_why     text not null check (status_why ~ '^[a-z_]{1,40}$'),
    status_at      timestamptz not null,
    moves          int not null default 0,
    told_expiry_at timestamptz,                             -- when its renewal was looked at
    created_at     timestamptz not null,
    check ((status_by is null) = (status_by_kind = 'system')),
    check (num_nulls(bin, last4, expires_on, scheme_id) in (0, 4)),
    check (last4 is not null or status in ('requested', 'failed', 'closed')),
    check (status <> 'failed' or code is not null),
    check ((occasion = 'first') = (replaces is null))
) with (fillfactor = 80);
create index cards_customer on cards (customer_id, created_at desc, card_id desc);
create index cards_wallet on cards (wallet_id);
create unique index cards_replaced_once on cards (replaces) where status not in ('failed', 'closed', 'lost', 'stolen');
create index cards_expiring on cards (expires_on)
    where status in ('produced', 'shipped', 'active', 'paused', 'blocked');
create index cards_made on cards (status_at) where type = 'physical' and status in ('requested', 'produced');

-- Every move, written by the database itself: nobody moves a card without it.
create table card_events (
    card_id     uuid not null references cards,
    n           int not null,
    from_status text,                                       -- none for the request
    to_status   text not null,
    by_kind     text not null,
    by_id       uuid,
    why         text not null,
    at          timestamptz not null,
    primary key (card_id, n)
);

create function cards_guard() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception using errcode = 'restrict_violation', message = 'cards are kept';
    end if;
    if tg_op = 'INSERT' then
        if (new.status, new.moves) is distinct from ('requested', 0) or new.last4 is not null then
            raise exception using errcode = 'restrict_violation', message = 'a card begins as requested';
        end if;
        return new;
    end if;
    if (old.card_id, old.customer_id, old.wallet_id, old.product_id, old.type, old.currency, old.replaces,
        old.occasion, old.order_id, old.reference, old.channel, old.created_at)
       is distinct from
       (new.card_id, new.customer_id, new.wallet_id, new.product_id, new.type, new.currency, new.replaces,
        new.occasion, new.order_id, new.reference, new.channel, new.created_at) then
        raise exception using errcode = 'restrict_violation', message = 'whose and which a card is stays';
    end if;
    if old.last4 is not null and (old.bin, old.last4, old.expires_on, old.scheme_id)
       is distinct from (new.bin, new.last4, new.expires_on, new.scheme_id) then
        raise exception using errcode = 'restrict_violation', message = 'a card has one number';
    end if;
    if new.status = old.status then
        if (old.status_by_kind, old.status_by, old.status_why, old.status_at, old.moves)
           is distinct from (new.status_by_kind, new.status_by, new.status_why, new.status_at, new.moves) then
            raise exception using errcode = 'restrict_violation', message = 'only a move is told of';
        end if;
        return new;
    end if;
    if not exists (select from card_moves m where m.from_status = old.status and m.to_status = new.status
            and new.status_by_kind = any (m.who)) then
        raise exception using errcode = 'restrict_violation', message = 'a card does not move so';
    end if;
    new.moves := old.moves + 1;
    return new;
end $$;
create trigger guarded before insert or delete or update on cards
    for each row execute function cards_guard();

create function cards_tell() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into card_events (card_id, n, from_status, to_status, by_kind, by_id, why, at)
    values (new.card_id, new.moves, case when tg_op = 'UPDATE' then old.status end, new.status, new.status_by_kind,
        new.status_by, new.status_why, new.status_at);
    return null;
end $$;
revoke execute on function cards_tell() from public;
create trigger requested after insert on cards for each row execute function cards_tell();
create trigger moved after update of status on cards for each row when (old.status <> new.status)
    execute function cards_tell();

create function card_events_forbid() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'restrict_violation', message = 'what became of a card stays';
end $$;
create trigger append_only before update or delete on card_events
    for each row execute function card_events_forbid();
create trigger no_truncate before truncate on card_events
    for each statement execute function card_events_forbid();

-- Card numbers, here and nowhere else: sealed, found by a keyed hash, and named elsewhere by a token.
create table card_vault (
    token      text primary key check (length(token) = 28),
    card_id    uuid not null unique references cards,
    sealed     bytea not null,
    pan_index  text not null unique,                        -- keyed hash
    created_at timestamptz not null
);

-- The card's own PIN, as its customer set it.
create table card_pins (
    card_id    uuid primary key references cards,
    hash       text not null,
    version    int not null default 1,
    attempts   smallint not null default 0 check (attempts between 0 and 3),
    blocked_at timestamptz,
    changed_at timestamptz not null,
    check ((attempts = 3) = (blocked_at is not null))
) with (fillfactor = 70);

-- Where a physical card goes, and how far it has come.
create table card_deliveries (
    card_id     uuid primary key references cards,
    destination bytea,                                      -- sealed JSON: the address; none once forgotten
    carrier     text check (length(carrier) between 1 and 40),
    tracking    text check (length(tracking) between 1 and 60),
    asked_at    timestamptz not null,                       -- when the scheme was last asked about it
    produced_at timestamptz,
    shipped_at  timestamptz,
    tries       smallint not null default 0 check (tries between 0 and 3),   -- wrong digits at activation
    tried_at    timestamptz,
    check ((carrier is null) = (tracking is null))
);

-- What was paid for a card: a posting of its own, given back when there will be no card.
create table card_fees (
    card_id   uuid primary key references cards,
    wallet_id uuid not null,
    amount    bigint not null check (amount > 0),
    currency  char(3) not null,
    status    text not null default 'taken' check (status in ('taken', 'returning', 'returned')),
    tries     int not null default 0,                       -- how often its way back was tried
    due_at    timestamptz,                                  -- when its way back is tried next
    check ((status = 'returning') = (due_at is not null))
);
create index card_fees_due on card_fees (due_at) where status = 'returning';
create function card_fees_forward() returns trigger language plpgsql as $$
begin
    if (old.card_id, old.wallet_id, old.amount, old.currency) is distinct from
            (new.card_id, new.wallet_id, new.amount, new.currency)
        or old.status = 'returned' or (old.status = 'returning' and new.status = 'taken') then
        raise exception using errcode = 'restrict_violation', message = 'a fee is given back once';
    end if;
    return new;
end $$;
create trigger forward before update on card_fees for each row execute function card_fees_forward();

-- Chances to see a card's number once: a link for its customer, or a code that staff enter with them.
create table card_reveals (
    id          uuid primary key,
    card_id     uuid not null references cards,
    customer_id uuid not null,
    way         text not null check (way in ('link', 'code')),
    token_hash  bytea unique,                               -- of the link's token; a code's digits stand nowhere
    attempts    smallint not null default 0 check (attempts between 0 and 3),
    created_at  timestamptz not null,
    expires_at  timestamptz not null check (expires_at > created_at),
    opened_at   timestamptz,
    opened_by   uuid,                                       -- the member of staff
    ended_at    timestamptz,                                -- when it was taken back unused
    shown_at    timestamptz,                                -- when the scheme's answer was shown
    check ((way = 'link') = (token_hash is not null)),
    check (opened_by is null or opened_at is not null),
    check (shown_at is null or opened_at is not null)
);
create index card_reveals_customer on card_reveals (customer_id, created_at desc);
create index card_reveals_card on card_reveals (card_id, created_at desc);
create function card_reveals_once() returns trigger language plpgsql as $$
begin
    if old.opened_at is not null and (old.opened_at, old.opened_by) is distinct from (new.opened_at, new.opened_by)
        or old.ended_at is not null and (old.ended_at, old.opened_at) is distinct from (new.ended_at, new.opened_at)
        or new.attempts < old.attempts then
        raise exception using errcode = 'restrict_violation', message = 'a number is shown once';
    end if;
    return new;
end $$;
create trigger once before update on card_reveals for each row execute function card_reveals_once();

grant select on card_products, card_moves, card_events to wekeza_app, wekeza_auditor;
grant select, insert on cards, card_vault, card_pins, card_deliveries, card_fees, card_reveals to wekeza_app;
grant update (status, "limit", bin, last4, expires_on, scheme_id, code, status_by_kind, status_by, status_why,
    status_at, moves, told_expiry_at) on cards to wekeza_app;
grant update (hash, version, attempts, blocked_at, changed_at) on card_pins to wekeza_app;
grant update (carrier, tracking, asked_at, produced_at, shipped_at, tries, tried_at) on card_deliveries to wekeza_app;
grant update (status, tries, due_at) on card_fees to wekeza_app;
grant update (attempts, opened_at, opened_by, shown_at, ended_at) on card_reveals to wekeza_app;
grant select on cards, card_fees to wekeza_auditor;
revoke select on card_vault, card_pins, card_deliveries, card_reveals from wekeza_auditor;
grant select (token, card_id, created_at) on card_vault to wekeza_auditor;
grant select (card_id, version, attempts, blocked_at, changed_at) on card_pins to wekeza_auditor;
grant select (card_id, carrier, tracking, asked_at, produced_at, shipped_at, tries, tried_at) on card_deliveries
    to wekeza_auditor;
grant select (id, card_id, customer_id, way, attempts, created_at, expires_at, opened_at, opened_by, ended_at, shown_at)
    on card_reveals to wekeza_auditor;

-- Who looks at cards, blocks one at once, and lets a blocked one go: that takes two people.
insert into role_permissions (role, permission) values
    ('agent', 'cards.read'), ('agent', 'cards.reveal'), ('agent', 'cards.block'),
    ('supervisor', 'cards.read'), ('supervisor', 'cards.reveal'), ('supervisor', 'cards.block'),
    ('supervisor', 'cards.unblock'), ('compliance', 'cards.unblock'),
    ('compliance', 'cards.read'), ('compliance', 'cards.block'),
    ('operations', 'cards.read'), ('auditor', 'cards.read');
insert into approval_kinds (kind, approve_permission, mfa) values ('card_unblock', 'cards.unblock', true);

-- What a card costs: one price, whatever stands in the wallet. The bank's own policy, in units of about a dollar.
alter table fee_schedule drop constraint fee_schedule_what_check, add constraint fee_schedule_what_check
    check (what in ('exchange', 'withdraw_bank', 'withdraw_mobile', 'withdraw_agent', 'deposit_card', 'airtime',
                    'bill', 'transfer_abroad', 'return', 'card_virtual', 'card_physical', 'card_replace'));
insert into fee_schedule (what, country, currency, from_amount, fixed, per_mille, least, most, valid, source)
select f.what, n.code, v.currency, 0, ceil(f.fixed * v.unit * 10 ^ c.exponent)::bigint, 0, 0, null,
    '[2000-01-01,)', 'policy'
from countries n
    cross join (values ('USD', 1), ('EUR', 1), ('GBP', 1), ('KES', 100), ('TZS', 2500), ('UGX', 3500), ('RWF', 1400),
                       ('NGN', 1500), ('GHS', 10), ('ZAR', 20), ('XOF', 600), ('XAF', 600)) v (currency, unit)
    join currencies c on c.code = v.currency
    cross join (values ('card_virtual', 0.5), ('card_physical', 5), ('card_replace', 3)) f (what, fixed);
