-- Forgetting a customer who has left.

-- Whether something of a customer is not over, so that who they are must be known until it is: a case, a dispute about
-- a card, or what compliance has in hand. Which of them is told to nobody (tipping off), and so not whether, either.
create function erasure_held(p_customer uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from cases where customer_id = p_customer and closed_at is null)
        or exists (select from card_disputes where customer_id = p_customer and ended_at is null)
        or aml_held(p_customer)
$$;

-- Who was forgotten, whose wallets were all closed by a moment, and of whom nothing is held any more; the one asked for,
-- or some of all.
create function erasures_due(p_customer uuid, p_until timestamptz, p_most int) returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select c.id from customers c
    where c.updated_by = 'erasure' and c.name_index <> '{}' and c.id = coalesce(p_customer, c.id)
        and not exists (
            select from ledger_accounts a join account_status_changes s on s.account_id = a.account_id
            where a.owner = c.id and s.after = 'closed' and s.at > p_until)
        and not erasure_held(c.id)
    order by c.id limit p_most
$$;

-- Takes away what a customer can be reached by and what was said with them, whom they saved and what they
-- called things; the words of cases are the house's to overwrite. With p_identity also who they were, and what was
-- suspected of them, unless that is held; their names are then the sealed words given. Ids, amounts and times of the
-- book stay everywhere.
-- Whatever a customer's row has that nobody needs any more is emptied, also columns that come later:
-- what stays is named here. May be run again.
create function erase_customer(
    p_customer uuid, p_identity boolean, p_first_name bytea, p_last_name bytea, p_by text, p_now timestamptz)
returns void language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_tokens text[];
    v_talks  uuid[];
    v_kept   text[] := '{first_name,last_name,segment,kyc_status,is_active,created_at,created_by,updated_at,
                         updated_by,country,language,home_currency,tier,default_wallet}';
    v_empty  text;
