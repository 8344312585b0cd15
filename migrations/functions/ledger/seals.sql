-- Sealing: which rows a block takes, what is hashed of each, and keeping the block that was signed.

-- What a row is hashed as: its columns in PostgreSQL's binary format, which depends on no setting, each
-- with its type and length (core/ledger/leaf.py reads it back). Every leaf begins with id, kind and xid;
-- a posting's entries follow its header. A column added to these tables later needs a new kind.
create function ledger_leaves(p_from xid8, p_to xid8) returns table (xid xid8, id uuid, kind text, leaf bytea)
language sql stable as $$
    select t.xid, t.transaction_id, 'posting',
           record_send(row(t.transaction_id, 'posting'::text, t.xid, t.wallet_id, t.type, t.amount, t.currency,
                           t."timestamp", t.status::text, t.value_date, t.reference, t.note, t.correlation,
                           t.reverses, t.meta, t.body_hash))
           || coalesce((select string_agg(record_send(row(e.leg, e.account_id, e.version, e.amount, e.balance_after,
                                                          e.posted_at)), ''::bytea order by e.leg, e.account_id)
                          from ledger_entries e where e.transaction_id = t.transaction_id), '')
      from transactions t where t.xid >= p_from and t.xid < p_to
    union all
    select r.xid, r.id, 'refusal',
           record_send(row(r.id, 'refusal'::text, r.xid, r.code::text, r.facts, r.at, r.body_hash))
      from ledger_refusals r where r.xid >= p_from and r.xid < p_to
    union all
    select h.xid, h.id, 'hold',
           record_send(row(h.id, 'hold'::text, h.xid, h.hold_id, h.seq, h.kind, h.amount, h.rest, h.expires_at,
                           h.transaction_id, h.at, h.correlation, h.body_hash, d.type, d.debit_id, d.credit_id,
                           d.currency))
      from hold_events h
      left join lateral (select o.type, o.debit_id, o.credit_id, o.currency from ledger_holds o
                          where o.hold_id = h.hold_id offset 0) d on true
     where h.xid >= p_from and h.xid < p_to
    union all
    select c.xid, c.id, 'status',
           record_send(row(c.id, 'status'::text, c.xid, c.seq, c.account_id, c.before::text, c.after::text, c.changed_by,
                           c.reason, c.at, c.correlation, c.body_hash))
      from account_status_changes c where c.xid >= p_from and c.xid < p_to
    union all
    select a.xid, a.account_id, 'account',
           record_send(row(a.account_id, 'account'::text, a.xid, a.owner, a.kind::text, a.currency, a.account_no,
                           a.stripe, a.opened_at))
      from ledger_accounts a where a.xid >= p_from and a.xid < p_to
$$;

-- Which database transaction wrote each row that is sealed.
create view ledger_written as
    select xid from transactions
    union all select xid from ledger_refusals
    union all select xid from hold_events
    union all select xid from account_status_changes
    union all select xid from ledger_accounts;

-- The database transactions below this one have all ended, in the numbers of this era.
create function ledger_ended() returns xid8 language sql stable as $$
    select ((pg_snapshot_xmin(pg_current_snapshot())::text)::bigint
            + coalesce((select xid_offset from ledger_eras order by era desc limit 1), 0))::text::xid8
$$;

-- No database transaction from this one on has begun, the caller's own apart; in the numbers of this era.
create function ledger_begun() returns xid8 language sql stable as $$
    select (greatest((pg_snapshot_xmax(pg_current_snapshot())::text)::bigint,
                     (pg_current_xact_id_if_assigned()::text)::bigint + 1)
            + coalesce((select xid_offset from ledger_eras order by era desc limit 1), 0))::text::xid8
$$;

-- What the next block is to take: whole database transactions, about p_most rows. `mine` is false when
-- another sealer is at it; xid_to is null when there is nothing to seal.
create function ledger_next_block(
    p_most int, out mine boolean, out height bigint, out era smallint, out prev bytea, out xid_from xid8,
    out xid_to xid8
) language plpgsql volatile as $$
declare
    v_ended xid8;
    v_cut   xid8;
    v_first xid8;
