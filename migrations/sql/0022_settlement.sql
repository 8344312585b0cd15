-- Banks, rails, nostros and payments that leave the bank.

-- Countries money can be paid out in, and what an hour of waiting is worth there when a route is chosen.
create table payout_countries (
    country         char(2) primary key check (country ~ '^[A-Z]{2}$'),
    currency        char(3) not null,
    hour_price      bigint not null check (hour_price >= 0),    -- minor units of the currency
    account_pattern text not null,                      -- of an account number there, blanks and dashes taken out
    source          text not null
);

-- Institutions that money is paid to. What is here is public; where it is from stands beside it.
create table banks (
    bank_id          text primary key check (bank_id ~ '^[A-Z]{2}-[A-Z0-9]{2,12}$'),
    name             text not null,
    short_name       text not null check (length(short_name) <= 18),    -- what a screen shows
    api_endpoint     text,                              -- its own interface, where it has one that we know of
    country          char(2) not null references payout_countries,
    settlement_rules jsonb not null default '{}',       -- account (a pattern), networks (of phone numbers)
    bic              text check (bic ~ '^[A-Z]{6}[A-Z0-9]{2}$'),
    code             text not null default '',          -- within the country's clearing; empty: found by its BIC
    is_mobile_money  boolean not null default false,
    frequent         smallint check (frequent > 0),     -- place among those a customer is shown first
    is_open          boolean not null default true,
    source           text not null
);
create index banks_country on banks (country, frequent);

-- Ways for money to leave. `clearing` and `nostro` are kinds of the ledger's accounts, `partner` is who is asked.
create table rails (
    rail             text primary key check (rail ~ '^[A-Z]{2,3}-[A-Z]{2,10}$'),
    name             text not null,
    countries        char(2)[] not null check (cardinality(countries) > 0),
    currency         char(3) not null,
    abroad           boolean not null default false,    -- carries only what leaves the payer's country
    least            bigint not null default 1 check (least > 0),
    most             bigint check (most >= least),      -- null: no cap
    step             bigint not null default 1 check (step > 0),        -- amounts are multiples of it
    calendar         char(2) not null references calendars,     -- whose time and business days count
    days             smallint[] not null check (days <@ '{1,2,3,4,5,6,7}' and cardinality(days) > 0),
    business_days    boolean not null,                  -- closed when its calendar is
    opens            time,                              -- null: open all day
    closes           time check (closes > opens),
    cutoffs          time[] not null default '{}',      -- when a netting window closes
    in_batches       boolean not null default false,    -- leaves when its window closes
    settles_days     smallint not null default 0 check (settles_days between 0 and 5),
    settles_at       time,                              -- of the day on which a batch arrives
    cost             bigint not null check (cost >= 0), -- what one payment costs the bank, minor units
    seconds          int not null check (seconds > 0),  -- from leaving to arriving
    reliability      smallint not null check (reliability between 1 and 1000),   -- of a thousand, how many arrive
    clearing         text not null check (clearing ~ '^clearing_'),
    nostro           text not null check (nostro ~ '^nostro_'),
    partner          text not null,
    is_open          boolean not null default true,     -- operations close a rail here
    source           text not null,
    check ((opens is null) = (closes is null)),
    check (not in_batches or (cardinality(cutoffs) > 0 and settles_at is not null))
);

create table bank_rails (
    bank_id text not null references banks,
    rail    text not null references rails,
    primary key (bank_id, rail)
);
create index bank_rails_rail on bank_rails (rail);

-- What of a nostro's money is promised to payments on their way. Locked whenever liquidity is reserved or
-- given back; what the nostro holds is the ledger's.
create table nostro_lines (
    nostro    text not null check (nostro ~ '^nostro_'),
    currency  char(3) not null,
    reserved  bigint not null default 0 check (reserved >= 0),
    low_water bigint not null check (low_water >= 0),   -- below it operations bring money
    primary key (nostro, currency)
) with (fillfactor = 50);

