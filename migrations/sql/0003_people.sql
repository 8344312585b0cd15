-- People and proof: who banks here, at which addresses they are met, how they prove themselves,
-- what they agreed to, and what they sent each other.

-- The phone number is where a recipient is found and where codes go; null once it was given up.
create table customers (
    id              uuid primary key default uuidv7(),
    first_name      text not null check (first_name <> '' and length(first_name) <= 60),
    last_name       text not null check (last_name <> '' and length(last_name) <= 60),
    email           text check (length(email) <= 254),
    phone_number    text check (phone_number ~ '^\+[1-9][0-9]{6,14}$'),
    date_of_birth   date,
    segment         text not null default 'Retail',
    kyc_status      text not null default 'Pending'
        check (kyc_status in ('Pending', 'Verified', 'Rejected', 'Expired')),
    credit_score    int check (credit_score between 0 and 1000),
    lifetime_value  numeric(18, 2),
    risk_profile    text,
    is_active       boolean not null default true,
    created_at      timestamptz not null,
    created_by      text not null,
    updated_at      timestamptz not null,
    updated_by      text not null,
    country         char(2) not null check (country ~ '^[A-Z]{2}$'),
    language        char(2) not null check (language ~ '^[a-z]{2}$'),
    home_currency   char(3) not null check (home_currency ~ '^[A-Z]{3}$'),
    tier            smallint not null check (tier between 1 and 3),
    id_number       text check (id_number ~ '^[A-Z0-9]{5,20}$'),
    default_wallet  uuid
);
create unique index customers_email on customers (lower(email)) where email is not null;
create unique index customers_phone on customers (phone_number) where is_active;
create unique index customers_id_number on customers (country, id_number) where is_active;
create index customers_segment on customers (segment);
create index customers_kyc_status on customers (kyc_status);

create view users as
    select id as user_id, first_name || ' ' || last_name as name, email, kyc_status from customers;

-- Where somebody is met. A new address shows nothing personal until the PIN has been given there; a
-- withdrawn one has lost its owner, such as a number that changed hands. Without a customer it is a
-- stranger who wants no messages.
create table addresses (
    channel         text not null check (channel in ('whatsapp', 'sms', 'ussd')),
    address         text not null,
    customer_id     uuid references customers,
    trust           text not null check (trust in ('trusted', 'new', 'withdrawn')),
    trusted_at      timestamptz,
    opted_out_at    timestamptz,
    created_at      timestamptz not null,
    primary key (channel, address),
    check (trust <> 'trusted' or (customer_id is not null and trusted_at is not null))
);
create index addresses_customer on addresses (customer_id);

-- The version rises with each change of the PIN: a proof made before the lock names the one it saw.
create table pins (
    customer_id     uuid primary key references customers,
    hash            text not null,
    version         int not null default 1,
    attempts        smallint not null default 0 check (attempts between 0 and 3),
    locked_at       timestamptz,
    changed_at      timestamptz not null,
    birth_tries     smallint not null default 0 check (birth_tries between 0 and 3),
    birth_tried_at  timestamptz,
    birth_proven_at timestamptz,                    -- the first half of a reset; the code is the second
    check ((attempts = 3) = (locked_at is not null))
) with (fillfactor = 80);

-- The digits are derived from the id and never stored. A code is good only at the address that asked
-- for it; without a customer it was asked for a number nobody banks with, and looks just the same.
create table one_time_codes (
    id              uuid primary key,
    customer_id     uuid references customers,
    purpose         text not null check (purpose in ('reset_pin', 'link')),
    channel         text not null,
    address         text not null,
    created_at      timestamptz not null,
    expires_at      timestamptz not null,
    attempts        smallint not null default 0 check (attempts between 0 and 3),
    used_at         timestamptz
);
create index one_time_codes_address on one_time_codes (channel, address, created_at desc);
create index one_time_codes_customer on one_time_codes (customer_id, created_at desc);

create table consents (
    id              uuid primary key,
    customer_id     uuid not null references customers,
    purpose         text not null check (purpose in ('terms', 'marketing')),
    channel         text not null,
    given_at        timestamptz not null,
    withdrawn_at    timestamptz check (withdrawn_at >= given_at)
);
create unique index consents_standing on consents (customer_id, purpose) where withdrawn_at is null;

-- The id is the ledger transaction's. No foreign keys to customers: a payer's turn must never wait
-- for a row of the payee's.
create table transfers (
    id              uuid primary key,
    from_customer   uuid not null,
    to_customer     uuid not null check (to_customer <> from_customer),
    from_wallet     uuid not null,
    to_wallet       uuid not null check (to_wallet <> from_wallet),
    amount          bigint not null check (amount > 0),
    currency        char(3) not null,
    reference       text not null,                  -- fifty bits of the id: look it up with a day
    channel         text not null,
    note            text not null default '' check (length(note) <= 140),
    created_at      timestamptz not null
);
create index transfers_from on transfers (from_customer, created_at desc);
create index transfers_to on transfers (to_customer, created_at desc);
create index transfers_reference on transfers (reference);

create function transfers_forbid() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'restrict_violation', message = 'transfers are append-only';
end $$;
create trigger append_only before update or delete on transfers
    for each row execute function transfers_forbid();

-- The application adds and changes, never deletes; who a row is about cannot be rewritten.
grant select, insert on customers, addresses, pins, one_time_codes, consents, transfers to wekeza_app;
grant update (
    first_name, last_name, email, phone_number, date_of_birth, segment, kyc_status, credit_score,
    lifetime_value, risk_profile, is_active, updated_at, updated_by, language, tier, id_number,
    default_wallet) on customers to wekeza_app;
grant update (customer_id, trust, trusted_at, opted_out_at) on addresses to wekeza_app;
grant update (
    hash, version, attempts, locked_at, changed_at, birth_tries, birth_tried_at, birth_proven_at)
    on pins to wekeza_app;
grant update (attempts, used_at) on one_time_codes to wekeza_app;
grant update (withdrawn_at) on consents to wekeza_app;
grant select on users to wekeza_app;

grant select on customers, users, addresses, one_time_codes, consents, transfers to wekeza_auditor;
-- An auditor sees how often a PIN was tried, never its hash.
revoke select on pins from wekeza_auditor;
grant select (customer_id, version, attempts, locked_at, changed_at, birth_tries, birth_tried_at)
    on pins to wekeza_auditor;
