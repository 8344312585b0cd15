-- Reconciliation, set by set: taking the book over, and matching rule by rule. What differs is found in
-- `reconciliation_breaks.sql`.
--
-- Each function is one step of a run; `core/recon/run.py` calls them in their order within one transaction.
-- What was just written has no statistics, and the planner would take thousands of rows for one: so they are
-- counted first (`recon_count_lines`), and lines are paired by grouping rather than joined wherever that will do.
-- A rule that may concern a whole day marks so many pairs a call at most, and is called until it finds none.

-- From when until when reports of a rail, or statements of a nostro, have come. A statement without a partner
-- is of all rails that settle there.
create view recon_coverage as
    select source, nostro, currency, partner, min(since) as since, max(day) as until
      from recon_sources where source = 'statement' group by source, nostro, currency, partner
    union all
    select s.source, r.nostro, r.currency, s.partner, s.since, s.until
      from (select source, partner, min(since) as since, max(day) as until
              from recon_sources where source = 'report' group by source, partner) s
      join rails r on r.partner = s.partner;

-- Takes over at most so many new entries of each account of every nostro that has statements or reports, and
-- returns how many it took. Entries of an account are committed in the order of their versions, so a number
-- per account says how far this has come. It begins a week before the first statement: what was on its way
-- then stands in it, though what is older is not missed.
create function recon_take_book(p_most bigint) returns bigint language sql as $$
    with scope as (
        select nostro, currency, min(since) as since from recon_coverage group by nostro, currency
    ), taking as materialized (
        select a.account_id, a.kind, a.currency, f.after, least(a.version, f.after + p_most) as until
          from scope s
          join ledger_accounts a on a.owner is null and (a.kind::text, a.currency) = (s.nostro, s.currency::text)
          left join recon_cursors c on c.account_id = a.account_id
          cross join lateral (select coalesce(c.version,
              ledger_version_before(a.account_id, (s.since - 7)::timestamp at time zone 'UTC'), 0) as after) f
         where a.version > f.after
    ), taken as (
        insert into recon_items (source, side, nostro, currency, partner, rail, day, amount, state, end_to_end,
            reference, batch, party, entry_id, transaction_id, settlement_id)
        select w.source, 'ours', g.kind, g.currency, coalesce(r.partner, i.partner, ''), coalesce(r.rail, ''),
               (e.posted_at at time zone coalesce(k.zone, 'UTC'))::date, -e.amount,
               case when s.settlement_id is null then 'received'
                    when e.amount > 0 then 'settled' else 'returned' end,
               coalesce(i.number, t.reference), coalesce(s.partner_reference, i.reference, ''),
               coalesce(s.window_id::text, ''), coalesce(s.bank_id, ''), e.entry_id, e.transaction_id,
               s.settlement_id
          from taking g
          join lateral (select * from ledger_entries e where e.account_id = g.account_id
                           and e.version > g.after and e.version <= g.until) e on true
          join transactions t on t.transaction_id = e.transaction_id
          left join settlements s on s.reference = t.reference
          left join incoming_payments i on i.reference = t.reference
          left join rails r on r.rail = s.rail
               or s.rail is null and (r.partner, r.currency::text) = (i.partner, g.currency)
          join recon_tolerances l on l.rail = coalesce(r.rail, '')
          left join calendars k on k.country = case
              when r.rail is not null then l.calendar
              else (select min(code) from countries where currency = g.currency) end
          join (values ('statement'), ('report')) w (source) on w.source = 'statement' or l.reported
         -- What a run itself took to suspense makes the book agree: there is nothing to set it against.
         where not exists (select from recon_matches m where m.match_id = e.transaction_id)
    ), noted as (
        insert into recon_cursors (account_id, version) select account_id, until from taking
        on conflict (account_id) do update set version = excluded.version
    )
    select coalesce(sum(until - after), 0)::bigint from taking
$$;