-- Payments of one rail between two cut-offs, netted per bank when the window has closed.
create table netting_windows (
    window_id  uuid primary key,
    rail       text not null references rails,
    currency   char(3) not null,
    cutoff_at  timestamptz not null,
    settles_at timestamptz not null check (settles_at >= cutoff_at),
    status     text not null default 'open' check (status in ('open', 'closed')),
    closed_at  timestamptz,
    unique (rail, cutoff_at),
    check ((status = 'closed') = (closed_at is not null))
);
create index netting_windows_open on netting_windows (cutoff_at) where status = 'open';

create table netting_positions (
    window_id   uuid not null references netting_windows,
    bank_id     text not null references banks,
    out_count   int not null check (out_count >= 0),
    out_amount  bigint not null check (out_amount >= 0),
    back_count  int not null check (back_count >= 0),
    back_amount bigint not null check (back_amount >= 0),
    primary key (window_id, bank_id)
);

-- Every status a payment may have, and every step from one to another; nothing else can be written.
create table settlement_states (
    status text primary key,
    told   text not null
);
create table settlement_moves (
    was    text not null references settlement_states,
    status text not null references settlement_states,
    told   text not null,
    primary key (was, status)
);
insert into settlement_states (status, told) values
    ('held',      'money is set aside in the wallet'),
    ('queued',    'waits for hours, a window, liquidity or its turn'),
    ('sent',      'a partner is asked; the money stands in clearing'),
    ('accepted',  'the partner has taken it; its final word is awaited'),
    ('settled',   'it arrived; the nostro has paid'),
    ('returning', 'the money is on its way back, and the wallet cannot take it now'),
    ('returned',  'it had arrived and came back; the wallet has it again'),
    ('failed',    'it never arrived; the wallet has it again'),
    ('cancelled', 'its payer took it back before it left');
insert into settlement_moves (was, status, told) values
    ('held',      'queued',    'it has to wait'),
    ('held',      'sent',      'it leaves'),
    ('held',      'failed',    'there is no way, or its time is over'),
    ('held',      'cancelled', 'its payer took it back'),
    ('queued',    'sent',      'it leaves'),
    ('queued',    'failed',    'there is no way left, or its time is over'),
    ('queued',    'returning', 'there is no way left, and the wallet cannot take it'),
    ('queued',    'cancelled', 'its payer took it back'),
    ('sent',      'accepted',  'the partner has taken it'),
    ('sent',      'settled',   'it arrived'),
    ('sent',      'queued',    'the rail refused it; the next one is tried'),
    ('sent',      'failed',    'it was refused'),
    ('sent',      'returning', 'it was refused, and the wallet cannot take it'),
    ('accepted',  'settled',   'it arrived'),
    ('accepted',  'queued',    'the rail refused it; the next one is tried'),
    ('accepted',  'failed',    'it was refused'),
    ('accepted',  'returning', 'it was refused, and the wallet cannot take it'),
    ('settled',   'returned',  'the other bank sent it back'),
    ('settled',   'returning', 'the other bank sent it back, and the wallet cannot take it'),
    ('returning', 'returned',  'the wallet has taken it'),
    ('returning', 'failed',    'the wallet has taken it');

