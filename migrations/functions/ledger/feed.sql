-- Cursors of the feed: one reader of a name at a time, by a lease that ends by itself.

-- Returns where to read on, or nothing when another process reads under this name.
create function ledger_feed_take(
    p_consumer text, p_lease uuid, p_until timestamptz, p_now timestamptz, out height bigint, out index int
) language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    insert into feed_cursors (consumer, height, index, moved_at) values (p_consumer, 1, 0, p_now)
    on conflict (consumer) do nothing;
    update feed_cursors c set lease = p_lease, leased_until = p_until
     where c.consumer = p_consumer and (c.leased_until is null or c.leased_until <= p_now)
    returning c.height, c.index into height, index;
end $$;

-- Moves on and gives the lease back. False when the lease was lost: another one reads there by now.
create function ledger_feed_move(p_consumer text, p_lease uuid, p_height bigint, p_index int, p_now timestamptz)
returns boolean language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    update feed_cursors c
       set height = p_height, index = p_index, lease = null, leased_until = null, moved_at = p_now
     where c.consumer = p_consumer and c.lease = p_lease and (p_height, p_index) >= (c.height, c.index);
    return found;
end $$;

grant execute on function ledger_feed_take, ledger_feed_move to wekeza_app;
