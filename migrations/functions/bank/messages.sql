-- What leaves the house, and when.

-- Take up to `p_most` rows of a number, as far as its rate allows. Tokens and rows are taken by one
-- statement, so no process can send beyond the rate. A row is next when it is the first unfinished one
-- of its contact: one message in flight per contact. A plan is often made while the table is empty and
-- must serve when it is full, so the planner is led along the right index, come what may: by settings,
-- by a subquery that cannot become a join, and by `not in`, which no partial index answers.
create function lease_outbox(
    p_sender text, p_most int, p_lease uuid, p_until timestamptz, p_resting text[],
    p_recovery_seconds int, p_now timestamptz)
returns setof outbox language plpgsql
set search_path = public, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
set enable_hashjoin = off set enable_mergejoin = off as $$
begin
    return query
    with bucket as materialized (
        select key, least(rate, allowed + rate * age / p_recovery_seconds) as allowed,
            least(burst, tokens + allowed * age) as tokens, refilled_at
        from (
            select s.*, greatest(0, extract(epoch from p_now - refilled_at)) as age
            from senders s where key = p_sender for update
        ) s
    ), next as (
        select o.id from outbox o
        where o.sender = p_sender and o.status = 'queued' and o.due_at <= p_now
            and o.contact <> all(p_resting)
            and o.id = (
                select first.id from outbox first
                where first.sender = o.sender and first.contact = o.contact
                    and first.status in ('queued', 'leased')
                order by first.id limit 1)
        order by o.priority, o.id
        limit (select greatest(0, least(p_most, floor(tokens))) from bucket)
    ), leased as (
        update outbox o set status = 'leased', lease = p_lease, leased_until = p_until,
            attempts = attempts + 1
        from next where o.id = next.id and o.status not in ('leased', 'sent', 'dead')
        returning o.*
    ), spent as (
        update senders s set allowed = bucket.allowed,
            tokens = bucket.tokens - (select count(*) from leased),
            refilled_at = greatest(bucket.refilled_at, p_now)
        from bucket where s.key = bucket.key and exists (select 1 from leased)
    )
    select * from leased;
end $$;

-- Record what a provider took, even when the lease has run out: it is a fact either way. As above, the
-- planner is kept from reading whole tables for a few rows of each.
create function record_taken(p_told jsonb, p_now timestamptz) returns void language plpgsql
set search_path = public, pg_temp
set enable_seqscan = off set enable_bitmapscan = off
set enable_hashjoin = off set enable_mergejoin = off as $$
begin
    with told as materialized (
        select * from jsonb_to_recordset(p_told) as t(
            id bigint, message_id uuid, provider_id text, segments smallint, content bytea)
    ), said as (
        update messages m set
            status = case when message_rank(status) < message_rank('sent') then 'sent'
                else status end,
            provider_message_id = coalesce(m.provider_message_id, t.provider_id),
            segments = t.segments, content = coalesce(m.content, t.content),
            sent_at = coalesce(m.sent_at, p_now)
        from told t where m.id = t.message_id
    )
    update outbox o set status = 'sent', lease = null, leased_until = null, error = null,
        finished_at = p_now
    from told t
    where o.id = t.id and o.message_id = t.message_id and o.status not in ('sent', 'dead');
end $$;

-- The numbers with a row that could leave now, and since when their next one could.
create function waiting_senders(p_now timestamptz)
returns table (sender text, since timestamptz) language sql stable
set search_path = public, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
set enable_hashjoin = off set enable_mergejoin = off as $$
    select s.key, o.since from senders s
    cross join lateral (
        select o.due_at as since from outbox o
        where o.sender = s.key and o.status = 'queued' and o.due_at <= p_now
            and o.id = (
                select first.id from outbox first
                where first.sender = o.sender and first.contact = o.contact
                    and first.status in ('queued', 'leased')
                order by first.id limit 1)
        order by o.priority, o.id limit 1
    ) o
$$;