-- A payment that leaves. Its id is the effect's and its hold's. What moves is written by core/settlement
-- alone; where the money stands at this moment is told by `clearing` and `in_clearing`.
create table settlements (
    settlement_id   uuid primary key,
    customer_id     uuid not null references customers,
    wallet_id       uuid not null,
    bank_id         text not null references banks,
    kind            text not null check (kind in ('bank', 'mobile')),
    account_no      bytea,                              -- sealed: an account number, or a phone number (E.164)
    payee_name      bytea,                              -- sealed: as the payee's bank told it, or as it was typed
    confirmed       boolean not null,                   -- the payee's bank told the name
    destination     uuid not null,                      -- stands for bank and account
    amount          bigint not null check (amount > 0),
    currency        char(3) not null,
    fee             bigint not null check (fee >= 0),   -- in the same currency, held beside it
    status          text not null default 'held' references settlement_states,
    "timestamp"     timestamptz not null,
    reference       text not null unique,
    channel         text not null,
    note            bytea,                              -- sealed
    rail            text not null references rails,
    tried           text[] not null default '{}',       -- rails that refused it
    attempts        smallint not null default 0,
    order_id        uuid unique,                        -- asked of the partner last
    partner_reference text not null default '',
    window_id       uuid references netting_windows,
    due_at          timestamptz,                        -- when it is looked at next; null: when somebody answers
    waits_for       text check (waits_for in ('turn', 'hours', 'window', 'liquidity', 'wallet')),
    expected_by     timestamptz not null,
    clearing        text,
    in_clearing     bigint not null default 0 check (in_clearing >= 0),
    reserved_at     text,                               -- the nostro whose liquidity it has reserved
    reason_code     text,                               -- why it came back, an ISO 20022 code or a word of ours
    reason_words    bytea,                              -- sealed: what the other side wrote with it
    returned        bigint not null default 0 check (returned >= 0),
    return_reference text unique,                       -- of the message that brought it back
    events          int not null default 0,
    correlation     text not null,
    settled_at      timestamptz,
    ended_at        timestamptz,
    check ((clearing is null) = (in_clearing = 0)),
    check (returned <= amount),
    check (status not in ('sent', 'accepted')
           or (order_id is not null and in_clearing = amount and reserved_at is not null)),
    check (reserved_at is null or status in ('sent', 'accepted')),
    check (status not in ('held', 'settled', 'returned', 'failed', 'cancelled') or in_clearing = 0),
    check (status <> 'returning' or in_clearing > 0),
    check ((due_at is not null) = (status in ('held', 'queued', 'returning'))),
    check ((ended_at is not null) = (status in ('settled', 'returned', 'failed', 'cancelled')))
) with (fillfactor = 70);
create index settlements_customer on settlements (customer_id, "timestamp" desc);
create index settlements_due on settlements (due_at) where due_at is not null;
create index settlements_flight on settlements (clearing, currency) where clearing is not null;
create index settlements_window on settlements (window_id, bank_id) where window_id is not null;
create index settlements_status on settlements (status, "timestamp" desc);
create index settlements_made on settlements ("timestamp" desc, settlement_id desc);
create index settlements_open on settlements ("timestamp" desc, settlement_id desc) where ended_at is null;
create index settlements_destination on settlements (customer_id, destination) where status = 'settled';
create index settlements_ended on settlements (ended_at) where ended_at is not null;

-- What happened to a payment, in order. No names, no account numbers, no words of others.
create table settlement_events (
    settlement_id uuid not null references settlements,
    seq           int not null check (seq > 0),
    at            timestamptz not null,
    event         text not null,
    was           text,
    status        text not null,
    rail          text,
    code          text,
    facts         jsonb not null default '{}',
    order_id      uuid,
    correlation   text not null,
    primary key (settlement_id, seq)
);

-- Why a route was taken: every rail that was looked at, and what was found.
create table route_decisions (
    decision_id   uuid primary key,
    settlement_id uuid not null references settlements,
    at            timestamptz not null,
    chosen        text references rails,                -- null: none was fit
    why           text not null,
    candidates    jsonb not null
);
create index route_decisions_settlement on route_decisions (settlement_id, at);

-- Where a customer has money paid out to; theirs to take back.
create table payout_destinations (
    destination   uuid not null,
    customer_id   uuid not null references customers,
    kind          text not null check (kind in ('bank', 'mobile')),
    bank_id       text not null references banks,
    account_no    bytea not null,                       -- sealed
    payee_name    bytea not null,                       -- sealed
    confirmed     boolean not null,
    uses          int not null default 1,
    last_used_at  timestamptz not null,
    primary key (customer_id, destination)
);

-- Days that are over: what left and came back, and what was still on its way.
create table business_days (
    country     char(2) not null references payout_countries,
    day         date not null,
    closed_at   timestamptz not null,
    closed_by   text not null,
    next_day    date not null check (next_day > day),   -- the next one people work
    report      jsonb not null,
    primary key (country, day)
);

