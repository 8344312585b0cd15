-- Screening all customers again: what is new on the lists, who is next, and what was found of many at once.

-- Bands that hold, as `screening_look` tells them.
create function screening_held() returns jsonb language sql stable set search_path = public, pg_temp as $$
    select jsonb_object_agg(b.kind, jsonb_build_array(b.review, b.block))
      from (select distinct on (kind) kind, review, block from screening_bands order by kind, since desc) b
$$;

-- Hits on entries that ended, or say something else now, are let go of while nobody has decided them; returns how many.
create function screening_let_go(p_now timestamptz) returns int
language plpgsql volatile set search_path = public, pg_temp as $$
declare
    v_customers uuid[];
    v_many int;
begin
    with ended as (
        update screening_hits k set status = 'gone', decided_at = p_now
         where k.status = 'open' and k.entry is distinct from (
            select string_agg(e.entry_id::text, '+' order by e.entry_id) from screening_entries e
             where e.family = k.family and e.key = k.key and e.last_version is null)
        returning k.subject_id, k.customer_id
    )
    select count(*), array_agg(distinct e.customer_id) into v_many, v_customers
      from ended e join screening_subjects s on s.id = e.subject_id and s.subject = 'customer';
    perform screening_stand(t.customer_id, t.subject_id, t.state_id, p_now)
       from screening_standings t where t.customer_id = any(v_customers);
    return v_many;
end $$;

-- The run under way, begun anew with everything when that is asked for; else a new one, when the lists say something that the last run has not seen, or when everything
-- is asked for. None otherwise. What a new run is about excludes what ended, which is let go of here.
create function screening_begin(p_id uuid, p_all boolean, p_now timestamptz, p_correlation uuid)
returns setof screening_runs language plpgsql volatile set search_path = public, pg_temp as $$
declare
    v_state int := (select max(state_id) from screening_states);
    v_seen int;
begin
    perform pg_advisory_xact_lock(hashtextextended('screening run', 0));
    update screening_runs set since_state = null, after = null where ended_at is null and p_all;
    return query select * from screening_runs where ended_at is null;
    if found then
        return;
    end if;
    select coalesce(max(state_id), (select min(state_id) from screening_states)) into v_seen from screening_runs;
    if v_seen = v_state and not p_all then
        return;
    end if;
    perform screening_let_go(p_now);
    return query
        insert into screening_runs (run_id, state_id, since_state, began_at, correlation)
        values (p_id, v_state, case when p_all then null else v_seen end, p_now, p_correlation)
        returning *;
end $$;

-- Names of entries that began, or of which any list says something else, since a state; null: all names there are.
create function screening_news(p_since int)
returns table (
    entry_id bigint, family text, key text, entry text, list_kind text, kind text, name text, quality text,
    born daterange[], countries text[], places text[]
) language sql stable set search_path = public, pg_temp as $$
    with since as (
        select lists from screening_states where state_id = p_since
    ), changed as materialized (
        select distinct e.family, e.key from screening_entries e
         where p_since is null and e.last_version is null
            or e.first_version > coalesce((select (lists ->> e.list_id)::int from since), 0)
            or e.last_version > coalesce((select (lists ->> e.list_id)::int from since), 0)
    ), held as (
        select e.*, string_agg(e.entry_id::text, '+') over (
                   partition by e.family, e.key order by e.entry_id
                   rows between unbounded preceding and unbounded following) as version
          from screening_entries e join changed c on c.family = e.family and c.key = e.key
         where e.last_version is null
    )
    select h.entry_id, h.family, h.key, h.version, l.kind, coalesce(o.kind, h.kind), n.name, n.quality,
           coalesce(o.born, h.born), coalesce(o.countries, h.countries), coalesce(o.places, h.places)
      from held h
      join screening_lists l on l.list_id = h.list_id
      left join held o on o.list_id = h.family and o.family = h.family and o.key = h.key
      join screening_names n on n.entry_id = h.entry_id and n.form is not null
     order by h.entry_id, n.n
$$;

-- The next subjects of a run in their order, and which of them are due: customers who bank here, as they are now, payees
-- who are saved, billers, payers of money that is held, and whoever was party of a payment within a year.
create function screening_next(p_run uuid, p_most int) returns table (id uuid, party bytea, due boolean)
language sql stable set search_path = public, pg_temp as $$
    with page as materialized (
        select s.* from screening_subjects s
         where s.id > coalesce((select r.after from screening_runs r where r.run_id = p_run),
                               '00000000-0000-0000-0000-000000000000')
         order by s.id limit p_most
    )
    select s.id, s.party, s.party is not null and c.is_active is not false and case s.subject
               when 'customer' then exists (
                   select from screening_standings t where t.customer_id = s.subject_id and t.subject_id = s.id)
               else (s.at > r.began_at - interval '1 year'
                     or exists (select from payout_destinations d where d.party_id = s.subject_id)
                     or exists (select from payment_plans p
                                 where p.party_id = s.subject_id and p.status in ('active', 'paused'))
                     or exists (select from billers b where b.party_id = s.subject_id and b.active)
                     or exists (select from held_receipts h join incoming_payments i on i.id = h.payment_id
                                 where h.party_id = s.subject_id and i.status = 'held')) and not exists (
                   select from screening_subjects n
                    where n.subject = s.subject and n.subject_id = s.subject_id and (n.at, n.id) > (s.at, s.id)) end
      from page s
      join screening_runs r on r.run_id = p_run and r.ended_at is null
      left join customers c on c.id = s.customer_id
     order by s.id
