-- Reference rates: given together, good for dealing until a time, kept for ever.

-- Keeps what one unit of a base currency is worth in others, as of one moment. Pairs that were ever given a
-- rate of their own are given the one that follows, so that a cross can never be older than its parts.
create function ledger_set_rates(
    p_base text, p_codes text[], p_rates numeric[], p_source text, p_good_until timestamptz, p_now timestamptz
) returns int language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_many int;
begin
    with given as (
        select c.code, c.rate from unnest(p_codes, p_rates) c (code, rate) where c.code <> p_base
        union all select p_base, 1
    ), pairs as (
        select p_base as source, code as target from given where code <> p_base
        union
        select distinct currency_from, currency_to from fx_rates
    )
    insert into fx_rates (currency_from, currency_to, rate, "timestamp", source, good_until)
    select p.source, p.target, round(t.rate / f.rate, 12), p_now, p_source, p_good_until
      from pairs p join given f on f.code = p.source join given t on t.code = p.target
    on conflict (currency_from, currency_to, "timestamp") do update
       set rate = excluded.rate, source = excluded.source, good_until = excluded.good_until;
    get diagnostics v_many = row_count;
    return v_many;
end $$;

grant execute on function ledger_set_rates to wekeza_app;