create function settlements_forward() returns trigger language plpgsql as $$
begin
    if (old.settlement_id, old.customer_id, old.wallet_id, old.bank_id, old.kind, old.destination, old.amount,
        old.currency, old.fee, old."timestamp", old.reference)
        is distinct from (new.settlement_id, new.customer_id, new.wallet_id, new.bank_id, new.kind, new.destination,
        new.amount, new.currency, new.fee, new."timestamp", new.reference)
    then
        raise exception using errcode = 'restrict_violation', message = 'a payment stays what it was agreed to be';
    end if;
    if old.status <> new.status
       and not exists (select from settlement_moves m where (m.was, m.status) = (old.status, new.status)) then
        raise exception using errcode = 'restrict_violation',
            message = format('a payment does not go from %s to %s', old.status, new.status);
    end if;
    if old.status <> new.status and new.events = old.events then
        raise exception using errcode = 'restrict_violation', message = 'a change of status is written down';
    end if;
    return new;
end $$;
create trigger forward before update on settlements for each row execute function settlements_forward();

create function settlement_history_forbid() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'restrict_violation', message = tg_table_name || ' is append-only';
end $$;
do $$
declare
    v_table text;
begin
    foreach v_table in array array['settlement_events', 'route_decisions', 'netting_positions', 'business_days',
                                   'settlement_states', 'settlement_moves'] loop
        execute format('create trigger append_only before update or delete on %1$I
                            for each row execute function settlement_history_forbid();
                        create trigger no_truncate before truncate on %1$I
                            for each statement execute function settlement_history_forbid();', v_table);
    end loop;
end $$;

grant select on payout_countries, banks, rails, bank_rails, nostro_lines, netting_windows, netting_positions,
    settlement_states, settlement_moves, settlements, settlement_events, route_decisions, payout_destinations,
    business_days to wekeza_app;
grant insert on settlements, settlement_events, route_decisions, netting_windows, netting_positions,
    payout_destinations, business_days to wekeza_app;
grant update (reserved) on nostro_lines to wekeza_app;
grant update (status, closed_at) on netting_windows to wekeza_app;
grant update (account_no, payee_name, status, note, rail, tried, attempts, order_id, partner_reference, window_id,
    due_at, waits_for, expected_by, clearing, in_clearing, reserved_at, reason_code, reason_words, returned,
    return_reference, events, settled_at, ended_at) on settlements to wekeza_app;
grant update (account_no, payee_name, confirmed, uses, last_used_at), delete on payout_destinations to wekeza_app;

-- Who looks after the bank sees what went where and when, never what is sealed.
revoke select on settlements, payout_destinations from wekeza_auditor;
grant select (settlement_id, customer_id, wallet_id, bank_id, kind, confirmed, destination, amount, currency, fee,
    status, "timestamp", reference, channel, rail, tried, attempts, order_id, partner_reference, window_id, due_at,
    waits_for, expected_by, clearing, in_clearing, reserved_at, reason_code, returned, return_reference, events,
    correlation, settled_at, ended_at) on settlements to wekeza_auditor;
grant select (destination, customer_id, kind, bank_id, confirmed, uses, last_used_at)
    on payout_destinations to wekeza_auditor;

-- A customer whose affairs were assessed may send more at once than one instant payment carries.
update tier_limits set per_transaction = 3000000 * 100,
       source = 'policy; above one PesaLink payment (KES 999,999) money leaves by RTGS'
 where country = 'KE' and tier = 3;
update limit_counters k set per_transaction = t.per_transaction
  from account_owners o join tier_limits t on t.country = o.country and t.tier = o.tier
 where o.owner = k.owner and o.country = 'KE' and o.tier = 3;

insert into calendars (country, zone) values ('CI', 'Africa/Abidjan') on conflict do nothing;

-- The desk of operations: who may look, and who may act. An administrator looks after staff, not after money.
insert into role_permissions (role, permission) values
    ('supervisor', 'operations.read'), ('compliance', 'operations.read'),
    ('operations', 'operations.act'), ('operations', 'operations.providers');
delete from role_permissions where (role, permission) = ('admin', 'operations.read');