$$;

-- Keeps a batch of a run: a screening each, their hits, where customers among them stand, and how far the run has come.
-- Nothing when it has not come as far as `p_after`: somebody else was quicker. Returns how many subjects it kept. Who
-- was compared as somebody else meanwhile has a newer screening, and their hits here would be of nobody any more.
create function screening_note_many(
    p_run uuid, p_after uuid, p_until uuid, p_ids uuid[], p_subjects uuid[], p_candidates int[], p_tops numeric[], p_hits jsonb,
    p_explained bytea[], p_now timestamptz, p_correlation uuid
) returns int language plpgsql volatile set search_path = public, pg_temp as $$
declare
    v_run screening_runs := (select r from screening_runs r where r.run_id = p_run for update);
    v_hits int := jsonb_array_length(p_hits);
begin
    if v_run.after is distinct from p_after or v_run.ended_at is not null then
        return 0;
    end if;
    with told as materialized (
        select row_number() over () as n, h.* from jsonb_to_recordset(p_hits) as h (
            place int, id uuid, family text, key text, entry text, entry_id bigint, score numeric, band text)
    )
    insert into screening_hits (id, subject_id, family, key, entry, entry_id, customer_id, score, band, explained,
                                found_at)
    select t.id, s.id, t.family, t.key, t.entry, t.entry_id, s.customer_id, t.score, t.band, p_explained[t.n], p_now
      from told t join screening_subjects s on s.id = p_subjects[t.place]
     where s.subject <> 'customer' or exists (select from screening_standings x where x.subject_id = s.id)
    on conflict do nothing;
    update screening_hits k set status = 'open', decided_at = null
      from jsonb_to_recordset(p_hits) as h (place int, family text, key text, entry text)
     where k.subject_id = p_subjects[h.place] and (k.family, k.key, k.entry) = (h.family, h.key, h.entry)
       and k.status = 'gone';
    insert into screenings (id, subject_id, state_id, run_id, why, candidates, top, band, hits, at, correlation)
    select g.id, g.subject_id, v_run.state_id, p_run, 'list_changed', g.candidates, g.top,
           coalesce(k.band, 'clear'), coalesce(k.hits, '{}'), p_now, p_correlation
      from unnest(p_ids, p_subjects, p_candidates, p_tops) as g (id, subject_id, candidates, top)
      left join (
        select x.subject_id, array_agg(x.id) as hits,
               case when bool_or(x.status = 'true_match' or x.status = 'open' and x.band = 'block') then 'block'
                    when bool_or(x.status = 'open') then 'review' else 'clear' end as band
          from jsonb_to_recordset(p_hits) as h (place int, family text, key text, entry text)
          join screening_hits x on x.subject_id = p_subjects[h.place]
           and (x.family, x.key, x.entry) = (h.family, h.key, h.entry)
         group by x.subject_id) k on k.subject_id = g.subject_id;
    update screening_standings t set state_id = v_run.state_id, screened_at = p_now
      from unnest(p_subjects) as s (id) where t.subject_id = s.id;
    if v_hits > 0 then
        perform screening_stand(s.subject_id, s.id, v_run.state_id, p_now)
           from (select distinct place from jsonb_to_recordset(p_hits) as h (place int)) h
           join screening_subjects s on s.id = p_subjects[h.place] and s.subject = 'customer';
    end if;
    update screening_runs set after = p_until, subjects = subjects + cardinality(p_subjects),
        hits = hits + v_hits where run_id = p_run;
    return cardinality(p_subjects);
end $$;

create function screening_end(p_run uuid, p_now timestamptz) returns void
language sql volatile set search_path = public, pg_temp as $$
    update screening_runs set ended_at = p_now where run_id = p_run and ended_at is null
$$;

revoke execute on function screening_held, screening_let_go, screening_begin, screening_news, screening_next,
    screening_note_many, screening_end from public;
grant execute on function screening_held, screening_let_go, screening_begin, screening_news, screening_next,
    screening_note_many, screening_end to wekeza_app;

-- Forgets who was compared, and why it was a hit, of subjects last compared before a moment; returns how many. That
-- they were compared, and what was decided, stays. Whoever banks here is compared anew before that.
create function screening_forget(p_before timestamptz, p_most int) returns int
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_many int;
begin
    with old as materialized (
        select s.id from screening_subjects s
         where s.party is not null and s.id < first_id(p_before) and s.at < p_before
           and not exists (select from screenings x where x.subject_id = s.id and x.at >= p_before)
           and not exists (select from screening_standings t where t.subject_id = s.id)
           and not aml_held(s.customer_id)                 -- it may be needed yet
         order by s.id limit p_most
    ), parts as (
        update screening_hits h set explained = null from old where h.subject_id = old.id and h.explained is not null
    )
    update screening_subjects s set party = null from old where s.id = old.id;
    get diagnostics v_many = row_count;
    return v_many;
end $$;
revoke execute on function screening_forget from public;
grant execute on function screening_forget to wekeza_app;
