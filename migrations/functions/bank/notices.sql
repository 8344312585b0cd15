-- Notices: what the bank tells customers of its own accord.

-- Owes one notice and returns the number it leaves from; null when it goes nowhere. A function, so that
-- several are owed in one round trip by a plan that is kept. Reads the other customer's rows and locks
-- none: money from A to B must not wait for B's turn. Addresses are tokens and the payload is sealed: what
-- is said is found when it is sent, in the customer's language. It leaves from the number that the contact wrote
-- to last; who never wrote is spread over the numbers of their country, and always falls to the same one.
create function owe_notice(
    p_customer uuid, p_channel text, p_address text, p_service boolean, p_message uuid, p_payload bytea,
    p_expires_at timestamptz, p_correlation uuid, p_now timestamptz)
returns text language plpgsql set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
    v_sender text;
begin
    with place as (
        select c.id as customer_id, c.language, p.channel, p.address, s.key as sender, s.provider
        from customers c
        cross join lateral (
            select p_channel as channel, p_address as address, 0 as choice, null::timestamptz as since
            where p_address is not null
            union all
            select a.channel, a.address, 1, a.trusted_at from addresses a
            where p_address is null and a.customer_id = c.id and a.channel = 'whatsapp'
                and a.trust = 'trusted' and coalesce(p_channel, 'whatsapp') = 'whatsapp'
            union all
            select 'sms', c.phone_index, 2, null
            where p_address is null and c.phone_index is not null and coalesce(p_channel, 'sms') = 'sms'
        ) p
        cross join lateral (
            select s.key, s.provider from senders s
            left join conversations met on met.channel = p.channel and met.address = p.address
            where s.channel = p.channel and s.speaks
                and (s.is_default or c.country = any(s.countries) or s.key = met.sender)
            order by coalesce(s.key = met.sender, false) desc, c.country = any(s.countries) desc,
                md5(p.address || s.key)
            limit 1
        ) s
        left join addresses known on known.channel = p.channel and known.address = p.address
        where c.id = p_customer and (known.opted_out_at is null or p_service)
            and (known.customer_id is null
                 or known.customer_id = c.id and known.trust <> 'withdrawn')
        order by known.opted_out_at is not null, p.choice, p.since desc nulls last
        limit 1
    ), said as (
        insert into messages (id, customer_id, channel, provider, is_inbound, address, status,
            correlation, created_at)
        select p_message, customer_id, channel, provider, false, address, 'queued', p_correlation, p_now
        from place
    )
    insert into outbox (sender, channel, contact, message_id, payload, language, due_at, expires_at,
        correlation, created_at)
    select sender, channel, address, p_message, p_payload, language, p_now, p_expires_at, p_correlation,
        p_now
    from place
    returning sender into v_sender;
    return v_sender;
end $$;

grant execute on function owe_notice to wekeza_app;
