-- How far the payments of a day are from those that a model learnt from.

-- The population stability index of each feature, and of the model's own score, live or in shadow: the parts of the
-- day's payments between the bounds that the model's card has, against the parts that lay there when it learnt. A
-- part of nothing counts as one of a thousand, so that it can be compared. Texts are numbers as models take them
-- (`p_codes`). Keeps what it finds, once for each model and day, and returns it; nothing of any customer is in it.
create function watch_drift_of(p_model text, p_day date, p_codes jsonb)
returns setof watch_drift language sql security definer set search_path = public, pg_temp as $$
    with reference as materialized (
        select r.key as feature,
               array(select b::float8 from jsonb_array_elements_text(r.value -> 'bounds') with ordinality x (b, n)
                      order by n) as bounds,
               array(select b::float8 from jsonb_array_elements_text(r.value -> 'parts') with ordinality x (b, n)
                      order by n) as parts
          from watch_models m cross join lateral jsonb_each(m.reference) r
         where m.version = p_model
    ), judged as materialized (
        select d.features, case when d.model = p_model then d.model_score
                                when s.model = p_model then d.shadow_model_score end as score
          from payment_decisions d
          left join rule_sets s on s.version = d.shadow_set
         where d.at >= watch_until(p_day - 1) and d.at < watch_until(p_day)
    ), valued as (
        select r.feature, r.bounds, r.parts,
               case when r.feature = 'score' then j.score::float8
                    else case jsonb_typeof(j.features -> r.feature)
                        when 'number' then (j.features ->> r.feature)::float8
                        when 'boolean' then (j.features ->> r.feature)::boolean::int::float8
                        when 'string' then (p_codes -> r.feature ->> (j.features ->> r.feature))::float8 end
               end as value
          from reference r cross join judged j
         where r.feature <> 'score' or j.score is not null
    ), placed as (
        select feature, parts, case when value is null then cardinality(parts)
                                    when cardinality(bounds) = 0 then 1
                                    else width_bucket(value, bounds) + 1 end as place
          from valued
    ), counted as (
        select feature, parts, place, count(*) as many, sum(count(*)) over (partition by feature) as whole
          from placed group by feature, parts, place
    ), indexes as (
        select f.feature, f.whole, sum((greatest(coalesce(c.many, 0) / f.whole::float8, 0.001) - greatest(e.part, 0.001))
                   * ln(greatest(coalesce(c.many, 0) / f.whole::float8, 0.001) / greatest(e.part, 0.001))) as psi
          from (select distinct feature, parts, whole from counted) f
         cross join lateral unnest(f.parts) with ordinality e (part, place)
          left join counted c on c.feature = f.feature and c.place = e.place
         group by f.feature, f.whole
    )
    insert into watch_drift (model, day, feature, payments, psi)
    select p_model, p_day, feature, whole::int, round(psi::numeric, 4) from indexes
    on conflict do nothing
    returning *
$$;

-- Models that some set of rules names which payments are judged by, or would be.
create function watch_models_in_use() returns table (version text)
language sql stable security definer set search_path = public, pg_temp as $$
    select distinct s.model from rule_sets s where s.model is not null and s.status in ('live', 'shadow')
$$;

-- How many payments were judged on a day.
create function watch_payments_judged(p_day date) returns bigint
language sql stable security definer set search_path = public, pg_temp as $$
    select count(*) from payment_decisions where at >= watch_until(p_day - 1) and at < watch_until(p_day)
$$;

revoke execute on function watch_drift_of, watch_models_in_use, watch_payments_judged from public;
grant execute on function watch_drift_of, watch_models_in_use, watch_payments_judged to wekeza_app;
