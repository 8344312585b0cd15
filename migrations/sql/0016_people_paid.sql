-- Saved people, requests for money, further wallets.

-- Whom a customer pays by a name of their own. No foreign key to the payee: a payer's turn must never
-- wait for a row of theirs.
create table beneficiaries (
    id              uuid primary key,
    customer_id     uuid not null references customers,
    payee           uuid not null check (payee <> customer_id),
    label           bytea not null,                 -- sealed: what the customer calls them
    uses            int not null default 0 check (uses >= 0),
    created_at      timestamptz not null,
    last_used_at    timestamptz,
    unique (customer_id, payee)
);

-- The number is what people say: PAY 482. It means one open request of the one who is asked.
create table money_requests (
    id              uuid primary key,
    number          int not null check (number between 100 and 999),
    asker           uuid not null,
    asked           uuid not null check (asked <> asker),
    amount          bigint not null check (amount > 0),
    currency        char(3) not null,
    note            bytea,                          -- sealed
    status          text not null default 'open'
        check (status in ('open', 'paid', 'declined', 'expired', 'cancelled')),
    created_at      timestamptz not null,
    expires_at      timestamptz not null check (expires_at > created_at),
    ended_at        timestamptz,
    transfer_id     uuid unique,                    -- the payment, in the same transaction
    check ((status = 'open') = (ended_at is null)),
    check ((status = 'paid') = (transfer_id is not null))
);
create unique index money_requests_number on money_requests (asked, number) where status = 'open';
create index money_requests_asker on money_requests (asker, created_at desc);
create index money_requests_due on money_requests (expires_at) where status = 'open';

create function money_requests_forward() returns trigger language plpgsql as $$
begin
    if old.status <> 'open' and (new.status, new.ended_at, new.transfer_id)
            is distinct from (old.status, old.ended_at, old.transfer_id) then
        raise exception using errcode = 'restrict_violation', message = 'a request ends once';
    end if;
    return new;
end $$;
create trigger forward before update on money_requests
    for each row execute function money_requests_forward();

-- Who may not ask this customer for money any more.
create table blocked_askers (
    customer_id     uuid not null references customers,
    asker           uuid not null check (asker <> customer_id),
    created_at      timestamptz not null,
    primary key (customer_id, asker)
);

-- What customers call a wallet, where they have two in one currency. The wallet itself is the ledger's.
create table wallet_labels (
    wallet_id       uuid primary key,
    customer_id     uuid not null references customers,
    label           bytea not null,                 -- sealed
    created_at      timestamptz not null
);
create index wallet_labels_customer on wallet_labels (customer_id);

insert into transaction_types (type, counts_limit, description) values
    ('move', false, 'Between wallets of one customer in one currency');

-- Whom somebody saved or blocked is theirs to take back, and then it is gone.
grant select, insert, delete on beneficiaries, blocked_askers to wekeza_app;
grant update (label, uses, last_used_at) on beneficiaries to wekeza_app;
grant select, insert on money_requests, wallet_labels to wekeza_app;
grant update (status, ended_at, transfer_id) on money_requests to wekeza_app;

-- Who looks after the bank sees who and when, never what is sealed.
revoke select on beneficiaries, money_requests, wallet_labels from wekeza_auditor;
grant select (id, customer_id, payee, uses, created_at, last_used_at) on beneficiaries to wekeza_auditor;
grant select (id, number, asker, asked, amount, currency, status, created_at, expires_at, ended_at, transfer_id)
    on money_requests to wekeza_auditor;
grant select on blocked_askers to wekeza_auditor;
grant select (wallet_id, customer_id, created_at) on wallet_labels to wekeza_auditor;
