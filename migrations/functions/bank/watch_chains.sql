-- Typologies in which money is followed from one customer to the next.

-- Cycle: money that goes round through several customers, each time soon and almost whole, back to where it began.
-- The subject is where it began.
create function watch_find_cycle(p_population text, p_day date, p jsonb)
returns setof watch_found language sql stable as $$
    with recursive steps as materialized (
        select movement_id, at, payer, payee, worth from watch_movements
         where population = p_population and kind = 'transfer' and payer is not null and payee is not null
           and worth >= (p ->> 'least_worth')::bigint
           and at >= watch_until(p_day - (p ->> 'days')::int) and at < watch_until(p_day)
    ), walk as (
        select payer as began, payee as here, at as first_at, at as last_at, worth as first_worth, worth,
               array[movement_id] as movements, array[payer, payee] as seen
          from steps
        union all
        select w.began, s.payee, w.first_at, s.at, w.first_worth, s.worth, w.movements || s.movement_id,
               w.seen || s.payee
          from walk w
          join steps s on s.payer = w.here and s.at > w.last_at
               and s.at <= w.last_at + make_interval(hours => (p ->> 'hop_hours')::int)
               and s.worth * 100 >= w.worth * (100 - (p ->> 'loss_percent')::int)
               and s.worth * 100 <= w.worth * (100 + (p ->> 'gain_percent')::int)
         where w.here <> w.began and cardinality(w.movements) < (p ->> 'most_length')::int
           and (s.payee = w.began or s.payee <> all (w.seen))
    )
    select began, first_at, last_at, first_worth,
           least(1000, 400 + 80 * cardinality(movements) + 3 * watch_percent(worth, first_worth)),
           jsonb_build_object('customers', cardinality(movements), 'began with', watch_usd(first_worth),
                              'came back', watch_usd(worth),
                              'hours', round(extract(epoch from last_at - first_at) / 3600)),
           movements
      from walk
     where here = began and cardinality(movements) >= (p ->> 'least_length')::int and last_at >= watch_until(p_day - 1)
$$;

-- Pass-through: again and again what comes in goes out again within hours, nearly whole and in few pieces.
create function watch_find_pass_through(p_population text, p_day date, p jsonb)
returns setof watch_found language sql stable as $$
    with came as materialized (
        select payee as subject, movement_id, at, worth from watch_movements
         where population = p_population and payee is not null and kind in ('transfer', 'deposit', 'cash_in')
           and worth >= (p ->> 'least_worth')::bigint
           and at >= watch_until(p_day - (p ->> 'days')::int) and at < watch_until(p_day)
    ), turns as (
        select c.subject, c.movement_id, c.at, c.worth, o.went, o.last_at, o.outs, b.whole
          from came c
         cross join lateral (
            select sum(m.worth) as went, max(m.at) as last_at, count(*) as many, array_agg(m.movement_id order by m.at) as outs
              from watch_movements m
             where m.population = p_population and m.payer = c.subject and m.at > c.at and m.at < watch_until(p_day)
               and m.at <= c.at + make_interval(hours => (p ->> 'hours')::int)) o
         cross join lateral (
            select sum(m.worth) as whole from watch_movements m
             where m.population = p_population and m.payee = c.subject and m.at >= c.at and m.at <= o.last_at) b
         where o.many between 1 and (p ->> 'most_outs')::int
           and o.went * 100 between b.whole * (p ->> 'least_percent')::int and b.whole * (p ->> 'most_percent')::int
    ), members as (
        select subject, min(at) as first_at, max(last_at) as last_at, count(distinct outs[1]) as turns,
               (select array_agg(distinct x) from unnest(array_agg(movement_id)) x) as ins
          from turns group by subject having count(distinct outs[1]) >= (p ->> 'least_turns')::int
    ), whole as (
        select w.subject, w.first_at, w.last_at, w.turns, sum(m.worth) filter (where m.payee = w.subject) as came,
               sum(m.worth) filter (where m.payer = w.subject) as went, array_agg(m.movement_id order by m.at) as movements
          from members w
          join watch_movements m on m.population = p_population and m.at between w.first_at and w.last_at
               and (m.payee = w.subject or m.payer = w.subject)
         group by w.subject, w.first_at, w.last_at, w.turns
    )
    select subject, first_at, last_at, came::bigint,
           least(1000, 300 + 100 * turns::int + 2 * least(100, watch_percent(went, came))),
           jsonb_build_object('times', turns, 'came', watch_usd(came), 'went', watch_usd(went),
                              'within', (p ->> 'hours') || ' hours each'),
           movements
      from whole
     where went * 100 between came * (p ->> 'least_percent')::int and came * (p ->> 'most_percent')::int