-- Has the planner know how many lines there are of what, as they stand within this very transaction.
create function recon_count_lines() returns void language plpgsql security definer
set search_path = public, pg_temp as $$
begin
    analyze recon_items;
end $$;

-- Days of rails that have items and no due day yet.
create view recon_days_to_work_out as
    select distinct i.rail, i.day from recon_items i
     where i.match_id is null and not exists (select from recon_due d where (d.rail, d.day) = (i.rail, i.day));

-- Writes down which of ours and theirs belong together, pair by pair, by which rule, and what theirs has more.
create function recon_write_pairs(
    p_run uuid, p_rule text, p_sources text[], p_ours bigint[], p_theirs bigint[], p_differences bigint[]
) returns bigint language sql as $$
    with pairs as materialized (
        select p.source, p.ours, p.theirs, p.difference, uuidv7() as match_id
          from unnest(p_sources, p_ours, p_theirs, p_differences) p (source, ours, theirs, difference)
    ), kept as (
        insert into recon_matches (match_id, run_id, source, rule, difference)
        select match_id, p_run, source, p_rule, difference from pairs
    ), marked as (
        update recon_items i set match_id = p.match_id
          from (select ours as item_id, match_id from pairs union all select theirs, match_id from pairs) p
         where i.item_id = p.item_id and i.match_id is null
        returning 1
    )
    select count(*) from marked
$$;

-- Rule 1: the same end-to-end id and the same amount. Where one id stands several times on both sides, the
-- earliest takes the earliest: the n-th of ours and the n-th of theirs make one group of two.
create function recon_match_end_to_end(p_run uuid, p_most int) returns bigint language sql as $$
    with lines as (
        select item_id, source, side, nostro, currency, end_to_end, amount, row_number() over (
                   partition by end_to_end, amount, source, side, nostro, currency order by day, item_id) as nth
          from recon_items
         where match_id is null and end_to_end <> '' and state not in ('rejected', 'pending', 'charge')
    ), pairs as (
        select source, max(item_id) filter (where side = 'ours') as ours,
               max(item_id) filter (where side = 'theirs') as theirs
          from lines group by source, nostro, currency, end_to_end, amount, nth having count(*) = 2
         limit p_most
    )
    select recon_write_pairs(p_run, 'end_to_end', array_agg(source), array_agg(ours), array_agg(theirs),
                             array_agg(0::bigint)) from pairs
$$;

-- The same id and nearly the same amount, within what the rail lets pass. The difference is kept.
create function recon_match_tolerance(p_run uuid, p_most int) returns bigint language sql as $$
    with lines as (
        select item_id, source, side, nostro, currency, end_to_end, rail, amount, row_number() over (
                   partition by end_to_end, amount > 0, source, side, nostro, currency
                   order by day, item_id) as nth
          from recon_items
         where match_id is null and end_to_end <> '' and state not in ('rejected', 'pending', 'charge')
    ), pairs as (
        select source, max(item_id) filter (where side = 'ours') as ours,
               max(item_id) filter (where side = 'theirs') as theirs,
               max(rail) filter (where side = 'ours') as rail,
               (sum(amount) filter (where side = 'theirs') - sum(amount) filter (where side = 'ours'))::bigint as off
          from lines group by source, nostro, currency, end_to_end, amount > 0, nth having count(*) = 2
    ), fit as (
        select p.source, p.ours, p.theirs, p.off from pairs p join recon_tolerances l on l.rail = p.rail
         where abs(p.off) <= l.minor limit p_most
    )
    select recon_write_pairs(p_run, 'tolerance', array_agg(source), array_agg(ours), array_agg(theirs), array_agg(off))
      from fit
$$;

