-- Money that comes in, and agents of the bank.

-- What customers asked to be paid in with: a prompt on a phone, or a page for a card. The id is the effect's.
-- No foreign key to a customer or a wallet: a turn never waits for rows that are not its own.
create table deposits (
    id          uuid primary key,
    customer_id uuid not null,
    wallet_id   uuid not null,
    way         text not null check (way in ('mobile', 'card')),
    partner     text not null check (partner <> ''),
    order_id    uuid not null unique,
    amount      bigint not null check (amount > 0),     -- asked for; what came stands in incoming_payments
    currency    char(3) not null,
    contact     text,                                   -- token of the phone that is prompted
    reference   text not null unique,                   -- what the partner writes on the payment
    channel     text not null,
    status      text not null default 'asked' check (status in ('asked', 'paid', 'failed')),
    code        text,                                   -- why it failed
    created_at  timestamptz not null,
    ended_at    timestamptz,
    check ((way = 'mobile') = (contact is not null)),
    check ((status = 'asked') = (ended_at is null)),
    check (status <> 'failed' or code is not null)
);
create index deposits_customer on deposits (customer_id, created_at desc);
create index deposits_contact on deposits (contact, created_at desc) where contact is not null;

-- A deposit ends once; only money that comes after all makes a failed one paid.
create function deposits_forward() returns trigger language plpgsql as $$
begin
    if old.status = 'paid' or (old.status = 'failed' and new.status = 'asked') then
        raise exception using errcode = 'restrict_violation', message = 'a deposit is paid once';
    end if;
    return new;
end $$;
create trigger forward before update on deposits for each row execute function deposits_forward();

-- Every payment that reached the bank from outside, once. `number` is the partner's own receipt number; a
-- prompt that is known to be paid and not yet under which number has none, until a notice names it.
create table incoming_payments (
    id          uuid primary key,                       -- the posting's that took it in
    partner     text not null check (partner <> ''),
    number      text check (number <> ''),
    way         text not null check (way in ('mobile', 'card', 'bank')),
    deposit_id  uuid references deposits,               -- the asking that it answers
    amount      bigint not null check (amount > 0),
    currency    char(3) not null,
    fee         bigint not null default 0 check (fee >= 0),
    country     char(2) not null,
    payer       bytea,                                  -- sealed JSON: who paid, as the partner tells it
    payee       bytea,                                  -- sealed: whom the payer wrote that it is for
    customer_id uuid,                                   -- whose it is, once that is known
    wallet_id   uuid,
    reference   text not null unique,
    status      text not null check (status in ('booked', 'parked', 'returning', 'returned')),
    why         text check (why in ('unknown_payee', 'account_closed', 'account_frozen', 'over_ceiling',
                                    'other_currency')),
    order_id    uuid unique,                            -- of its way back
    moved_id    uuid unique,                            -- the posting that took it out of suspense
    came_at     timestamptz not null,
    return_at   timestamptz,                            -- when it goes back unless its owner is found
    ended_at    timestamptz,
    unique (partner, number),
    check (number is not null or deposit_id is not null),
    check (status <> 'booked' or (wallet_id is not null and customer_id is not null)),
    check ((why is null) = (return_at is null)),
    check (status = 'booked' or why is not null),
    check ((order_id is not null) = (status in ('returning', 'returned'))),
    check ((status = 'parked' or status = 'returning') = (ended_at is null))
);
create unique index incoming_payments_unnumbered on incoming_payments (deposit_id) where number is null;
create index incoming_payments_deposit on incoming_payments (deposit_id) where deposit_id is not null;
create index incoming_payments_customer on incoming_payments (customer_id, came_at desc) where customer_id is not null;
create index incoming_payments_parked on incoming_payments (return_at) where status = 'parked';
create index incoming_payments_put_aside on incoming_payments (status, came_at, id) where why is not null;
create index incoming_payments_suspense on incoming_payments (currency) include (amount)
    where status in ('parked', 'returning');

create function incoming_payments_forward() returns trigger language plpgsql as $$
begin
    if (old.amount, old.currency, old.partner, old.came_at) is distinct from
            (new.amount, new.currency, new.partner, new.came_at)
        or (old.number is not null and new.number is distinct from old.number)
        or (old.status in ('booked', 'returned') and new.status <> old.status)
        or (old.status = 'returning' and new.status = 'booked') then
        raise exception using errcode = 'restrict_violation', message = 'what came in stays as it came';
    end if;
    return new;
end $$;
create trigger forward before update on incoming_payments
    for each row execute function incoming_payments_forward();

