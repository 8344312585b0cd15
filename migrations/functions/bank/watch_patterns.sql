-- Typologies that are seen around one customer: how much, how often, from and to how many.
--
-- Each function looks at the days up to `p_day` with the parameters of one set. The facts are figures as a person
-- reads them.

-- Structuring: cash or money from outside in pieces that stay below the amount that is reported, several of them
-- just below it within some days, or so many on one day that together they reach it. Who often reaches it on a day
-- deals in such amounts, and who openly goes above it does not hide below it. The amount is that of the customer's
-- country; `threshold` holds where it has none.
create function watch_find_structuring(p_population text, p_day date, p jsonb)
returns setof watch_found language sql stable as $$
    with thresholds as materialized (
        select t.country, ledger_value((t.amount * 10 ^ c.exponent)::bigint, t.currency, 'USD',
                                       watch_until(p_day))::bigint as cents
          from reporting_thresholds t join currencies c on c.code = t.currency
    ), pieces as materialized (
        select coalesce(m.payee, m.payer) as subject, m.payee is not null as is_in, m.movement_id, m.at,
               (m.at at time zone 'UTC')::date as day, m.worth, coalesce(t.cents, (p ->> 'threshold')::bigint) as threshold
          from watch_movements m
          left join customers k on k.id = coalesce(m.payee, m.payer)
          left join thresholds t on t.country = k.country
         where m.population = p_population and m.kind in ('cash_in', 'cash_out', 'deposit', 'payout')
           and m.at >= watch_until(p_day - (p ->> 'days')::int) and m.at < watch_until(p_day)
    ), candidates as (
        select subject, is_in, threshold, 'several just below the threshold' as how,
               array_agg(movement_id order by at) filter (where n.is_near) as ids, min(at) filter (where n.is_near) as first_at,
               max(at) filter (where n.is_near) as last_at, sum(worth) filter (where n.is_near) as together,
               max(worth) filter (where n.is_near) as largest
          from pieces
         cross join lateral (
            select worth < threshold and worth * 100 >= threshold * (p ->> 'near_percent')::int as is_near) n
         group by subject, is_in, threshold
        having count(*) filter (where n.is_near) >= (p ->> 'least_near')::int
           and count(*) filter (where n.is_near) * 100 >= count(*) * (p ->> 'least_share')::int
        union all
        select subject, is_in, threshold, 'one day in parts', array_agg(movement_id order by at), min(at), max(at),
               sum(worth), max(worth)
          from pieces
         where worth < threshold and worth * 100 >= threshold * (p ->> 'part_percent')::int
         group by subject, is_in, threshold, day
        having count(*) >= (p ->> 'least_parts')::int and sum(worth) >= threshold
    )
    select c.subject, c.first_at, c.last_at, c.together::bigint,
           least(1000, 400 + 100 * cardinality(c.ids) + watch_percent(c.largest, c.threshold)),
           jsonb_build_object('pattern', c.how, 'direction', case when c.is_in then 'in' else 'out' end,
                              'pieces', cardinality(c.ids), 'together', watch_usd(c.together),
                              'largest', watch_usd(c.largest), 'threshold', watch_usd(c.threshold)),
           c.ids
      from candidates c
     cross join lateral (
        select count(*) as big, coalesce(sum(d.above), 0) as above from (
            select count(*) filter (where m.worth >= c.threshold) as above from watch_movements m
             where m.population = p_population and m.kind in ('cash_in', 'cash_out', 'deposit', 'payout')
               and case when c.is_in then m.payee = c.subject else m.payer = c.subject end
               and m.at <= c.last_at and m.at >= c.first_at - make_interval(days => (p ->> 'habit_days')::int)
               and m.movement_id <> all (c.ids)
             group by (m.at at time zone 'UTC')::date
            having sum(m.worth) * 100 >= c.threshold * (p ->> 'near_percent')::int) d) h
     where h.big <= (p ->> 'usual_days')::int and h.above <= (p ->> 'most_above')::int
$$;