-- Rule 2: a reference that both know, whoever of them calls it what; the amount within tolerance.
create function recon_match_reference(p_run uuid, p_most int) returns bigint language sql as $$
    with names as materialized (
        select i.item_id, i.source, i.side, i.nostro, i.currency, i.rail, i.amount, i.day, v.name
          from recon_items i cross join lateral (values (i.end_to_end), (i.reference)) v (name)
         where i.match_id is null and v.name <> '' and i.state not in ('rejected', 'pending', 'charge')
    ), found as (
        select distinct source, o.item_id as ours, t.item_id as theirs, t.amount - o.amount as off, t.day
          from names o
          join names t using (source, nostro, currency, name)
          join recon_tolerances l on l.rail = o.rail
         where o.side = 'ours' and t.side = 'theirs' and (o.amount > 0) = (t.amount > 0)
           and abs(t.amount - o.amount) <= l.minor
    ), ranked as (
        select *, row_number() over (partition by ours order by abs(off), day, theirs) as of_ours,
               row_number() over (partition by theirs order by abs(off), ours) as of_theirs
          from found
    )
    select recon_write_pairs(p_run, 'reference', array_agg(source), array_agg(ours), array_agg(theirs), array_agg(off))
      from (select * from ranked where of_ours = 1 and of_theirs = 1 limit p_most) fit
$$;

-- Rule 3: the same amount to the same account, so many days apart at most; the earliest takes the earliest.
create function recon_match_account(p_run uuid, p_most int) returns bigint language sql as $$
    with lines as (
        select item_id, source, side, nostro, currency, rail, token, amount, day, row_number() over (
                   partition by token, amount, source, side, nostro, currency order by day, item_id) as nth
          from recon_items
         where match_id is null and token is not null and state not in ('rejected', 'pending', 'charge')
    ), pairs as (
        select source, max(item_id) filter (where side = 'ours') as ours,
               max(item_id) filter (where side = 'theirs') as theirs,
               max(rail) filter (where side = 'ours') as rail, max(day) - min(day) as apart
          from lines group by source, nostro, currency, token, amount, nth having count(*) = 2
    ), fit as (
        select p.source, p.ours, p.theirs from pairs p join recon_tolerances l on l.rail = p.rail
         where p.apart <= l.days limit p_most
    )
    select recon_write_pairs(p_run, 'account', array_agg(source), array_agg(ours), array_agg(theirs),
                             array_agg(0::bigint)) from fit
$$;

-- Marks whole groups: every item of a group gets the group's match.
create function recon_write_groups(
    p_run uuid, p_rule text, p_groups bigint[], p_items bigint[]
) returns bigint language sql as $$
    with members as materialized (
        select g.grp, g.item_id from unnest(p_groups, p_items) g (grp, item_id)
    ), named as materialized (
        select grp, uuidv7() as match_id from members group by grp
    ), kept as (
        insert into recon_matches (match_id, run_id, source, rule, difference)
        select n.match_id, p_run, min(i.source), p_rule,
               sum(case i.side when 'theirs' then i.amount else -i.amount end)
          from named n join members m using (grp) join recon_items i on i.item_id = m.item_id
         group by n.match_id
    ), marked as (
        update recon_items i set match_id = n.match_id
          from members m join named n using (grp) where i.item_id = m.item_id and i.match_id is null
        returning 1
    )
    select count(*) from marked
$$;