-- Agents of the bank: customers who take in and pay out cash for it, within limits that the bank sets
-- (Central Bank of Kenya, Guideline on Agent Banking CBK/PG/15, part IV). Commissions are in
-- hundredths of a per cent of the amount.
create table bank_agents (
    id              uuid primary key,
    customer_id     uuid not null unique references customers,
    till_no         text not null unique check (till_no ~ '^[0-9]{6}$'),
    float_account   uuid not null unique,
    country         char(2) not null references countries,
    currency        char(3) not null,
    status          text not null default 'active' check (status in ('active', 'suspended', 'closed')),
    most_at_once    bigint not null check (most_at_once > 0),
    most_a_day      bigint not null check (most_a_day >= most_at_once),     -- in and out apart
    cash_in_points  smallint not null check (cash_in_points between 0 and 500),
    cash_out_points smallint not null check (cash_out_points between 0 and 500),
    created_at      timestamptz not null,
    updated_at      timestamptz not null
);
create sequence till_serials start 1;

-- What passed over an agent's till. The id is the effect's and the posting's.
create table till_movements (
    id          uuid primary key,
    agent_id    uuid not null references bank_agents,
    kind        text not null check (kind in ('cash_in', 'cash_out', 'top_up')),
    customer_id uuid not null,
    amount      bigint not null check (amount > 0),
    currency    char(3) not null,
    commission  bigint not null default 0 check (commission >= 0),
    day         date not null,                          -- the country's
    reference   text not null unique,
    channel     text not null,
    created_at  timestamptz not null
);
create index till_movements_agent on till_movements (agent_id, day, kind);
create index till_movements_customer on till_movements (customer_id, created_at desc);

-- Cash a customer will take from an agent: on hold in their wallet until the code is shown. The id is the
-- hold's, the effect's, and what the six digits are derived from.
create table cash_codes (
    id          uuid primary key,
    customer_id uuid not null,
    wallet_id   uuid not null,
    amount      bigint not null check (amount > 0),
    fee         bigint not null default 0 check (fee >= 0),
    currency    char(3) not null,
    country     char(2) not null,
    reference   text not null unique,
    channel     text not null,
    status      text not null default 'open' check (status in ('open', 'paid', 'cancelled', 'spent', 'expired')),
    movement_id uuid unique references till_movements,
    created_at  timestamptz not null,
    expires_at  timestamptz not null check (expires_at > created_at),
    ended_at    timestamptz,
    check ((status = 'open') = (ended_at is null)),
    check ((status = 'paid') = (movement_id is not null))
);
create unique index cash_codes_one on cash_codes (customer_id) where status = 'open';
create index cash_codes_due on cash_codes (expires_at) where status = 'open';

create function cash_codes_forward() returns trigger language plpgsql as $$
begin
    if old.status <> 'open' then
        raise exception using errcode = 'restrict_violation', message = 'a code is paid out once';
    end if;
    return new;
end $$;
create trigger forward before update on cash_codes for each row execute function cash_codes_forward();

-- The code is looked for where it is shown: the row stands at the agent's address, and its tries count there.
alter table one_time_codes
    drop constraint one_time_codes_purpose,
    add constraint one_time_codes_purpose check (purpose in ('reset_pin', 'link', 'step_up', 'cash_out'));
grant update (channel, address, created_at) on one_time_codes to wekeza_app;

insert into role_permissions (role, permission) values
    ('operations', 'suspense.request'), ('supervisor', 'suspense.approve'), ('compliance', 'suspense.approve');
insert into approval_kinds (kind, approve_permission, mfa) values
    ('suspense_release', 'suspense.approve', true);

grant select, insert on deposits, incoming_payments, bank_agents, till_movements, cash_codes to wekeza_app;
grant update (status, code, ended_at) on deposits to wekeza_app;
grant update (number, customer_id, wallet_id, status, why, order_id, moved_id, return_at, ended_at)
    on incoming_payments to wekeza_app;
grant update (status, most_at_once, most_a_day, cash_in_points, cash_out_points, updated_at) on bank_agents
    to wekeza_app;
grant update (status, movement_id, ended_at) on cash_codes to wekeza_app;
grant usage on sequence till_serials to wekeza_app;

-- Who looks after the bank sees who and when, never what is sealed.
revoke select on incoming_payments from wekeza_auditor;
grant select (id, partner, number, way, deposit_id, amount, currency, fee, country, customer_id, wallet_id, reference,
    status, why, order_id, moved_id, came_at, return_at, ended_at) on incoming_payments to wekeza_auditor;
grant select on deposits, bank_agents, till_movements, cash_codes to wekeza_auditor;
