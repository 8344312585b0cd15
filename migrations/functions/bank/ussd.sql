-- Which press of its session a press is, where a gateway does not say so, and how that is forgotten.

-- Returns the number of a press: that of the last one where it repeats it, else the next. An equal press is a repeat
-- for `p_after` once the last was answered, and for `p_within` while it was not. The numbers of a session begin at the
-- time, so that those of one whose row was forgotten are not given again.
create function number_ussd_press(p_session bytea, p_press bytea, p_after interval, p_within interval, p_now timestamptz)
returns bigint language sql volatile security definer set search_path = public, pg_temp as $$
    insert into ussd_presses as last (session_hash, press_hash, number, answered, at)
    values (p_session, p_press, extract(epoch from p_now)::bigint, false, p_now)
    on conflict (session_hash) do update set (press_hash, number, answered, at) = (
        select p_press, last.number + fresh::int, last.answered and not fresh,
            case when fresh then p_now else last.at end
        from (select last.press_hash <> p_press
            or p_now >= last.at + case when last.answered then p_after else p_within end) as judged (fresh))
    returning number
$$;

-- Forgets sessions that nobody pressed a key in since a moment; returns how many.
create function forget_ussd_presses(p_before timestamptz, p_most int)
returns int language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_many int;
begin
    delete from ussd_presses where session_hash in (
        select session_hash from ussd_presses where at < p_before order by at limit p_most);
    get diagnostics v_many = row_count;
    return v_many;
end $$;

revoke execute on function number_ussd_press, forget_ussd_presses from public;
grant execute on function number_ussd_press, forget_ussd_presses to wekeza_app;