-- Rule 4, one to many: a netted batch stands as one line of theirs, for a whole window or for one bank of
-- it, and names it by any of its ids. A line that names none is a window's if its amount is exactly that of
-- one window, which nobody else has.
create function recon_match_one_to_many(p_run uuid) returns bigint language sql as $$
    with ours as materialized (
        select item_id, source, nostro, currency, rail, batch, party, amount, day from recon_items
         where match_id is null and side = 'ours' and batch <> ''
    ), sums as materialized (
        select source, nostro, currency, rail, batch, party, sum(amount)::bigint as amount, count(*) as many,
               max(day) as day
          from ours group by source, nostro, currency, rail, batch, grouping sets ((party), ())
        having count(*) > 1
    ), theirs as materialized (
        select i.item_id, i.source, i.nostro, i.currency, i.amount, i.day,
               array_remove(array[replace(i.end_to_end, '-', ''), replace(i.reference, '-', ''),
                                  replace(i.batch, '-', '')], '') as names,
               i.end_to_end = '' and i.batch = '' as nameless
          from recon_items i where i.match_id is null and i.side = 'theirs'
           and i.state in ('settled', 'returned', 'received')
    ), found as (
        select t.item_id as theirs, s.source, s.nostro, s.currency, s.batch, s.party, s.amount, s.many,
               replace(s.batch, '-', '') = any(t.names) as named, abs(s.amount - t.amount) as off,
               count(*) over (partition by t.item_id) as windows_of_it,
               count(*) over (partition by s.source, s.nostro, s.currency, s.batch, s.party) as lines_of_it
          from theirs t
          join sums s using (source, nostro, currency)
          join recon_tolerances l on l.rail = s.rail
         where (replace(s.batch, '-', '') = any(t.names) and abs(s.amount - t.amount) <= l.minor)
            or (t.nameless and s.amount = t.amount and t.day - s.day between 0 and l.days)
    ), ranked as (
        -- The nearest amount, a whole window before one bank of it, and each only once.
        select *, row_number() over (partition by theirs
                                     order by named desc, off, many desc, batch, party) as of_theirs,
               row_number() over (partition by source, nostro, currency, batch, party
                                  order by named desc, off, theirs) as of_sum
          from found where named or (windows_of_it = 1 and lines_of_it = 1)
    ), chosen as materialized (
        select * from ranked where of_theirs = 1 and of_sum = 1
    ), members as (
        select c.theirs as grp, o.item_id
          from chosen c join ours o
            on (o.source, o.nostro, o.currency, o.batch) = (c.source, c.nostro, c.currency, c.batch)
           and (c.party is null or c.party = o.party)
         -- One bank of a window that is matched whole has nothing left to be matched by.
         where c.party is null or not exists (
            select from chosen w where w.party is null
               and (w.source, w.nostro, w.currency, w.batch) = (c.source, c.nostro, c.currency, c.batch))
        union all
        select c.theirs, c.theirs from chosen c
         where c.party is null or not exists (
            select from chosen w where w.party is null
               and (w.source, w.nostro, w.currency, w.batch) = (c.source, c.nostro, c.currency, c.batch))
    )
    select recon_write_groups(p_run, 'one_to_many', array_agg(grp), array_agg(item_id)) from members
$$;

-- Rule 5, many to one: several lines of theirs are one payment of ours, paid in parts or corrected later.
-- They carry its end-to-end id, or a batch or reference that is its id or its partner's.
create function recon_match_many_to_one(p_run uuid) returns bigint language sql as $$
    with theirs as materialized (
        select i.item_id, i.source, i.nostro, i.currency, i.amount, v.name
          from recon_items i
          cross join lateral (select distinct name from (values (i.end_to_end), (i.batch)) n (name)
                               where name <> '') v
         where i.match_id is null and i.side = 'theirs' and i.state in ('settled', 'returned', 'received')
    ), sums as (
        select source, nostro, currency, name, sum(amount)::bigint as amount, array_agg(item_id) as items
          from theirs group by source, nostro, currency, name having count(*) > 1
    ), ours as (
        select i.item_id, i.source, i.nostro, i.currency, i.rail, i.amount, v.name
          from recon_items i
          cross join lateral (select distinct name from (values (i.end_to_end), (i.reference)) n (name)
                               where name <> '') v
         where i.match_id is null and i.side = 'ours'
    ), found as (
        select o.item_id as ours, s.items,
               row_number() over (partition by o.item_id order by abs(s.amount - o.amount), s.name) as of_ours,
               row_number() over (partition by s.source, s.nostro, s.currency, s.name order by o.item_id) as of_sum
          from ours o join sums s using (source, nostro, currency, name)
          join recon_tolerances l on l.rail = o.rail
         where (o.amount > 0) = (s.amount > 0) and abs(s.amount - o.amount) <= l.minor
    ), chosen as materialized (
        select ours, items from found where of_ours = 1 and of_sum = 1
    ), members as (
        select ours as grp, ours as item_id from chosen
        union all
        -- A line that two names bring in belongs to the first.
        select min(c.ours), m.item_id from chosen c cross join lateral unnest(c.items) m (item_id) group by m.item_id
    )
    select recon_write_groups(p_run, 'many_to_one', array_agg(grp), array_agg(item_id)) from members