$$;

-- Scatter-gather: one customer pays several, and each soon pays nearly all of it on to the same other one. The
-- subject is whom it is gathered at.
create function watch_find_scatter_gather(p_population text, p_day date, p jsonb)
returns setof watch_found language sql stable as $$
    with steps as materialized (
        select movement_id, at, payer, payee, worth from watch_movements
         where population = p_population and kind = 'transfer' and payer is not null and payee is not null
           and worth >= (p ->> 'least_worth')::bigint
           and at >= watch_until(p_day) - make_interval(hours => (p ->> 'hours')::int) and at < watch_until(p_day)
    ), pairs as (
        select s.payer as source, s.payee as between_, g.payee as subject, s.movement_id as out_id, g.movement_id as in_id,
               s.at as first_at, g.at as last_at, g.worth, row_number() over (
                   partition by s.movement_id, g.payee order by g.at) as nth
          from steps s
          join steps g on g.payer = s.payee and g.at > s.at and g.payee <> s.payer
               and g.worth * 100 >= s.worth * (p ->> 'keep_percent')::int
               and g.worth * 100 <= s.worth * (100 + (p ->> 'gain_percent')::int)
    )
    select subject, min(first_at), max(last_at), sum(worth)::bigint,
           least(1000, 400 + 100 * count(distinct between_)::int + 100),
           jsonb_build_object('through', count(distinct between_), 'together', watch_usd(sum(worth)),
                              'hours', round(extract(epoch from max(last_at) - min(first_at)) / 3600)),
           array_agg(out_id order by first_at) || array_agg(in_id order by last_at)
      from pairs where nth = 1
     group by source, subject having count(distinct between_) >= (p ->> 'least')::int
$$;

-- Round trip: what a customer sent away comes back to them several times, nearly whole and soon: from the one they
-- paid, or from outside after it had gone outside.
create function watch_find_round_trip(p_population text, p_day date, p jsonb)
returns setof watch_found language sql stable as $$
    with span as materialized (
        select movement_id, at, payer, payee, worth from watch_movements
         where population = p_population and worth >= (p ->> 'least_worth')::bigint
           and kind in ('transfer', 'payout', 'deposit')
           and at >= watch_until(p_day - (p ->> 'days')::int) and at < watch_until(p_day)
    ), pairs as (
        select o.payer as subject, o.movement_id as out_id, i.movement_id as in_id, o.at as first_at, i.at as last_at,
               o.payee as via, i.worth, o.worth as sent,
               row_number() over (partition by o.movement_id order by i.at, i.movement_id) as of_out,
               row_number() over (partition by i.movement_id order by o.at desc, o.movement_id) as of_in
          from span o
          join span i on i.payee = o.payer and i.payer is not distinct from o.payee and i.at > o.at
               and i.at <= o.at + make_interval(hours => (p ->> 'hours')::int)
               and i.worth * 100 >= o.worth * (p ->> 'keep_percent')::int
               and i.worth * 100 <= o.worth * (100 + (p ->> 'gain_percent')::int)
         where o.payer is not null
    ), trips as (
        select subject, via, min(first_at) as first_at, max(last_at) as last_at, count(*) as many, sum(worth) as back,
               sum(sent) as sent, (array_agg(sent order by first_at))[1] as first_sent,
               array_agg(out_id order by first_at) || array_agg(in_id order by last_at) as movements
          from pairs where of_out = 1 and of_in = 1
         group by subject, via having count(*) >= (p ->> 'least_returns')::int
    )
    select t.subject, t.first_at, t.last_at, t.back::bigint,
           least(1000, 300 + 150 * t.many::int + 2 * watch_percent(t.back, t.sent)),
           jsonb_build_object('times', t.many, 'sent', watch_usd(t.sent), 'came back', watch_usd(t.back),
                              'through', case when t.via is null then 'outside' else 'another customer' end),
           t.movements
      from trips t
     cross join lateral (
        select sum(m.worth) as came from watch_movements m
         where m.population = p_population and m.payee = t.subject and m.at > t.first_at and m.at <= t.last_at) w
     -- It is most of what came in meanwhile, and was not itself sent back: then the other one's money goes round.
     where t.back * 100 >= w.came * (p ->> 'share_percent')::int
       and not exists (
           select from span e
            where e.payee = t.subject and e.payer is not distinct from t.via and e.at < t.first_at
              and e.at >= t.first_at - make_interval(hours => (p ->> 'hours')::int)
              and t.first_sent * 100 >= e.worth * (p ->> 'keep_percent')::int
              and t.first_sent * 100 <= e.worth * (100 + (p ->> 'gain_percent')::int))
$$;
