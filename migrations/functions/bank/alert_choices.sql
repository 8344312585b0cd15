-- What customers want to be told of.

-- Returns whether somebody wants to be told that others sent them so much; whoever chose nothing does. An amount they
-- chose counts in its own currency alone.
create function wants_money_in(p_customer uuid, p_amount bigint, p_currency text) returns boolean
language sql stable set search_path = public, pg_temp as $$
    select not exists (select from alert_choices
        where customer_id = p_customer and kind = 'received'
            and (amount is null or currency = p_currency and p_amount < amount))
$$;

grant execute on function wants_money_in to wekeza_app;
