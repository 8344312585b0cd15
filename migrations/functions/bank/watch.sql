-- Watching after the fact: money that moved is taken over day by day, each typology is looked for in it, and what
-- is found is kept once. The typologies themselves stand in `watch_patterns.sql` and `watch_chains.sql`.

-- What a typology finds: of whom, when, how much (US cents), how sure (of a thousand), why, and in which movements.
create type watch_found as (
    subject    uuid,
    first_at   timestamptz,
    last_at    timestamptz,
    worth      bigint,
    confidence int,
    facts      jsonb,
    movements  uuid[]
);

-- The first moment after a day. Days are those of UTC.
create function watch_until(p_day date) returns timestamptz language sql immutable as $$
    select (p_day + 1)::timestamp at time zone 'UTC'
$$;

-- A part in per cent, rounded; null of nothing.
create function watch_percent(p_part numeric, p_whole numeric) returns int language sql immutable as $$
    select round(100 * p_part / nullif(p_whole, 0))::int
$$;

create function watch_usd(p_cents numeric) returns text language sql immutable as $$
    select 'USD ' || round(p_cents / 100, 2)
$$;

-- Takes over what moved on a day and returns how many movements it was. A posting that was wholly undone is none;
-- a transfer that waited moved when its recipient took it. Agents of the bank are no side of their customers' cash.
create function watch_take(p_day date) returns int
language sql security definer set search_path = public, pg_temp as $$
    with posted as materialized (
        select t.transaction_id, k.kind, t."timestamp" as at, t.amount, t.currency, t.reference
          from transactions t
          join watch_kinds k on k.type = t.type
         where t.value_date between p_day - 3 and p_day + 3
           and t."timestamp" >= watch_until(p_day - 1) and t."timestamp" < watch_until(p_day)
           and coalesce((select sum(r.amount) from transactions r where r.reverses = t.transaction_id), 0) < t.amount
           and not exists (select from waiting_transfers w where w.capture_id = t.transaction_id)
    ), sides as (
        select p.transaction_id,
               (array_agg(a.owner order by e.leg) filter (where e.amount < 0 and a.kind <> 'float'))[1] as payer,
               (array_agg(a.owner order by e.leg) filter (where e.amount > 0 and a.kind <> 'float'))[1] as payee,
               (array_agg(a.owner order by e.leg) filter (where a.kind = 'float'))[1] as agent
          from posted p
          join ledger_entries e on e.transaction_id = p.transaction_id
          join ledger_accounts a on a.account_id = e.account_id
         where a.owner is not null
         group by p.transaction_id
    ), moved as (
        insert into watch_movements (population, movement_id, at, kind, payer, payee, outside, amount, currency, worth)
        select 'bank', p.transaction_id, p.at, p.kind, coalesce(s.payer, w.payer), s.payee,
               coalesce('agent ' || s.agent, 'account ' || o.destination, 'partner ' || i.partner,
                        b.biller_id, b.kind, ''),
               p.amount, p.currency, coalesce(round(ledger_value(p.amount, p.currency, 'USD', p.at)), 0)::bigint
          from posted p
          join sides s on s.transaction_id = p.transaction_id
          left join waiting_transfers w on w.claim_id = p.transaction_id
          left join settlements o on p.kind = 'payout' and o.reference = p.reference
          left join incoming_payments i on p.kind = 'deposit' and i.reference = p.reference
          left join bill_payments b on p.kind = 'payment' and b.reference = p.reference
         where p.amount > 0 and coalesce(s.payer, w.payer) is distinct from s.payee
        on conflict do nothing
        returning 1
    ), changed as (
        insert into watch_sims (population, customer_id, at)
        select 'bank', customer_id, changed_at from sim_changes
         where customer_id is not null and changed_at < watch_until(p_day) and changed_at >= watch_until(p_day - 8)
        on conflict do nothing
    )
    select count(*)::int from moved
$$;

-- Has the planner know how much there is, as it stands within this very transaction.
create function watch_count_movements() returns void language plpgsql security definer
set search_path = public, pg_temp as $$
begin
    analyze watch_movements;
end $$;

-- From which severity on something is, by what it is worth and how sure it is.
create function watch_severity(p_severities jsonb, p_worth bigint, p_confidence int) returns text
language sql immutable as $$
    select coalesce((
        select name from unnest(array['critical', 'high', 'medium']) with ordinality s (name, n)
         where p_worth * p_confidence >= 1000 * (p_severities ->> name)::bigint
         order by n limit 1), 'low')
$$;

-- Looks for every typology of a set in the days up to one, and keeps what is new: neither does it meet what the set
-- has found of the same customer before, nor what is found beside it. Returns what it kept.
create function watch_look(p_population text, p_day date, p_set int)
returns setof watch_findings language plpgsql security definer set search_path = public, pg_temp as $$
declare
    v_set      watch_sets;
    v_typology text;
begin
    select * into strict v_set from watch_sets where version = p_set;
    for v_typology in select jsonb_object_keys(v_set.parameters) order by 1 loop
        return query execute format(
            $find$
            insert into watch_findings (population, typology, set_version, subject, day, first_at, last_at, worth,
                                        confidence, severity, facts, movements)
            select distinct on (f.subject) $1, %1$L, $3, f.subject, $2, f.first_at, f.last_at, f.worth,
                   least(greatest(f.confidence, 1), 1000), watch_severity($5, f.worth, f.confidence), f.facts, f.movements
              from watch_find_%1$s($1, $2, $4) f
             where not exists (
                   select from watch_findings k
                    where (k.population, k.set_version, k.typology, k.subject) = ($1, $3, %1$L, f.subject)
                      and k.last_at >= f.first_at)
             order by f.subject, f.worth desc, f.first_at
            returning *
            $find$, v_typology)
            using p_population, p_day, p_set, v_set.parameters -> v_typology, v_set.severities;
    end loop;
end $$;

-- Forgets movements that no window reaches any more; what was found stays.
create function watch_forget(p_population text, p_before timestamptz) returns bigint
language sql security definer set search_path = public, pg_temp as $$
    with gone as (
        delete from watch_movements where population = p_population and at < p_before returning 1
    ), sims as (
        delete from watch_sims where population = p_population and at < p_before
    )
    select count(*) from gone
$$;

-- How many findings there are of each typology and severity, for the gauges: no customer can be told from it.
create function watch_counted() returns table (typology text, severity text, many bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select f.typology, f.severity, count(*) from watch_findings f
      join watch_sets s on s.version = f.set_version and s.status = 'live'
     where f.population = 'bank' group by 1, 2
$$;

revoke execute on function watch_take, watch_count_movements, watch_look, watch_forget, watch_counted from public;
grant execute on function watch_take, watch_count_movements, watch_forget, watch_counted to wekeza_app;
grant execute on function watch_look to wekeza_compliance;

-- Takes away what was found in a customer's movements. What is found in others' tells of them by an id alone.
create function erase_watch(p_customer uuid) returns void
language sql volatile security definer set search_path = public, pg_temp as $$
    delete from watch_findings where subject = p_customer
$$;

revoke execute on function erase_watch from public;