-- Messages climb to the highest rung they were told of, and never down, whatever order receipts come in.
-- Who has read a message has got it too. Rows are taken in the order of their ids, by a nested loop over
-- sorted receipts, so that batches which meet wait for each other and do not lock each other out.
create function climb(p_told receipts[]) returns int language plpgsql
set search_path = public, pg_temp
set enable_seqscan = off set enable_bitmapscan = off
set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    moved int;
begin
    with highest as materialized (
        select distinct on (m.id) m.id as message, r.*
        from unnest(p_told) r
        join messages m on m.provider = r.provider and m.provider_message_id = r.provider_message_id
        where not m.is_inbound
        order by m.id, message_rank(r.status) desc
    )
    update messages m set
        status = r.status,
        error_code = case when r.status = 'failed' then nullif(r.code, '') end,
        failed_at = case when r.status = 'failed' then r.received_at end,
        sent_at = coalesce(m.sent_at, case when r.status <> 'failed' then r.received_at end),
        delivered_at = coalesce(m.delivered_at,
            case when r.status in ('delivered', 'read') then r.received_at end),
        read_at = coalesce(m.read_at, case when r.status = 'read' then r.received_at end)
    from highest r
    where m.id = r.message and message_rank(r.status) > message_rank(m.status);
    get diagnostics moved = row_count;
    return moved;
end $$;

-- Write down what providers say, each word once, and move the messages that are known; the others' words
-- wait. Of two words on one message and rung the first counts. Returns how many messages moved. Where a
-- provider hands our own id back, its word also tells that it has a message whose taking nobody wrote down:
-- that one is not sent again.
create function receive_receipts(p_told jsonb, p_now timestamptz) returns int language plpgsql
set search_path = public, pg_temp
set enable_seqscan = off set enable_bitmapscan = off
set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    known receipts[];
begin
    if p_told @? '$[*] ? (@.ours != null)' then
        with named as (
            update messages m set provider_message_id = t.message_id
            from jsonb_to_recordset(p_told) as t(provider text, message_id text, ours uuid)
            where m.id = t.ours and m.provider = t.provider and not m.is_inbound
                and m.provider_message_id is null
            returning m.id
        )
        update outbox o set status = 'sent', lease = null, leased_until = null, error = null,
            finished_at = p_now
        from named where o.message_id = named.id and o.status in ('queued', 'leased');
    end if;
    with fresh as (
        insert into receipts (provider, provider_message_id, status, code, fate, received_at, applied,
            judged)
        select t.provider, t.message_id, t.status, t.code, t.fate, p_now, m.id is not null,
            t.fate is null
        from rows from (jsonb_to_recordset(p_told) as (
            provider text, message_id text, status text, code text, fate text))
            with ordinality as t(provider, message_id, status, code, fate, place)
        left join messages m on m.provider = t.provider and m.provider_message_id = t.message_id
        order by t.provider, t.message_id, t.status, t.place
        on conflict do nothing
        returning *
    )
    select array_agg(r) into known from fresh r where r.applied;
    return climb(known);
end $$;

-- Apply up to `p_most` receipts, heard since `p_since`, that overtook the record of their message.
-- Returns how many were applied.
create function apply_receipts(p_since timestamptz, p_most int) returns int language plpgsql
set search_path = public, pg_temp
set enable_seqscan = off set enable_bitmapscan = off
set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    known receipts[];
begin
    with found as materialized (
        select r.provider, r.provider_message_id, r.status from receipts r
        where not r.applied and r.received_at > p_since and exists (
            select 1 from messages m
            where m.provider = r.provider and m.provider_message_id = r.provider_message_id)
        order by r.received_at limit p_most for update skip locked
    ), done as (
        update receipts r set applied = true from found
        where r.provider = found.provider and r.status = found.status
            and r.provider_message_id = found.provider_message_id
        returning r.*
    )
    select array_agg(r) into known from done r;
    perform climb(known);
    return coalesce(cardinality(known), 0);
end $$;

grant execute on function lease_outbox(text, int, uuid, timestamptz, text[], int, timestamptz),
    waiting_senders(timestamptz), record_taken(jsonb, timestamptz), climb(receipts[]),
    receive_receipts(jsonb, timestamptz), apply_receipts(timestamptz, int) to wekeza_app;