-- Fan-in and fan-out: within some hours money from many, most of whom never paid the customer before, far more of
-- them than is usual there; and most of it goes on at once (or, fanning out, had only just come). A shop, a landlord
-- or a savings group is paid by those who always pay it.
create function watch_fans(p_population text, p_day date, p jsonb, p_in boolean)
returns setof watch_found language sql stable as $$
    with span as materialized (
        select case when p_in then payee else payer end as subject, case when p_in then payer else payee end as other,
               movement_id, at, worth
          from watch_movements
         where population = p_population and kind = 'transfer' and payer is not null and payee is not null
           and at >= watch_until(p_day) - make_interval(hours => (p ->> 'hours')::int) and at < watch_until(p_day)
    ), many as (
        select subject, min(at) as first_at, max(at) as last_at from span
         group by subject having count(distinct other) >= (p ->> 'least')::int
    ), met as materialized (
        -- The last time before is one look into the index of pairs, however much else the two have had.
        select s.subject, s.other, s.movement_id, s.at, s.worth, m.first_at, m.last_at, coalesce((
                   select max(h.at) from watch_movements h
                    where h.population = p_population and h.kind = 'transfer' and h.at < m.first_at
                      and case when p_in then h.payer = s.other and h.payee = s.subject
                               else h.payer = s.subject and h.payee = s.other end)
                   >= m.first_at - make_interval(days => (p ->> 'lookback_days')::int), false) as is_known
          from span s join many m on m.subject = s.subject
    ), fans as (
        select subject, count(distinct other) as others, count(distinct other) filter (where not is_known) as fresh,
               min(at) filter (where not is_known) as first_at, max(at) filter (where not is_known) as last_at,
               (sum(worth) filter (where not is_known))::bigint as worth, count(*) filter (where not is_known) as pieces,
               array_agg(movement_id order by at) filter (where not is_known) as movements, array_agg(other) as who,
               watch_percent(stddev_pop(worth) filter (where not is_known),
                             avg(worth) filter (where not is_known)) as spread
          from met group by subject
    )
    select f.subject, f.first_at, f.last_at, f.worth,
           least(1000, 300 + 25 * f.fresh::int + 2 * least(100, watch_percent(t.through, f.worth))
                       + 2 * greatest(0, 60 - f.spread)),
           jsonb_build_object(case when p_in then 'senders' else 'recipients' end, f.others, 'never met before', f.fresh,
                              'usual in as many hours', round(h.usual, 1), 'together', watch_usd(f.worth),
                              case when p_in then 'passed on' else 'had just come' end,
                              watch_percent(t.through, f.worth) || ' %'),
           f.movements
      from fans f
     cross join lateral (
        select count(distinct case when p_in then m.payer else m.payee end)::numeric * (p ->> 'hours')::int
               / (24 * (p ->> 'lookback_days')::int) as usual
          from watch_movements m
         where m.population = p_population and m.kind = 'transfer' and m.at < f.first_at
           and m.at >= f.first_at - make_interval(days => (p ->> 'lookback_days')::int)
           and case when p_in then m.payee = f.subject else m.payer = f.subject end) h
     cross join lateral (
        -- Large pieces alone, and no bills: what somebody lives on is no passing on. Nor is a group's money that
        -- one of its own members gets.
        select coalesce(sum(m.worth), 0) as through from watch_movements m
         where m.population = p_population and m.at < watch_until(p_day)
           and m.kind <> 'payment' and coalesce(case when p_in then m.payee else m.payer end <> all (f.who), true)
           and m.worth * 100 >= f.worth * (p ->> 'piece_percent')::int
           and case when p_in then m.payer = f.subject and m.at > f.first_at
                                   and m.at <= f.last_at + make_interval(hours => (p ->> 'through_hours')::int)
                    else m.payee = f.subject and m.at < f.last_at
                         and m.at >= f.first_at - make_interval(hours => (p ->> 'through_hours')::int) end) t
     cross join lateral (
        -- Fanning out: what the recipients took out again, each at most what they got and in large pieces.
        select coalesce(sum(least(s.worth, o.out)), 0) as drained from met s
         cross join lateral (
            select coalesce(sum(m.worth), 0) as out from watch_movements m
             where m.population = p_population and m.payer = s.other and m.kind in ('cash_out', 'payout')
               and m.at > s.at and m.at < watch_until(p_day) and m.worth * 2 >= s.worth
               and m.at <= s.at + make_interval(hours => (p ->> 'drained_hours')::int)) o
         where not p_in and s.subject = f.subject and not s.is_known) d
     where f.fresh >= (p ->> 'least')::int and f.worth >= (p ->> 'least_worth')::bigint
       and f.worth >= f.pieces * (p ->> 'least_each')::bigint
       and (p_in or d.drained * 100 >= f.worth * (p ->> 'drained_percent')::int)
       and f.fresh * 100 >= f.others * (p ->> 'new_percent')::int
       and f.fresh >= h.usual * (p ->> 'surprise')::numeric
       and t.through * 100 between f.worth * (p ->> 'through_percent')::int and f.worth * (p ->> 'most_percent')::int
$$;

create function watch_find_fan_in(p_population text, p_day date, p jsonb)
returns setof watch_found language sql stable as $$
    select * from watch_fans(p_population, p_day, p, true)
$$;

