-- Files that are made for customers.

-- The file itself stands sealed under DATA_DIR/documents, named by its id. No foreign key to the wallet: a
-- statement never waits for money that moves.
create table documents (
    id              uuid primary key,
    number          text not null unique,           -- said in the document itself
    customer_id     uuid not null references customers,
    kind            text not null check (kind in ('statement')),
    name            bytea,                          -- sealed: what the file is called; none once it is gone
    wallet_id       uuid not null,
    since           date not null,
    until           date not null check (until >= since),   -- both days belong to it
    language        char(2) not null,
    carrier         text not null check (carrier in ('whatsapp', 'mail')),
    address         text,                           -- token of the WhatsApp address it goes to
    status          text not null default 'wanted' check (status in ('wanted', 'made', 'gone')),
    attempts        smallint not null default 0,
    due_at          timestamptz not null,
    content_mac     text,                           -- keyed hash of what it says, told in it too
    bytes           int check (bytes > 0),
    correlation     uuid not null,
    created_at      timestamptz not null,
    expires_at      timestamptz not null check (expires_at >= created_at),
    told_at         timestamptz,                    -- when its customer was told that it is late
    made_at         timestamptz,
    opened_at       timestamptz,                    -- when its file was first fetched
    check (status <> 'made' or (made_at is not null and content_mac is not null and bytes is not null)),
    check (name is not null or status = 'gone'),
    check ((carrier = 'whatsapp') = (address is not null))
);
create index documents_customer on documents (customer_id, created_at desc);
create index documents_due on documents (due_at) where status = 'wanted';
create index documents_expired on documents (expires_at) where status <> 'gone';

-- A document is made once, and what is gone stays gone.
create function documents_forward() returns trigger language plpgsql as $$
begin
    if old.status = 'gone' or (old.status = 'made' and new.status not in ('made', 'gone')) then
        raise exception using errcode = 'restrict_violation', message = 'a document is made and goes once';
    end if;
    return new;
end $$;
create trigger forward before update on documents for each row execute function documents_forward();

grant select, insert on documents to wekeza_app;
grant update (name, status, attempts, due_at, content_mac, bytes, told_at, made_at, opened_at) on documents
    to wekeza_app;

-- Who looks after the bank sees who and when, never what is sealed.
revoke select on documents from wekeza_auditor;
grant select (id, number, customer_id, kind, wallet_id, since, until, language, carrier, address, status, attempts,
    due_at, bytes, correlation, created_at, expires_at, told_at, made_at, opened_at) on documents to wekeza_auditor;
