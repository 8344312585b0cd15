-- One message to many customers: who they are, and how that is forgotten.

-- Notes the next customers of a broadcast, in the order of their ids, and returns the last one looked at; null at the
-- end. Only who agreed to marketing and said STOP nowhere is one. A trusted WhatsApp goes before a phone number.
create function gather_broadcast(p_broadcast uuid, p_after uuid, p_most int)
returns uuid language sql volatile set search_path = public, pg_temp as $$
    with batch as materialized (
        select id, segment, country, language, tier, is_active, phone_index from customers
        where id > p_after order by id limit p_most
    ), chosen as (
        select chosen from broadcasts where id = p_broadcast
    ), noted as (
        insert into broadcast_recipients (broadcast_id, customer_id, channel, country)
        select p_broadcast, b.id, case when by_whatsapp then 'whatsapp' else 'sms' end, b.country
        from batch b cross join chosen w
        cross join lateral (select exists (
            select from addresses a where a.customer_id = b.id and a.channel = 'whatsapp' and a.trust = 'trusted'
        ) as by_whatsapp) met
        where b.is_active and (by_whatsapp or b.phone_index is not null)
            and (not chosen ? 'segments' or chosen -> 'segments' ? b.segment)
            and (not chosen ? 'countries' or chosen -> 'countries' ? b.country)
            and (not chosen ? 'languages' or chosen -> 'languages' ? b.language)
            and (not chosen ? 'tiers' or chosen -> 'tiers' ? b.tier::text)
            and wants_news(b.id)
        on conflict do nothing
    )
    select id from batch order by id desc limit 1
$$;

-- Returns whether somebody agreed to marketing, and has not said STOP at any of their addresses since.
create function wants_news(p_customer uuid) returns boolean language sql stable set search_path = public, pg_temp as $$
    select exists (select from consents
            where customer_id = p_customer and purpose = 'marketing' and withdrawn_at is null)
        and not exists (select from addresses
            where customer_id = p_customer and trust <> 'withdrawn' and opted_out_at is not null)
$$;

-- Forgets what somebody was sent by broadcasts, and what waits for the morning.
create function erase_broadcasts(p_customer uuid)
returns void language sql volatile security definer set search_path = public, pg_temp as $$
    delete from broadcast_recipients where customer_id = p_customer;
    delete from held_notices where customer_id = p_customer;
$$;

-- Forgets who was sent a broadcast that ended before a moment; returns how many.
create function forget_recipients(p_before timestamptz, p_most int)
returns int language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_many int;
begin
    delete from broadcast_recipients where ctid = any (array(
        select r.ctid from broadcast_recipients r join broadcasts b on b.id = r.broadcast_id
        where b.ended_at < p_before limit p_most));
    get diagnostics v_many = row_count;
    return v_many;
end $$;

revoke execute on function erase_broadcasts, forget_recipients from public;
grant execute on function gather_broadcast, wants_news, forget_recipients to wekeza_app;
