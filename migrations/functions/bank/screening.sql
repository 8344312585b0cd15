-- Screening: candidates for a name, and what is kept of a comparison.

-- Until a session has used the extension its parameter is nobody's, and only a superuser may set that.
select similarity('', '');

-- The list state and bands of now, with each of the names most like one: never more than `p_most`, the likest first,
-- and one row without a name when there is none. `p_sound` is given instead where a script tells no vowels.
create function screening_look(p_form text, p_sound text, p_most int)
returns table (
    state_id int, bands jsonb, entry_id bigint, family text, key text, entry text, list_kind text, kind text,
    name text, quality text, form text, sound text, born daterange[], countries text[], places text[],
    programme text
) language sql stable
set search_path = public, pg_temp set pg_trgm.similarity_threshold = 0.3 as $$
    with alike as materialized (
        select n.entry_id, n.name, n.quality, n.form, n.sound, similarity(n.form, p_form) as near
          from screening_names n where p_sound is null and n.form % p_form
        union all
        select n.entry_id, n.name, n.quality, n.form, n.sound, similarity(n.sound, p_sound)
          from screening_names n where p_sound is not null and n.sound % p_sound
    ), best as materialized (
        select * from alike order by near desc, entry_id, name limit p_most
    ), held as (
        select screening_held() as bands
    )
    select (select max(s.state_id) from screening_states s), h.bands, e.entry_id, e.family, e.key, v.entry, l.kind,
           coalesce(o.kind, e.kind), b.name, b.quality, b.form, b.sound, coalesce(o.born, e.born),
           coalesce(o.countries, e.countries), coalesce(o.places, e.places), coalesce(o.programme, e.programme)
      from held h
      left join best b on true
      left join screening_entries e on e.entry_id = b.entry_id
      left join screening_lists l on l.list_id = e.list_id
      -- What else the list that owns the key tells of the same entry.
      left join screening_entries o
        on o.list_id = e.family and o.family = e.family and o.key = e.key and o.last_version is null
      left join lateral (
        select string_agg(x.entry_id::text, '+' order by x.entry_id) as entry
          from screening_entries x
         where x.family = e.family and x.key = e.key and x.last_version is null) v on true
     order by b.near desc, e.entry_id, b.name
$$;

-- Keeps one comparison: the subject's version, its hits, the screening itself and, for a customer, where they stand.
-- `p_hits` are rows of id, family, key, entry, entry_id, score, band, and `p_explained` their sealed parts. Returns
-- each of the hits as it is kept, which may be one of before, with what was decided; and the band that counts.
create function screening_note(
    p_id uuid, p_version uuid, p_subject text, p_subject_id uuid, p_customer uuid, p_fingerprint text, p_party bytea,
    p_state int, p_why text, p_candidates int, p_top numeric, p_hits jsonb, p_explained bytea[], p_now timestamptz,
    p_correlation uuid
) returns table (place int, hit_id uuid, status text, band text) language plpgsql volatile
set search_path = public, pg_temp as $$
declare
    v_version uuid;
    v_hits uuid[];
    v_band text;
