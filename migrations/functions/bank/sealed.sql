-- Sealing anew: what an old data key sealed, sealed by a later one.

-- Replaces sealed values of one column by others that seal the same, and returns how many it replaced.
-- Rows are named by where they lie. One that has moved or changed since it was read is passed over: its
-- old bytes, which occur only once, are not there any more. Only a later key takes the place of an
-- earlier one, and the length stays, so that this rewrites nothing but seals, also where words are kept
-- for ever.
create function reseal(p_table text, p_column text, p_places tid[], p_old bytea[], p_new bytea[])
returns int language plpgsql security definer set search_path = public, pg_temp as $$
declare
    moved int;
begin
    perform from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname = p_table
        and c.relowner = 'wekeza_owner'::regrole and c.relname <> 'data_keys'
        and a.attname = p_column and a.atttypid = 'bytea'::regtype;
    if not found then
        raise exception '%.% holds nothing sealed', p_table, p_column
            using errcode = 'insufficient_privilege';
    end if;
    execute format(
        $sql$
        update %1$I t set %2$I = v.new
        from unnest($1, $2, $3) as v(place, old, new)
        where t.ctid = v.place and t.%2$I = v.old
            and octet_length(v.new) = octet_length(v.old)
            and substring(v.old for 1) = '\x01' and substring(v.new for 1) = '\x01'
            and substring(v.new from 2 for 4) > substring(v.old from 2 for 4)
        $sql$, p_table, p_column)
    using p_places, p_old, p_new;
    get diagnostics moved = row_count;
    return moved;
end $$;

revoke execute on function reseal(text, text, tid[], bytea[], bytea[]) from public;
grant execute on function reseal(text, text, tid[], bytea[], bytea[]) to wekeza_app;
