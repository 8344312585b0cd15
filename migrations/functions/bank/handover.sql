-- What is kept of conversations that people took over, and how it is forgotten.

-- Takes away what a customer who leaves had said in stories that were interrupted, and words that still wait for
-- them; that a case was rated stays, and how, but not by whom.
create function erase_handover(p_customer uuid)
returns void language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    update case_contexts c set said = null
        from cases o where o.id = c.case_id and o.customer_id = p_customer and c.said is not null;
    delete from held_words h using cases o where o.id = h.case_id and o.customer_id = p_customer;
    update case_ratings set customer_id = null where customer_id = p_customer;
end $$;

-- Forgets what was said in interrupted stories, and words that nobody came for, of cases from before a moment; returns
-- how many of both.
create function forget_handovers(p_before timestamptz, p_most int)
returns int language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_said int;
    v_held int;
begin
    update case_contexts set said = null where case_id in (
        select case_id from case_contexts
        where case_id < first_id(p_before) and noted_at < p_before and said is not null
        order by case_id limit p_most);
    get diagnostics v_said = row_count;
    delete from held_words where message_id in (
        select message_id from held_words where message_id < first_id(p_before) and at < p_before
        order by message_id limit p_most);
    get diagnostics v_held = row_count;
    return greatest(v_said, v_held);
end $$;

revoke execute on function erase_handover, forget_handovers from public;
grant execute on function forget_handovers to wekeza_app;
