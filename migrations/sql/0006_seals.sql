-- Seals: what was written is hashed into signed blocks, a moment later and off the hot path. Rows are
-- ordered by the database transaction that wrote them, so a block can be closed over all that has
-- ended, for good, without locking or changing any row of the book.

alter table ledger_refusals add column xid xid8 not null default pg_current_xact_id();
alter table ledger_accounts add column xid xid8 not null default pg_current_xact_id();

-- The sealer's scan, the feed and `verify` all read a range of this.
create index transactions_xid on transactions (xid);
create index ledger_refusals_xid on ledger_refusals (xid);
create index hold_events_xid on hold_events (xid);
create index account_status_changes_xid on account_status_changes (xid);
create index ledger_accounts_xid on ledger_accounts (xid);

-- Who signed. A new key vouches for the one before it, so that whoever trusts the newest trusts all.
create table seal_keys (
    id         text primary key,                                    -- of the public key's SHA-256, 16 hex digits
    public_key bytea not null unique,                               -- Ed25519, 32 bytes
    previous   text unique references seal_keys,                    -- null: the first
    vouch      bytea,                                               -- this key's signature over the previous one
    added_at   timestamptz not null,
    check ((previous is null) = (vouch is null))
);

-- The hash is that of the header, which names the block before: blocks form a chain.
create table ledger_blocks (
    height    bigint primary key,                                   -- 1, 2, 3 …
    era       smallint not null,
    xid_from  xid8 not null,                                        -- the xid_to of the block before
    xid_to    xid8 not null unique,                                 -- exclusive
    size      int not null,                                         -- how many rows it seals
    root      bytea not null,                                       -- Merkle tree hash of RFC 6962
    prev      bytea not null,
    hash      bytea not null unique,
    signature bytea not null,                                       -- Ed25519, of the header
    key_id    text not null references seal_keys,
    sealed_at timestamptz not null,
    leaves    bytea not null                                        -- per row: id (16), kind (1), leaf hash (32)
);
alter table ledger_blocks alter column leaves set storage external; -- hashes do not compress

-- A database that moves to another server counts its transactions anew. A new era begins there, and
-- what it adds to them keeps the order; era 1 adds nothing and has no row.
create table ledger_eras (
    era        smallint primary key,
    xid_offset bigint not null,
    opened_at  timestamptz not null
);

select ledger_keep_for_ever(array['seal_keys', 'ledger_blocks', 'ledger_eras']);

-- How far each reader of the feed has come: the position after the last row it has dealt with.
create table feed_cursors (
    consumer     text primary key,
    height       bigint not null,
    index        int not null,
    lease        uuid,                                              -- who reads now
    leased_until timestamptz,
    moved_at     timestamptz not null,
    check ((lease is null) = (leased_until is null))
);

grant select on seal_keys, ledger_blocks, ledger_eras, feed_cursors to wekeza_app, wekeza_auditor;
revoke insert, update, delete, truncate, references, trigger, maintain
    on seal_keys, ledger_blocks, ledger_eras, feed_cursors from wekeza_app, wekeza_auditor, public;
