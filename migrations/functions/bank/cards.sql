-- Forgetting what cards tell of people, and numbers that nobody needs any more.

-- Where a customer's cards went, what their PINs were, and what their scheme was asked. That there were cards, when
-- and what became of them stays; the numbers go with who the customer was. May be run again.
create function erase_cards(p_customer uuid, p_identity boolean) returns void
language sql volatile security definer set search_path = public, pg_temp as $$
    update card_deliveries set destination = null
        where destination is not null and card_id in (select card_id from cards where customer_id = p_customer);
    delete from card_pins where card_id in (select card_id from cards where customer_id = p_customer);
    delete from card_reveals where customer_id = p_customer;
    delete from card_vault
        where p_identity and card_id in (select card_id from cards where customer_id = p_customer);
    update partner_orders set body = null
        where body is not null and finished_at is not null and subject = 'card'
            and subject_id in (select card_id from cards where customer_id = p_customer);
$$;

-- Deletes numbers of cards that ended before a moment, the first to end first, and returns how many: by then nobody
-- can dispute what was paid with them.
create function forget_card_numbers(p_before timestamptz, p_most int) returns int
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_many int;
begin
    delete from card_vault where card_id in (
        select c.card_id from cards c join card_vault v on v.card_id = c.card_id
        where c.status in ('lost', 'stolen', 'closed', 'replaced') and c.status_at < p_before
        order by c.status_at limit p_most);
    get diagnostics v_many = row_count;
    return v_many;
end $$;

-- Deletes chances to see a number that are over since before a moment, and returns how many.
create function forget_card_reveals(p_before timestamptz, p_most int) returns int
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_many int;
begin
    delete from card_reveals where id in (
        select id from card_reveals where id < first_id(p_before) and created_at < p_before order by id limit p_most);
    get diagnostics v_many = row_count;
    return v_many;
end $$;

revoke execute on function erase_cards, forget_card_numbers, forget_card_reveals from public;
grant execute on function forget_card_numbers, forget_card_reveals to wekeza_app;