begin
    insert into screening_subjects (id, subject, subject_id, customer_id, fingerprint, party, at)
    values (p_version, p_subject, p_subject_id, p_customer, p_fingerprint, p_party, p_now)
    on conflict (subject, subject_id, fingerprint) do update set at = excluded.at returning id into v_version;
    insert into screening_hits (id, subject_id, family, key, entry, entry_id, customer_id, score, band, explained, found_at)
    select h.id, v_version, h.family, h.key, h.entry, h.entry_id, p_customer, h.score, h.band, p_explained[h.place], p_now
      from jsonb_to_recordset(p_hits) as h (place int, id uuid, family text, key text, entry text, entry_id bigint,
                                            score numeric, band text)
    on conflict do nothing;
    -- One that was gone has come back: the subject is again as it was.
    update screening_hits k set status = 'open', decided_at = null
      from jsonb_to_recordset(p_hits) as h (family text, key text, entry text)
     where k.subject_id = v_version and (k.family, k.key, k.entry) = (h.family, h.key, h.entry) and k.status = 'gone';
    select coalesce(array_agg(k.id), '{}'), coalesce(max(k.band) filter (where k.status <> 'false_positive'), 'clear')
      into v_hits, v_band
      from jsonb_to_recordset(p_hits) as h (family text, key text, entry text)
      join screening_hits k on k.subject_id = v_version and (k.family, k.key, k.entry) = (h.family, h.key, h.entry);
    if v_band <> 'clear' then           -- 'block' sorts before 'review', and so does not win by itself
        select case when bool_or(k.band = 'block' or k.status = 'true_match') then 'block' else 'review' end
          into v_band from screening_hits k where k.id = any(v_hits) and k.status <> 'false_positive';
    end if;
    update screening_hits k set status = 'gone', decided_at = p_now
      from screening_subjects s
     where s.subject = p_subject and s.subject_id = p_subject_id and k.subject_id = s.id and k.status = 'open'
       and k.id <> all(v_hits);
    insert into screenings (id, subject_id, state_id, why, candidates, top, band, hits, at, correlation)
    values (p_id, v_version, p_state, p_why, p_candidates, p_top, v_band, v_hits, p_now, p_correlation);
    if p_subject = 'customer' then
        perform screening_stand(p_subject_id, v_version, p_state, p_now);
    end if;
    return query
        select h.place, k.id, k.status, v_band
          from (select null) one
          left join (jsonb_to_recordset(p_hits) as h (place int, family text, key text, entry text)
            join screening_hits k
              on k.subject_id = v_version and (k.family, k.key, k.entry) = (h.family, h.key, h.entry)) on true
         order by h.place;
end $$;

-- Writes down where a customer stands: the worst of what is not decided in their favour, of any version of them.
create function screening_stand(p_customer uuid, p_version uuid, p_state int, p_now timestamptz)
returns void language sql volatile set search_path = public, pg_temp as $$
    insert into screening_standings as s (customer_id, subject_id, state_id, band, since, screened_at)
    select p_customer, p_version, p_state,
           case when bool_or(k.band = 'block' or k.status = 'true_match') then 'block'
                when count(k.id) > 0 then 'review' else 'clear' end, p_now, p_now
      from screening_subjects v
      left join screening_hits k on k.subject_id = v.id and k.status in ('open', 'true_match')
     where v.subject = 'customer' and v.subject_id = p_customer
    on conflict (customer_id) do update set subject_id = excluded.subject_id, state_id = excluded.state_id,
        band = excluded.band, screened_at = excluded.screened_at,
        since = case when s.band = excluded.band then s.since else excluded.since end
$$;

revoke execute on function screening_look, screening_note, screening_stand from public;
grant execute on function screening_look, screening_note, screening_stand to wekeza_app;

-- Takes away whom a customer and whoever they paid were compared with: also that they were alike, as an entry of a list
-- tells a name. Of what two people decided stays that and when they did, and how. May be run again.
create function erase_screening(p_customer uuid) returns void
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_subjects uuid[] := array(select id from screening_subjects where customer_id = p_customer);
begin
    update approvals set reason = null, decision = null, facts = facts || '{"list": "", "entry": ""}'
        where kind = 'screening_decision' and customer_id is null
            and subject in (select id::text from screening_hits where subject_id = any(v_subjects));
    update approvals set reason = null, decision = null
        where kind = 'held_receipt' and customer_id is null
            and subject in (select 'receipt ' || id from incoming_payments where customer_id = p_customer);
    delete from screening_standings where customer_id = p_customer;
    delete from screenings where subject_id = any(v_subjects);
    delete from screening_hits where subject_id = any(v_subjects);
    delete from screening_subjects where id = any(v_subjects);
end $$;

revoke execute on function erase_screening from public;
