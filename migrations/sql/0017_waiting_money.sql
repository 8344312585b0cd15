-- Money that waits for its recipient.

-- While it waits it stays in the payer's wallet, on hold; the account the hold leads to is passed through in
-- the one transaction that captures it and pays the recipient, and holds nothing in between.
insert into gl_accounts (gl_code, name, class) values
    ('2400', 'Payments waiting for their recipients', 'liability');
insert into account_kinds (kind, gl_code, stripes) values
    ('unclaimed', '2400', 16);
insert into transaction_types (type, counts_limit, description) values
    ('claim', false, 'Money that waited reaches its recipient');

-- The id is the effect's and the hold's. No foreign key to a customer: a payer's turn must never wait for a
-- row of the recipient's.
create table waiting_transfers (
    id              uuid primary key,
    payer           uuid not null,
    wallet_id       uuid not null,                  -- the payer's, where it is on hold
    contact         text not null,                  -- token of the number that may collect it
    amount          bigint not null check (amount > 0),
    currency        char(3) not null,
    reference       text not null,
    channel         text not null,
    note            bytea,                          -- sealed
    status          text not null default 'waiting'
        check (status in ('waiting', 'claimed', 'returned', 'cancelled')),
    created_at      timestamptz not null,
    expires_at      timestamptz not null check (expires_at > created_at),
    ended_at        timestamptz,
    invited_at      timestamptz,                    -- when the number was told
    tried_at        timestamptz,                    -- when its owner could not take it yet
    payee           uuid check (payee <> payer),    -- who collected it
    capture_id      uuid unique,                    -- what took it from the payer: the transfer
    claim_id        uuid unique,                    -- what brought it to the payee
    check ((status = 'waiting') = (ended_at is null)),
    check ((status = 'claimed') = (payee is not null)),
    check ((payee is null) = (capture_id is null) and (payee is null) = (claim_id is null))
);
create index waiting_transfers_contact on waiting_transfers (contact, id) where status = 'waiting';
create index waiting_transfers_due on waiting_transfers (expires_at) where status = 'waiting';
create index waiting_transfers_payer on waiting_transfers (payer, created_at desc);
create index waiting_transfers_invited on waiting_transfers (contact, invited_at) where invited_at is not null;

create function waiting_transfers_forward() returns trigger language plpgsql as $$
begin
    if old.status <> 'waiting' and (new.status, new.ended_at, new.payee, new.capture_id, new.claim_id)
            is distinct from (old.status, old.ended_at, old.payee, old.capture_id, old.claim_id) then
        raise exception using errcode = 'restrict_violation', message = 'money that waits is paid or returned once';
    end if;
    return new;
end $$;
create trigger forward before update on waiting_transfers
    for each row execute function waiting_transfers_forward();

-- What a reversal looks up: what a recall has taken back or set aside is not reversed as well.
create index ledger_holds_recalled on ledger_holds (reference) where type = 'recall';

grant select, insert on waiting_transfers to wekeza_app;
grant update (status, ended_at, invited_at, tried_at, payee, capture_id, claim_id, note)
    on waiting_transfers to wekeza_app;

-- Who looks after the bank sees who and when, never what is sealed.
revoke select on waiting_transfers from wekeza_auditor;
grant select (id, payer, wallet_id, contact, amount, currency, reference, channel, status, created_at, expires_at,
    ended_at, invited_at, tried_at, payee, capture_id, claim_id) on waiting_transfers to wekeza_auditor;
