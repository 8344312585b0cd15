-- What is kept for a time only: words, and rows that nobody needs any more. How long each is kept is said by
-- core/crm/retention.py; here is how it goes. Rows are found by their ids, which sort by time (UUID
-- version 7, RFC 9562), so none of this needs an index of its own.

-- The first id of a moment.
create function first_id(p_at timestamptz) returns uuid language sql immutable parallel safe as $$
    select (lpad(to_hex(floor(extract(epoch from p_at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- Forgets the words of the next messages after an id, and returns the last id looked at; null at the end.
-- That something was said, when, and whether it arrived stays.
create function forget_words(p_after uuid, p_before timestamptz, p_most int)
returns uuid language sql volatile security definer set search_path = public, pg_temp as $$
    with batch as materialized (
        select id from messages where id > p_after and id < first_id(p_before) order by id limit p_most
    ), forgotten as (
        update messages m set content = null, media_url = null from batch b
        where m.id = b.id and m.created_at < p_before and (m.content is not null or m.media_url is not null)
    )
    select id from batch order by id desc limit 1
$$;

-- The same for replies that are kept so that a message delivered twice is answered the same.
create function forget_replies(p_after uuid, p_before timestamptz, p_most int)
returns uuid language sql volatile security definer set search_path = public, pg_temp as $$
    with batch as materialized (
        select provider, provider_id, correlation from inbox
        where correlation > p_after and correlation < first_id(p_before) order by correlation limit p_most
    ), forgotten as (
        update inbox i set reply = null from batch b
        where (i.provider, i.provider_id) = (b.provider, b.provider_id)
            and i.received_at < p_before and i.reply is not null and i.state <> 'calling'
    )
    select correlation from batch order by correlation desc limit 1
$$;

-- Deletes the oldest rows of one kind from before a moment, and returns how many.
create function forget_rows(p_what text, p_before timestamptz, p_most int)
returns int language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_many int;
begin
    case p_what
    when 'codes' then
        delete from one_time_codes where id in (
            select id from one_time_codes where id < first_id(p_before) and created_at < p_before
            order by id limit p_most);
    when 'lock tries' then
        delete from lock_tries where id in (
            select id from lock_tries where id < first_id(p_before) and at < p_before
            order by id limit p_most);
    when 'interactions' then
        delete from interactions where id in (
            select id from interactions where id < first_id(p_before) and date < p_before
            order by id limit p_most);
    when 'feelings' then
        delete from sentiment_analysis where id in (
            select id from sentiment_analysis where id < first_id(p_before) and analyzed_date < p_before
            order by id limit p_most);
    when 'next actions' then
        delete from next_best_actions where id in (
            select id from next_best_actions where is_completed and completed_at < p_before
            order by completed_at limit p_most);
    when 'sessions' then
        delete from staff_sessions where id in (
            select s.id from staff_sessions s
            where s.id < first_id(p_before) and s.ended_at < p_before
                and not exists (select from refresh_tokens t where t.session_id = s.id)
            order by s.id limit p_most);
    when 'parked' then
        delete from parked where id in (
            select id from parked where id < first_id(p_before) and settled_at < p_before
            order by id limit p_most);
    when 'undeliverable' then
        delete from outbox where id in (
            select id from outbox where status = 'dead' and finished_at < p_before order by id limit p_most);
    end case;
    get diagnostics v_many = row_count;
    return v_many;
end $$;

revoke execute on function forget_words, forget_replies, forget_rows from public;
grant execute on function first_id, forget_words, forget_replies, forget_rows to wekeza_app;
