-- How words that understanding may learn from are forgotten.

-- Forgets words that were not said again since a moment; returns how many. What was accepted is in the seeds by then.
create function forget_candidates(p_before timestamptz, p_most int)
returns int language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_many int;
begin
    delete from understanding_candidates where id in (
        select id from understanding_candidates where id < first_id(p_before) and last_at < p_before
        order by id limit p_most);
    get diagnostics v_many = row_count;
    return v_many;
end $$;

revoke execute on function forget_candidates from public;
grant execute on function forget_candidates to wekeza_app;