begin
    p_identity := p_identity and not erasure_held(p_customer);
    select array_agg(known) into v_tokens from (
        select address from addresses where customer_id = p_customer
        union select phone_index from customers where id = p_customer) a (known)
    where known is not null;
    select string_agg(format('%I = null', attname), ', ') into v_empty from pg_attribute
    where attrelid = 'customers'::regclass and attnum > 0 and not attisdropped and not attnotnull
        and attname <> all (v_kept)
        and (p_identity or attname not in ('id_number', 'id_number_index', 'date_of_birth'));
    execute format('update customers set %s, is_active = false, updated_by = $2, updated_at = $3
                    where id = $1', v_empty) using p_customer, p_by, p_now;
    if p_identity then
        update customers set first_name = p_first_name, last_name = p_last_name, name_index = '{}'
            where id = p_customer;
    end if;

    select array_agg(id) into v_talks from conversations where address = any (v_tokens);
    update inbox set reply = null where conversation_id = any (v_talks);
    delete from interactions where customer_id = p_customer or conversation_id = any (v_talks);
    delete from outbox where contact = any (v_tokens);
    -- What came with a file keeps that much; the file itself is deleted by the job that finds it leaving.
    update media set state = case when path is null then 'gone' else 'leaving' end, url = id::text
        where message_id in (
            select id from messages where customer_id = p_customer or conversation_id = any (v_talks));
    update messages set content = null, media_url = null
        where (customer_id = p_customer or conversation_id = any (v_talks))
            and (content is not null or media_url is not null);
    delete from conversations where id = any (v_talks);

    update transfers set note = null where from_customer = p_customer and note is not null;
    update waiting_transfers set note = null where payer = p_customer and note is not null;
    update held_transfers set note = null where payer = p_customer and note is not null;
    update money_requests set note = null,
            status = case status when 'open' then 'cancelled' else status end,
            ended_at = coalesce(ended_at, p_now)
        where p_customer in (asker, asked) and (note is not null or status = 'open');
    -- That money came, when and how much stays; who paid it and what they wrote goes, once it is decided whose it is.
    update incoming_payments set payer = null, payee = null
        where customer_id = p_customer and status not in ('held', 'returning')
            and (payer is not null or payee is not null);
    update bank_agents set status = 'closed', updated_at = p_now
        where customer_id = p_customer and status <> 'closed';
    update payment_plans set details = null, due_at = null, ahead_at = null,
            status = case when status in ('active', 'paused') then 'dropped' else status end,
            ended_at = coalesce(ended_at, p_now)
        where customer_id = p_customer and details is not null;
    update settlements set note = null where customer_id = p_customer and note is not null;
    -- Whom money was paid to is kept for as long as who paid it (the law wants both).
    if p_identity then
        update settlements set account_no = null, payee_name = null, reason_words = null
            where customer_id = p_customer and ended_at is not null;
    end if;
    delete from payout_destinations where customer_id = p_customer;
    -- The same for airtime and bills; nobody needs the token of a meter once it is told.
    update bill_payments set holder = null, token = null
        where customer_id = p_customer and ended_at is not null and (holder is not null or token is not null);
    if p_identity then
        update bill_payments set account = null
            where customer_id = p_customer and ended_at is not null and account is not null;
    end if;
    -- What partners were asked, and told us, about any of it: it has its month, unless its customer leaves.
    with forgotten as (
        update partner_orders set body = null
        where body is not null and finished_at is not null
            and subject in ('airtime', 'bill', 'settlement', 'deposit') and subject_id in (
                select id from bill_payments where customer_id = p_customer
                union all select settlement_id from settlements where customer_id = p_customer
                union all select id from deposits where customer_id = p_customer)
        returning id)
    update payment_notices n set body = null from forgotten f where n.order_id = f.id and n.body is not null;
    delete from beneficiaries where p_customer in (customer_id, payee);
    delete from blocked_askers where p_customer in (customer_id, asker);
    delete from wallet_labels where customer_id = p_customer;
    delete from rate_alerts where customer_id = p_customer;
    delete from alert_choices where customer_id = p_customer;
    update cases set address = null where customer_id = p_customer and address is not null;
    perform erase_handover(p_customer);
    perform erase_broadcasts(p_customer);
    perform erase_kyc(p_customer, p_identity, p_now);
    perform erase_cards(p_customer, p_identity);
    perform erase_insight(p_customer);
    perform erase_card_payments(p_customer);
    if p_identity then
        perform erase_watch(p_customer);
        perform erase_monitoring(p_customer);
        perform erase_aml(p_customer);
        perform erase_screening(p_customer);
    end if;
    -- Their files are deleted by the job that finds them expired.
    update documents set expires_at = greatest(created_at, p_now)
        where customer_id = p_customer and status <> 'gone' and expires_at > p_now;

    delete from mails where customer_id = p_customer;
    delete from one_time_codes
        where customer_id = p_customer or address = any (v_tokens) or sent_to = any (v_tokens);
    delete from lock_tries where address = any (v_tokens);
    delete from pins where customer_id = p_customer;
    update addresses set customer_id = null, trust = 'withdrawn', trusted_at = null
        where customer_id = p_customer;
    delete from contact_points p where p.token = any (v_tokens) and not exists (
        select from customers c where c.phone_index = p.token);
end $$;

-- Puts other sealed words in place of what staff wrote when they asked for something or decided it. That
-- they did, when, and what came of it stays.
create function erase_reasons(p_approvals uuid[], p_reasons bytea[], p_decisions bytea[])
returns void language sql volatile security definer set search_path = public, pg_temp as $$
    update approvals a set reason = v.reason,
        decision = case when a.decision is not null then v.decision end
    from unnest(p_approvals, p_reasons, p_decisions) as v(id, reason, decision) where a.id = v.id
$$;

revoke execute on function erasure_held, erasures_due, erase_customer, erase_reasons from public;
grant execute on function erasures_due, erase_customer, erase_reasons to wekeza_app;
