-- Screening lists: a file is staged in tables of its unit alone, then set against what holds.

create function screening_stage() returns void language plpgsql volatile set search_path = public, pg_temp as $$
begin
    drop table if exists staged_entries, staged_names, staged_digests;
    create temp table staged_entries (
        key text primary key, kind text not null, name text not null, born daterange[] not null,
        countries text[] not null, places text[] not null, programme text not null, remarks text not null
    ) on commit drop;
    create temp table staged_names (
        key text not null, place bigint generated always as identity, name text not null, quality text not null,
        form text not null, sound text not null, made_by smallint not null, primary key (key, name)
    ) on commit drop;
end $$;

-- A list that adds names to another's entries tells a key as often as it has names for it, every other list once.
-- Returns a key that comes again where it must not, and then nothing is staged.
create function screening_stage_entries(p_list text, p_entries jsonb, p_rules int)
returns text language plpgsql volatile set search_path = public, pg_temp as $$
declare
    v_adds boolean := (select extends is not null from screening_lists where list_id = p_list);
    v_again text;
begin
    select e.key into v_again from jsonb_to_recordset(p_entries) as e (key text)
      left join staged_entries s on s.key = e.key
     group by e.key having count(*) > 1 or count(s.key) > 0 limit 1;
    if v_again is not null and not v_adds then
        return v_again;
    end if;
    insert into staged_entries (key, kind, name, born, countries, places, programme, remarks)
    select e.key, e.kind, e.name,
           array(select daterange((s ->> 0)::date, (s ->> 1)::date, '[]') from jsonb_array_elements(e.born) s),
           array(select jsonb_array_elements_text(e.countries)), array(select jsonb_array_elements_text(e.places)),
           e.programme, e.remarks
      from jsonb_to_recordset(p_entries) as e (key text, kind text, name text, born jsonb, countries jsonb,
                                               places jsonb, programme text, remarks text)
    on conflict do nothing;
    insert into staged_names (key, name, quality, form, sound, made_by)
    select e.key, n ->> 0, n ->> 1, n ->> 2, n ->> 3, p_rules
      from jsonb_to_recordset(p_entries) as e (key text, names jsonb), jsonb_array_elements(e.names) n
    on conflict do nothing;
    return null;
end $$;

-- Makes what was staged the newest version of a list, and the newest state of all. Returns no version, and changes
-- nothing, when fewer than `p_least` of the entries there were would be left.
create function screening_take_in(
    p_list text, p_hash bytea, p_published date, p_bytes bigint, p_by text, p_least numeric, p_now timestamptz,
    out version int, out before int, out entries int, out names int, out added int, out changed int, out removed int
) language plpgsql volatile set search_path = public, pg_temp as $$
declare
    v_family text := (select coalesce(extends, list_id) from screening_lists where list_id = p_list);
    v_version int := (select coalesce(max(v.version), 0) + 1 from screening_versions v where v.list_id = p_list);
    v_lists jsonb := (select s.lists from screening_states s order by s.state_id desc limit 1);
begin
    analyze staged_entries;
    analyze staged_names;
    create temp table staged_digests on commit drop as
        select e.key, sha256(convert_to(concat_ws(chr(31), e.kind, e.name, e.born::text, e.countries::text,
                   e.places::text, e.programme, e.remarks, n.told), 'UTF8')) as digest
          from staged_entries e
          join (select key, string_agg(quality || ':' || name, chr(30) order by name) as told
                  from staged_names group by key) n on n.key = e.key;
    select count(*) into before from screening_entries e where e.list_id = p_list and e.last_version is null;
    select count(*) into entries from staged_entries;
    select count(*) into names from staged_names;
    if entries < before * p_least then
        return;
    end if;
    select count(*) filter (where o.entry_id is null), count(*) filter (where o.digest <> d.digest),
           before - count(o.entry_id)
      into added, changed, removed
      from staged_digests d
      left join screening_entries o on o.list_id = p_list and o.key = d.key and o.last_version is null;
    version := v_version;
    insert into screening_versions (list_id, version, content_sha256, published, bytes, entries, names, added, changed,
                                    removed, imported_at, imported_by)
    values (p_list, v_version, p_hash, p_published, p_bytes, entries, names, added, changed, removed, p_now, p_by);
    with ended as (
        update screening_entries e set last_version = v_version
         where e.list_id = p_list and e.last_version is null
           and not exists (select from staged_digests d where d.key = e.key and d.digest = e.digest)
        returning e.entry_id
    )
    update screening_names n set form = null, sound = null from ended where n.entry_id = ended.entry_id;
    with begun as (
        insert into screening_entries (list_id, family, key, kind, name, born, countries, places, programme, remarks,
                                       digest, first_version)
        select p_list, v_family, s.key, s.kind, s.name, s.born, s.countries, s.places, s.programme, s.remarks, d.digest,
               v_version
          from staged_entries s join staged_digests d on d.key = s.key
         where not exists (
            select from screening_entries e
             where e.list_id = p_list and e.key = s.key and e.last_version is null)
        returning entry_id, key
    )
    insert into screening_names (entry_id, n, name, quality, form, sound, made_by)
    select b.entry_id, row_number() over (partition by b.entry_id order by s.place), s.name, s.quality, s.form, s.sound,
           s.made_by
      from begun b join staged_names s on s.key = b.key;
    insert into screening_states (lists, since)
    values (v_lists || jsonb_build_object(p_list, v_version), p_now);
end $$;

-- Names whose form other rules made than those of now, a batch of them; and their new forms.
create function screening_old_forms(p_rules int, p_most int)
returns table (entry_id bigint, n smallint, name text, kind text)
language sql stable set search_path = public, pg_temp as $$
    select n.entry_id, n.n, n.name, e.kind from screening_names n join screening_entries e on e.entry_id = n.entry_id
     where n.form is not null and n.made_by <> p_rules limit p_most
$$;

create function screening_new_forms(p_rules int, p_forms jsonb) returns void
language sql volatile set search_path = public, pg_temp as $$
    update screening_names n set form = f.form, sound = f.sound, made_by = p_rules
      from jsonb_to_recordset(p_forms) as f (entry_id bigint, n smallint, form text, sound text)
     where (n.entry_id, n.n) = (f.entry_id, f.n) and n.form is not null
$$;

revoke execute on function screening_stage, screening_stage_entries, screening_take_in, screening_old_forms,
    screening_new_forms from public;
grant execute on function screening_stage, screening_stage_entries, screening_take_in, screening_old_forms,
    screening_new_forms to wekeza_app;