$$;

-- Rule 6: theirs that undo each other are nothing to us: a line booked twice, and its reversal.
create function recon_match_reversed(p_run uuid) returns bigint language sql as $$
    with lines as materialized (
        select item_id, source, nostro, currency, coalesce(nullif(end_to_end, ''), reference) as name, amount,
               row_number() over (partition by source, nostro, currency, end_to_end, reference, amount
                                  order by item_id) as nth
          from recon_items
         where match_id is null and side = 'theirs' and state in ('settled', 'returned', 'received')
    ), found as (
        select a.item_id as one, b.item_id as other, row_number() over (partition by a.item_id order by b.item_id) as n,
               row_number() over (partition by b.item_id order by a.item_id) as m
          from lines a join lines b using (source, nostro, currency, name)
         where a.amount = -b.amount and a.amount < 0 and name <> ''
           -- Of a payment of ours that came back the book has to say so too.
           and not exists (select from recon_items o where o.side = 'ours' and o.source = a.source
                              and o.end_to_end = name and o.match_id is null)
    ), members as (
        select one as grp, one as item_id from found where n = 1 and m = 1
        union all select one, other from found where n = 1 and m = 1
    )
    select recon_write_groups(p_run, 'reversed', array_agg(grp), array_agg(item_id)) from members
$$;

-- Rule 7: a report may tell of a payment that went and came back in one line, the one that says it came back.
create function recon_match_returned(p_run uuid) returns bigint language sql as $$
    with joined as (
        update recon_items o set match_id = t.match_id
          from recon_items t
          join recon_items back on back.match_id = t.match_id and back.side = 'ours'
         where o.match_id is null and o.side = 'ours' and o.source = 'report' and o.state = 'settled'
           and t.side = 'theirs' and t.source = 'report' and t.state = 'returned' and t.match_id is not null
           and t.end_to_end <> '' and (t.nostro, t.currency, t.end_to_end) = (o.nostro, o.currency, o.end_to_end)
           and back.amount = -o.amount
           and not exists (select from recon_items s where s.side = 'theirs' and s.source = 'report'
                              and s.state = 'settled' and s.end_to_end = t.end_to_end)
        returning 1
    )
    select count(*) from joined
$$;

-- Where nothing moved there is nothing more to find: what a report rejects and the book never saw leave, and
-- what it called pending until it told the end of it.
create function recon_match_no_movement(p_run uuid) returns bigint language sql as $$
    with members as (
        select t.item_id from recon_items t
         where t.match_id is null and t.side = 'theirs' and t.end_to_end <> '' and (
               t.state = 'rejected' and not exists (
                   select from recon_items o where o.end_to_end = t.end_to_end and o.source = t.source
                      and o.side = 'ours')
            or t.state = 'pending' and exists (
                   select from recon_items f where f.end_to_end = t.end_to_end and f.source = t.source
                      and f.side = 'theirs' and f.state <> 'pending'))
    )
    select recon_write_groups(p_run, 'no_movement', array_agg(item_id), array_agg(item_id)) from members
$$;

revoke execute on function recon_count_lines() from public;
grant execute on function recon_count_lines() to wekeza_app;
grant select on recon_coverage, recon_days_to_work_out to wekeza_app, wekeza_auditor;
