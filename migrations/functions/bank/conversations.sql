-- Turns: opened in one round trip. Addresses stand here by their tokens.

-- One round trip opens a turn: the inbox row (a second delivery waits here for the first), the
-- conversation locked, and who stands at the address. Rows are locked in that order everywhere.
create function open_turn(
    p_provider text, p_provider_id text, p_channel text, p_address text, p_language text,
    p_conversation uuid, p_correlation uuid, p_now timestamptz,
    out duplicate boolean, out kept_state text, out kept_reply bytea, out kept_page int,
    out kept_deadline timestamptz, out talk conversations, out visitor jsonb)
language plpgsql set search_path = public, pg_temp as $$
begin
    insert into inbox (provider, provider_id, received_at, correlation)
    values (p_provider, p_provider_id, p_now, p_correlation)
    on conflict do nothing;
    duplicate := not found;
    if duplicate then
        update inbox i set duplicates = duplicates + 1
        where provider = p_provider and provider_id = p_provider_id
        returning i.state, i.reply, i.page, i.deadline
        into kept_state, kept_reply, kept_page, kept_deadline;
        return;
    end if;
    select * into talk from conversations c
    where c.channel = p_channel and c.address = p_address for update;
    if not found then
        insert into conversations (id, channel, address, language, created_at)
        values (p_conversation, p_channel, p_address, p_language, p_now)
        on conflict do nothing;
        select * into talk from conversations c
        where c.channel = p_channel and c.address = p_address for update;
    end if;
    -- What visitor_at answers, written out: called from here it would be planned with every turn.
    select jsonb_build_object(
        'customer_id', c.id, 'trust', a.trust, 'first_name', encode(c.first_name, 'hex'), 'country', c.country,
        'language', c.language, 'currency', c.home_currency, 'tier', c.tier,
        'wallet', c.default_wallet)
    into visitor
    from addresses a join customers c on c.id = a.customer_id
    where a.channel = p_channel and a.address = p_address and a.trust <> 'withdrawn' and c.is_active;
end $$;

-- Who stands at an address: null for a stranger. The first name is sealed, in hexadecimal digits.
create function visitor_at(p_channel text, p_address text) returns jsonb
language sql stable set search_path = public, pg_temp as $$
    select jsonb_build_object(
        'customer_id', c.id, 'trust', a.trust, 'first_name', encode(c.first_name, 'hex'), 'country', c.country,
        'language', c.language, 'currency', c.home_currency, 'tier', c.tier,
        'wallet', c.default_wallet)
    from addresses a join customers c on c.id = a.customer_id
    where a.channel = p_channel and a.address = p_address and a.trust <> 'withdrawn' and c.is_active
$$;

grant execute on function open_turn(text, text, text, text, text, uuid, uuid, timestamptz) to wekeza_app;
grant execute on function visitor_at(text, text) to wekeza_app;
