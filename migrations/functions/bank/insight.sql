-- Forgets what was worked out of a customer, proposed for them, and how they sounded. What of it was counted for all
-- customers together stays.
create function erase_insight(p_customer uuid) returns void
language sql volatile security definer set search_path = public, pg_temp as $$
    delete from next_best_actions where customer_id = p_customer;
    delete from customer_earnings where customer_id = p_customer;
    delete from sentiment_analysis where customer_id = p_customer
        or case_id in (select id from cases where customer_id = p_customer);
$$;
revoke execute on function erase_insight from public;