begin
    mine := pg_try_advisory_xact_lock(hashtextextended('ledger seal', 0));
    if not mine then
        return;
    end if;
    select b.height, b.hash, b.xid_to into height, prev, xid_from
      from ledger_blocks b order by b.height desc limit 1;
    height := coalesce(height, 0) + 1;
    prev := coalesce(prev, decode(repeat('00', 32), 'hex'));
    xid_from := coalesce(xid_from, '0'::xid8);
    era := coalesce((select max(e.era) from ledger_eras e), 1);
    v_ended := ledger_ended();
    if v_ended < xid_from then
        raise exception using errcode = 'object_not_in_prerequisite_state',
            message = 'the seals go up to database transaction ' || xid_from || ', and this server is at ' || v_ended,
            hint = 'The database was moved to another server: begin a new era with "flask --app bot ledger seal --new-era".';
    end if;
    select x.xid into v_first from ledger_written x
     where x.xid >= xid_from and x.xid < v_ended order by x.xid limit 1;
    select x.xid into v_cut from ledger_written x
     where x.xid >= xid_from and x.xid < v_ended order by x.xid offset p_most limit 1;
    if v_cut = v_first then     -- one transaction alone has more: it is not torn apart
        select min(x.xid) into v_cut from ledger_written x where x.xid > v_first and x.xid < v_ended;
    end if;
    if v_first is not null then
        xid_to := coalesce(v_cut, v_ended);
    end if;
end $$;

-- Keeps a block if it is the next one. Its signature is `verify`'s to check.
create function ledger_keep_block(
    p_height bigint, p_era smallint, p_from xid8, p_to xid8, p_size int, p_root bytea, p_prev bytea, p_hash bytea,
    p_signature bytea, p_key text, p_now timestamptz, p_leaves bytea
) returns void language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_last ledger_blocks;
begin
    perform pg_advisory_xact_lock(hashtextextended('ledger seal', 0));
    select * into v_last from ledger_blocks order by height desc limit 1;
    if p_height <> coalesce(v_last.height, 0) + 1 or p_from <> coalesce(v_last.xid_to, '0'::xid8)
       or p_to <= p_from or p_to > ledger_ended() or (v_last.hash is not null and p_prev <> v_last.hash)
       or p_size < 1 or octet_length(p_leaves) <> 49 * p_size then
        raise exception using errcode = 'object_not_in_prerequisite_state',
            message = 'block ' || p_height || ' does not follow the last one';
    end if;
    insert into ledger_blocks (height, era, xid_from, xid_to, size, root, prev, hash, signature, key_id, sealed_at, leaves)
    values (p_height, p_era, p_from, p_to, p_size, p_root, p_prev, p_hash, p_signature, p_key, p_now, p_leaves);
end $$;

create function ledger_add_seal_key(p_id text, p_public bytea, p_previous text, p_vouch bytea, p_now timestamptz)
returns void language sql volatile security definer set search_path = public, pg_temp as $$
    insert into seal_keys (id, public_key, previous, vouch, added_at)
    values (p_id, p_public, p_previous, p_vouch, p_now)
$$;

-- Lifts the numbers of this server's transactions above all that was ever written. For whoever runs
-- migrations alone, before the bank opens on a server that it was moved to. Returns the era.
create function ledger_new_era(p_now timestamptz) returns smallint
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_era     smallint := coalesce((select max(era) from ledger_eras), 1) + 1;
    v_table   text;
    v_highest bigint;
    v_offset  bigint;
begin
    lock table transactions, ledger_refusals, hold_events, account_status_changes, ledger_accounts in access exclusive mode;
    v_highest := greatest((select max(xid) from ledger_written)::text::bigint,
                          (select max(xid_to) from ledger_blocks)::text::bigint, 0);
    v_offset := coalesce((select xid_offset from ledger_eras order by era desc limit 1), 0);
    if pg_current_xact_id()::text::bigint + v_offset > v_highest then
        raise exception using errcode = 'object_not_in_prerequisite_state',
            message = 'this server counts on from the seals: no new era is needed';
    end if;
    v_offset := v_highest - pg_current_xact_id()::text::bigint;
    foreach v_table in array array['transactions', 'ledger_refusals', 'hold_events', 'account_status_changes',
                                'ledger_accounts'] loop
        execute format('alter table %I alter column xid
                        set default ((pg_current_xact_id()::text::bigint + %s)::text::xid8)', v_table, v_offset);
    end loop;
    insert into ledger_eras (era, xid_offset, opened_at) values (v_era, v_offset, p_now);
    return v_era;
end $$;

grant select on ledger_written to wekeza_app, wekeza_auditor;
grant execute on function ledger_leaves, ledger_ended, ledger_begun, ledger_next_block to wekeza_app, wekeza_auditor;
grant execute on function ledger_keep_block, ledger_add_seal_key to wekeza_app;
