-- When customers are left in peace.

-- Returns when the quiet hours of a country that hold at a moment are over; null where they do not hold.
create function quiet_until(p_country text, p_now timestamptz) returns timestamptz language sql stable parallel safe
set search_path = public, pg_temp as $$
    select (day + case when begins > ends and clock >= begins then 1 else 0 end + ends) at time zone timezone
    from (
        select q.begins, q.ends, n.timezone, (p_now at time zone n.timezone)::date as day,
            (p_now at time zone n.timezone)::time as clock
        from quiet_hours q join countries n on n.code = q.country
        where q.country = p_country
    ) there
    where case when begins < ends then clock >= begins and clock < ends else clock >= begins or clock < ends end
$$;

-- Keeps a notice until its customer's quiet hours are over; returns whether they hold.
create function hold_notice(
    p_customer uuid, p_channel text, p_address text, p_service boolean, p_message uuid, p_payload bytea,
    p_expires_at timestamptz, p_correlation uuid, p_now timestamptz)
returns boolean language sql volatile set search_path = public, pg_temp as $$
    with held as (
        insert into held_notices (message_id, customer_id, channel, address, service, payload, due_at, expires_at,
            correlation, held_at)
        select p_message, p_customer, p_channel, p_address, p_service, p_payload, quiet, p_expires_at, p_correlation,
            p_now
        from (select quiet_until(c.country, p_now) as quiet from customers c where c.id = p_customer) night
        where quiet is not null
        returning 1
    )
    select exists (select from held)
$$;

grant execute on function quiet_until, hold_notice to wekeza_app;