create function watch_find_fan_out(p_population text, p_day date, p jsonb)
returns setof watch_found language sql stable as $$
    select * from watch_fans(p_population, p_day, p, false)
$$;

-- Dormant awakening: nothing for a long time, then within some hours much more than ever before, and out it goes.
create function watch_find_dormant_awakening(p_population text, p_day date, p jsonb)
returns setof watch_found language sql stable as $$
    with recent as materialized (
        select v.subject, m.movement_id, m.at, m.worth, v.is_in
          from watch_movements m
         cross join lateral (values (m.payee, true), (m.payer, false)) v (subject, is_in)
         where m.population = p_population and v.subject is not null
           and m.at >= watch_until(p_day) - make_interval(hours => (p ->> 'hours')::int) and m.at < watch_until(p_day)
    ), woke as (
        select subject, min(at) as first_at, max(at) as last_at, coalesce(sum(worth) filter (where is_in), 0) as came,
               coalesce(sum(worth) filter (where not is_in), 0) as went, array_agg(movement_id order by at) as movements
          from recent group by subject
        having count(*) >= (p ->> 'least_movements')::int
           and coalesce(sum(worth) filter (where not is_in), 0) >= (p ->> 'least_worth')::bigint
    )
    select w.subject, w.first_at, w.last_at, greatest(w.came, w.went)::bigint,
           least(1000, 500 + least(250, b.days) + 2 * least(100, coalesce(watch_percent(w.went, w.came), 100))),
           jsonb_build_object('silent for', b.days || ' days', 'came', watch_usd(w.came), 'went', watch_usd(w.went),
                              'largest before', watch_usd(b.largest)),
           w.movements
      from woke w
     cross join lateral (
        select extract(day from w.first_at - max(x.at))::int as days, max(x.worth) as largest from (
            (select m.at, m.worth from watch_movements m
              where m.population = p_population and m.payee = w.subject and m.at < w.first_at order by m.at desc limit 50)
            union all
            (select m.at, m.worth from watch_movements m
              where m.population = p_population and m.payer = w.subject and m.at < w.first_at
              order by m.at desc limit 50)) x) b
     where b.days >= (p ->> 'days')::int
       and w.went * 100 >= w.came * (p ->> 'out_percent')::int
       and greatest(w.came, w.went) >= b.largest * (p ->> 'surprise')::numeric
$$;

-- Rapid movement after a SIM was changed: within some hours more leaves, in several payments, than is usual there.
create function watch_find_sim_change(p_population text, p_day date, p jsonb)
returns setof watch_found language sql stable as $$
    with changed as (
        select customer_id as subject, max(at) as at from watch_sims
         where population = p_population and at < watch_until(p_day)
           and at >= watch_until(p_day - 1) - make_interval(hours => (p ->> 'hours')::int)
         group by customer_id
    ), left_ as (
        select c.subject, c.at as changed_at, min(m.at) as first_at, max(m.at) as last_at, sum(m.worth)::bigint as worth,
               count(*) as many, array_agg(m.movement_id order by m.at) as movements,
               count(*) filter (where m.payee is null or not exists (
                   select from watch_movements h where h.population = p_population and h.payer = c.subject
                      and h.payee = m.payee and h.at < c.at)) as fresh
          from changed c
          join watch_movements m on m.population = p_population and m.payer = c.subject and m.at >= c.at
               and m.at < watch_until(p_day) and m.at <= c.at + make_interval(hours => (p ->> 'hours')::int)
               and m.kind in ('transfer', 'payout', 'cash_out', 'payment')
         group by c.subject, c.at
        having count(*) >= (p ->> 'least_movements')::int and sum(m.worth) >= (p ->> 'least_worth')::bigint
    )
    select l.subject, l.first_at, l.last_at, l.worth,
           least(1000, 500 + 100 * l.fresh::int + least(200, 20 * (l.worth / greatest(u.usual, 1))::int)),
           jsonb_build_object('SIM changed', to_char(l.changed_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC',
                              'payments', l.many, 'to new recipients or cash', l.fresh, 'together', watch_usd(l.worth),
                              'usual in as many hours', watch_usd(u.usual)),
           l.movements
      from left_ l
     cross join lateral (
        select coalesce(sum(m.worth), 0) * (p ->> 'hours')::int / (24.0 * (p ->> 'habit_days')::int) as usual
          from watch_movements m
         where m.population = p_population and m.payer = l.subject and m.at < l.changed_at
           and m.at >= l.changed_at - make_interval(days => (p ->> 'habit_days')::int)) u
     where l.fresh >= (p ->> 'least_movements')::int and l.worth >= u.usual * (p ->> 'surprise')::numeric
$$;
