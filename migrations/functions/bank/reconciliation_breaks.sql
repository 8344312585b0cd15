-- Where book, reports and statements differ, as it stands now: a view for each kind, and keeping what is new of it.

-- Open items of ours whose time is over: T+n has passed, and those who should have told of them have told of
-- their own day and of the last one that counts.
create view recon_overdue as
    select i.item_id, i.source, i.nostro, i.currency, i.partner, i.rail, i.day, i.amount, i.state, i.end_to_end,
           i.settlement_id, d.due_on
      from recon_items i
      join recon_due d on (d.rail, d.day) = (i.rail, i.day)
      join lateral (
        select min(c.since) as since, max(c.until) as until from recon_coverage c
         where (c.source, c.nostro, c.currency) = (i.source, i.nostro, i.currency)
           and c.partner in ('', i.partner)) c on i.day >= c.since and d.due_on <= c.until
     where i.match_id is null and i.side = 'ours'
       -- A report that has not come is one break, not one for each of its payments.
       and (i.source = 'statement' or exists (
            select from recon_sources s where s.source = 'report' and s.partner = i.partner
               and i.day between s.since and s.day))
       -- Nor is a statement that has not come, of a day on which it might be.
       and (i.source = 'report' or not exists (
            select from recon_breaks b join recon_sources s using (source_id)
             where b.status = 'open' and b.kind = 'balance_gap' and b.nostro = i.nostro and b.currency = i.currency
               and s.partner in ('', i.partner)
               and greatest(i.day, b.after_day + 1) <= least(d.due_on, b.day - 1)));

-- What differs, kind by kind. Each view tells what it found now; `recon_open` keeps what is new of it. They
-- are asked in the order they stand in here: what an earlier one has found, a later one leaves alone.

-- The same payment in another currency.
create view recon_found_currency_differs as
    select distinct on (o.item_id) o.source || ' ' || o.end_to_end as about, 2 as severity, o.source, o.nostro,
           o.currency, o.rail, o.day, null::date as after_day, abs(o.amount) as amount,
           money_text(o.amount, o.currency) as expected, money_text(t.amount, t.currency) as found, o.item_id,
           t.item_id as other_id, t.source_id, o.settlement_id
      from recon_items t
      join recon_items o on (o.source, o.nostro, o.end_to_end) = (t.source, t.nostro, t.end_to_end)
     where t.match_id is null and t.side = 'theirs' and t.end_to_end <> ''
       and t.state in ('settled', 'returned', 'received')
       and o.match_id is null and o.side = 'ours' and o.currency <> t.currency
     order by o.item_id, t.item_id;

-- The book and the others do not agree on how a payment ended: one payment, one break, whoever tells of it.
create view recon_found_wrong_status as
    select distinct on (f.nostro, f.currency, f.about) f.about, 2 as severity, f.source, f.nostro, f.currency,
           f.rail, f.day, null::date as after_day, abs(f.amount) as amount, f.expected, f.found, f.item_id,
           f.other_id, f.source_id, f.settlement_id
      from (
        -- The book says it arrived; the report, that it did not, or came back.
        select 1 as nth, o.end_to_end as about, o.source, o.nostro, o.currency, o.rail, o.day, o.amount,
               'settled' as expected, t.state as found, o.item_id, t.item_id as other_id, t.source_id, o.settlement_id
          from recon_items t
          join recon_items o on (o.source, o.nostro, o.currency, o.end_to_end)
                                = (t.source, t.nostro, t.currency, t.end_to_end)
         where t.match_id is null and t.side = 'theirs' and t.source = 'report' and t.end_to_end <> ''
           and (t.state in ('returned', 'rejected')
                or t.state = 'pending' and exists (select from recon_overdue d where d.item_id = o.item_id))
           and o.match_id is null and o.side = 'ours' and o.state = 'settled'
           and not exists (select from recon_items s where s.end_to_end = t.end_to_end and s.source = 'report'
                              and s.side = 'theirs' and s.state = 'settled')
        union all
        -- The book says it came back; the report, that it arrived.
        select 2, o.end_to_end, o.source, o.nostro, o.currency, o.rail, o.day, o.amount, 'returned', t.state,
               o.item_id, t.item_id, t.source_id, o.settlement_id
          from recon_items o
          join recon_items t on t.end_to_end = o.end_to_end and t.source = o.source and t.side = 'theirs'
         where o.match_id is null and o.side = 'ours' and o.source = 'report' and o.state = 'returned'
           and t.state = 'settled'
           and not exists (select from recon_items r where r.end_to_end = o.end_to_end and r.source = 'report'
                              and r.side = 'theirs' and r.state = 'returned')
        union all
        -- They say it arrived; in the book it ended without leaving, or has had no end for too long.
        select 3, t.end_to_end, t.source, t.nostro, t.currency, t.rail, t.day, t.amount, s.status, t.state,
               t.item_id, null, t.source_id, s.settlement_id
          from recon_items t
          join settlements s on s.reference = t.end_to_end
          left join recon_due d on (d.rail, d.day) = (s.rail, t.day)
          left join recon_coverage c on (c.source, c.nostro, c.currency, c.partner)
                                        = (t.source, t.nostro, t.currency, t.partner)
         where t.match_id is null and t.side = 'theirs' and t.state in ('settled', 'returned') and t.end_to_end <> ''
           and (s.status not in ('sent', 'accepted', 'settled') or s.status <> 'settled' and d.due_on <= c.until)
           and not exists (select from recon_items o where o.end_to_end = t.end_to_end and o.side = 'ours')
        union all
        -- They say it came back; the book, that it arrived.
        select 4, t.end_to_end, t.source, t.nostro, t.currency, t.rail, t.day, t.amount, s.status, t.state,
               t.item_id, null, t.source_id, s.settlement_id
          from recon_items t
          join settlements s on s.reference = t.end_to_end
         where t.match_id is null and t.side = 'theirs' and t.state = 'returned' and t.end_to_end <> ''
           and s.status = 'settled'
           and not exists (select from recon_items o where o.end_to_end = t.end_to_end and o.side = 'ours'
                              and o.state = 'returned')
      ) f
     order by f.nostro, f.currency, f.about, f.nth, f.source desc;

-- The same payment with another amount, beyond what is let pass.
create view recon_found_amount_differs as
    select distinct on (o.item_id) o.source || ' ' || o.end_to_end as about, 1 as severity, o.source, o.nostro,
           o.currency, o.rail, o.day, null::date as after_day, abs(t.amount - o.amount) as amount,
           money_text(o.amount, o.currency) as expected, money_text(t.amount, t.currency) as found, o.item_id,
           t.item_id as other_id, t.source_id, o.settlement_id
      from recon_items t
      join recon_items o on (o.source, o.nostro, o.currency, o.end_to_end)
                            = (t.source, t.nostro, t.currency, t.end_to_end)
     where t.match_id is null and t.side = 'theirs' and t.end_to_end <> ''
       and t.state in ('settled', 'returned', 'received')
       and o.match_id is null and o.side = 'ours' and (o.amount > 0) = (t.amount > 0) and o.amount <> t.amount
     order by o.item_id, t.item_id;

-- A charge that nobody in the book knows, or a report that charges more than the rail's price.
create view recon_found_fee_unexpected as
    select 'item ' || t.item_id as about, 0 as severity, t.source, t.nostro, t.currency, t.rail, t.day,
           null::date as after_day, abs(t.amount) as amount, money_text(0, t.currency) as expected,
           money_text(abs(t.amount), t.currency) as found, t.item_id, null::bigint as other_id, t.source_id,
           null::uuid as settlement_id
      from recon_items t
     where t.match_id is null and t.side = 'theirs' and t.state = 'charge'
    union all
    select 'item ' || t.item_id, 0, t.source, t.nostro, t.currency, t.rail, t.day, null, t.overcharge,
           money_text(r.cost, t.currency), money_text(r.cost + t.overcharge, t.currency), t.item_id, null, t.source_id,
           (select settlement_id from settlements s where s.reference = t.end_to_end)
      from recon_sources n
      join recon_items t on t.source_id = n.source_id and t.overcharge > 0
      join rails r on r.rail = t.rail
     where n.run_id is null;

-- A line that says again what another one said. Which of them is one too many cannot be told: the one that
-- came last. Of money that came in the payer chose the id, so there their own reference has to be the same.
create view recon_found_duplicate as
    select 'item ' || t.item_id as about, case t.source when 'statement' then 2 else 0 end as severity, t.source,
           t.nostro, t.currency, t.rail, t.day, null::date as after_day, abs(t.amount) as amount, 'once' as expected,
           money_text(t.amount, t.currency) as found, t.item_id, first.item_id as other_id, t.source_id,
           (select settlement_id from settlements s where s.reference = t.end_to_end) as settlement_id
      from recon_items t
      join lateral (
        select f.item_id from recon_items f
         where f.end_to_end = t.end_to_end and f.source = t.source and f.side = 'theirs' and f.item_id <> t.item_id
           and (f.nostro, f.currency, f.amount, f.state) = (t.nostro, t.currency, t.amount, t.state)
           and (f.match_id is not null or f.item_id < t.item_id)
           and (t.state <> 'received' or f.reference = t.reference)
         order by f.match_id is null, f.item_id limit 1) first on true
     where t.match_id is null and t.side = 'theirs' and t.state in ('settled', 'returned', 'received')
       and t.end_to_end <> '';
create view recon_found_duplicate_in_statement as select * from recon_found_duplicate where source = 'statement';
create view recon_found_duplicate_in_report as select * from recon_found_duplicate where source = 'report';

-- What they tell of and the book does not know at all. Report and statement of one payment are one break.
create view recon_found_missing_in_book as
    select distinct on (f.nostro, f.currency, f.about) f.about, 2 as severity, f.source, f.nostro, f.currency,
           f.rail, f.day, null::date as after_day, abs(f.amount) as amount, 'nothing' as expected,
           money_text(f.amount, f.currency) as found, f.item_id,
           nullif(first_value(f.item_id) over (partition by f.nostro, f.currency, f.about
                                               order by f.source, f.item_id), f.item_id) as other_id,
           f.source_id, f.of_payment as settlement_id
      from (
        select t.*, s.settlement_id as of_payment,
               -- Payers may call their payments alike; then their own reference tells them apart.
               case when t.end_to_end <> '' and not exists (
                       select from recon_items x where x.end_to_end = t.end_to_end and x.source = t.source
                          and x.side = 'theirs' and x.match_id is null and x.item_id <> t.item_id)
                    then t.end_to_end
                    else concat_ws(' ', nullif(t.end_to_end, ''),
                                   coalesce(nullif(t.reference, ''), 'item ' || t.item_id))
               end as about
          from recon_items t
          left join settlements s on s.reference = t.end_to_end and t.end_to_end <> ''
         where t.match_id is null and t.side = 'theirs' and t.state in ('settled', 'returned', 'received')
           -- A payment that is still on its way here is waited for; one that ended otherwise is found above.
           and (s.settlement_id is null or s.status not in ('sent', 'accepted'))
           and not exists (select from recon_breaks b where b.status = 'open' and b.item_id = t.item_id)
           and not exists (select from recon_breaks b where b.status = 'open' and b.other_id = t.item_id)
           and not exists (select from recon_breaks b where b.status = 'open' and b.kind = 'wrong_status'
                              and b.about = t.end_to_end)
      ) f
     order by f.nostro, f.currency, f.about, f.source desc, f.item_id;

-- What the book tells of and they do not, though their time is over.
create view recon_found_missing as
    select o.source || ' item ' || o.item_id as about, 1 as severity,
           o.source, o.nostro, o.currency, o.rail, o.day, null::date as after_day, abs(o.amount) as amount,
           money_text(o.amount, o.currency) as expected, 'nothing' as found, o.item_id, null::bigint as other_id,
           null::uuid as source_id, o.settlement_id
      from recon_overdue o
     where not exists (select from recon_breaks b where b.status = 'open' and b.item_id = o.item_id
                          and b.kind in ('amount_differs', 'currency_differs'))
       and not exists (select from recon_breaks b where b.status = 'open' and b.kind = 'wrong_status'
                          and b.about = o.end_to_end);
create view recon_found_missing_in_statement as select * from recon_found_missing where source = 'statement';
create view recon_found_missing_in_report as select * from recon_found_missing where source = 'report';

-- What this run matched, and the statement booked after T+n. The money is there: it is a word with the rail.
create function recon_found_late(p_run uuid) returns table (
    about text, severity int, source text, nostro text, currency char(3), rail text, day date, after_day date,
    amount bigint, expected text, found text, item_id bigint, other_id bigint, source_id uuid, settlement_id uuid
) language sql stable as $$
    select 'match ' || m.match_id, 0, m.source, min(o.nostro), min(o.currency), min(o.rail), min(o.day), null::date,
           max(abs(o.amount)), min(d.due_on)::text, min(t.day)::text, min(o.item_id), min(t.item_id),
           any_value(t.source_id), case when count(distinct o.item_id) = 1 then any_value(o.settlement_id) end
      from recon_matches m
      join recon_items o on o.match_id = m.match_id and o.side = 'ours'
      join recon_items t on t.match_id = m.match_id and t.side = 'theirs'
      join recon_due d on (d.rail, d.day) = (o.rail, o.day)
     where m.run_id = p_run and m.source = 'statement'
     group by m.match_id, m.source
    having min(t.day) > min(d.due_on)
$$;

-- What people have accepted as it is: a gap stays a gap, and is not found anew.
create view recon_accepted as
    select kind, about from recon_breaks where how = 'forced' and kind in ('balance_gap', 'report_gap');

-- A statement that does not begin where the one before ended, or whose lines do not lead from its opening
-- balance to its closing one.
create view recon_found_balance_gap as
    with chain as (
        select s.*, lag(closing) over one_account as before, lag(day) over one_account as before_day
          from recon_sources s where source = 'statement'
        window one_account as (partition by account order by day, length(number), number, source_id)
    )
    select 'opening ' || source_id as about, 2 as severity, source, nostro, currency, '' as rail, day,
           before_day as after_day, abs(opening - before) as amount, money_text(before, currency) as expected,
           money_text(opening, currency) as found, null::bigint as item_id, null::bigint as other_id, source_id,
           null::uuid as settlement_id
      from chain where opening <> before
       and not exists (select from recon_accepted x where x.about = 'opening ' || source_id)
    union all
    select 'lines ' || source_id, 2, source, nostro, currency, '', day, day, abs(opening + total - closing),
           money_text(opening + total, currency), money_text(closing, currency), null, null, source_id, null
      from chain where opening + total <> closing
       and not exists (select from recon_accepted x where x.about = 'lines ' || source_id);

-- A day of a rail on which the book has payments, and for which no report has come though later ones have.
create view recon_found_report_gap as
    select i.rail || ' ' || i.day as about, 1 as severity, i.source, i.nostro, i.currency, i.rail, i.day,
           null::date as after_day, sum(abs(i.amount))::bigint as amount, count(*) || ' payments' as expected,
           'no report' as found, null::bigint as item_id, null::bigint as other_id, null::uuid as source_id,
           null::uuid as settlement_id
      from recon_items i
      join recon_due d on (d.rail, d.day) = (i.rail, i.day)
      join recon_coverage c on (c.source, c.nostro, c.currency, c.partner)
                               = (i.source, i.nostro, i.currency, i.partner)
     where i.match_id is null and i.side = 'ours' and i.source = 'report' and i.day >= c.since
       and d.due_on <= c.until
       and not exists (select from recon_sources s where s.source = 'report' and s.partner = i.partner
                          and i.day between s.since and s.day)
       and not exists (select from recon_accepted x where x.about = i.rail || ' ' || i.day)
     group by i.source, i.nostro, i.currency, i.rail, i.day;

-- Keeps what is found of one kind now and was not known, and returns how many breaks that is. What is large for
-- its nostro is one step more severe.
create function recon_open(p_run uuid, p_kind text, p_now timestamptz) returns bigint language plpgsql as $$
declare
    v_opened bigint;
begin
    execute format($sql$
        with opened as (
            insert into recon_breaks (break_id, kind, about, severity, source, nostro, currency, rail, day, after_day,
                amount, expected, found, item_id, other_id, source_id, settlement_id, run_id, opened_at)
            select uuidv7(), $2, f.about,
                   least(3, f.severity + case when f.amount >= 50 * n.low_water then 1 else 0 end), f.source,
                   f.nostro, f.currency, f.rail, f.day, f.after_day, f.amount, f.expected, f.found, f.item_id,
                   f.other_id, f.source_id, f.settlement_id, $1, $3
              from %s f
              left join nostro_lines n on (n.nostro, n.currency) = (f.nostro, f.currency)
            on conflict (kind, nostro, currency, about) where status = 'open' do nothing
            returning break_id, settlement_id
        ), logged as (
            insert into reconciliation_logs (settlement_id, result, "timestamp", run_id, break_id)
            select settlement_id, $2, $3, $1, break_id from opened
        )
        select count(*) from opened
    $sql$, case p_kind when 'late' then 'recon_found_late($1)' else format('%I', 'recon_found_' || p_kind) end)
    into v_opened using p_run, p_kind, p_now;
    return v_opened;
end $$;

-- Ends the breaks that are none any more, and returns how many.
create function recon_resolve(p_run uuid, p_now timestamptz) returns bigint language sql as $$
    with judged as (
        select b.break_id, b.settlement_id, case
            when b.kind in ('missing_in_statement', 'missing_in_report', 'missing_in_book') then case
                when i.match_id is not null and (b.other_id is null or o.match_id is not null) then 'line_came'
                when exists (select from recon_breaks w where w.status = 'open' and w.item_id = b.item_id
                                and w.kind in ('amount_differs', 'currency_differs'))
                  or exists (select from recon_breaks w where w.status = 'open' and w.other_id = b.item_id
                                and w.kind in ('amount_differs', 'currency_differs'))
                  or exists (select from recon_breaks w where w.status = 'open' and w.kind = 'wrong_status'
                                and w.about = i.end_to_end) then 'found_otherwise' end
            when b.kind in ('amount_differs', 'currency_differs', 'duplicate_in_statement', 'duplicate_in_report')
                 and i.match_id is not null then 'corrected'
            when b.kind = 'wrong_status' and i.match_id is not null
                 and (b.other_id is null or o.match_id is not null) then 'corrected'
            when b.kind = 'fee_unexpected' and b.source = 'statement' and i.match_id is not null then 'line_came'
            when b.kind = 'balance_gap'
                 and not exists (select from recon_found_balance_gap g where g.about = b.about) then 'line_came'
            when b.kind = 'report_gap'
                 and exists (select from recon_sources s join rails r on r.partner = s.partner
                              where s.source = 'report' and r.rail = b.rail and b.day between s.since and s.day)
                 then 'line_came'
            end as how
          from recon_breaks b
          left join recon_items i on i.item_id = b.item_id
          left join recon_items o on o.item_id = b.other_id
         where b.status = 'open'
    ), ended as (
        update recon_breaks b set status = 'resolved', how = j.how, resolved_at = p_now
          from judged j where j.break_id = b.break_id and j.how is not null
        returning b.break_id, b.settlement_id
    ), logged as (
        insert into reconciliation_logs (settlement_id, result, "timestamp", run_id, break_id)
        select settlement_id, 'resolved', p_now, p_run, break_id from ended
    )
    select count(*) from ended
$$;

-- Writes down which payments all agree on since this run: every item of ours is matched, and one of them now.
create function recon_log_matched(p_run uuid, p_now timestamptz) returns bigint language sql as $$
    with touched as materialized (
        select distinct i.end_to_end, i.settlement_id
          from recon_matches m join recon_items i on i.match_id = m.match_id and i.side = 'ours'
         where m.run_id = p_run and i.settlement_id is not null
    ), agreed as (
        select t.settlement_id from touched t join recon_items i on i.end_to_end = t.end_to_end and i.side = 'ours'
         group by t.settlement_id having bool_and(i.match_id is not null)
    ), logged as (
        insert into reconciliation_logs (settlement_id, result, "timestamp", run_id)
        select settlement_id, 'matched', p_now, p_run from agreed
        returning 1
    )
    select count(*) from logged
$$;

-- How severe a break is on a day: a step more after three days, another after ten.
create function recon_aged(p_severity smallint, p_day date, p_today date) returns int language sql immutable as $$
    select least(3, p_severity + case when p_today - p_day > 10 then 2 when p_today - p_day > 3 then 1 else 0 end)
$$;

-- How many breaks are open, of what kind, and since when.
create view recon_counts as
    select kind, nostro, currency::text as currency, count(*) as breaks, sum(amount)::bigint as amount,
           min(day) as oldest
      from recon_breaks where status = 'open'
     group by kind, nostro, currency;

grant select on recon_overdue, recon_found_currency_differs, recon_found_wrong_status,
    recon_found_amount_differs, recon_found_fee_unexpected, recon_found_duplicate,
    recon_found_duplicate_in_statement, recon_found_duplicate_in_report, recon_found_missing_in_book,
    recon_found_missing, recon_found_missing_in_statement, recon_found_missing_in_report, recon_found_balance_gap,
    recon_found_report_gap, recon_accepted, recon_counts to wekeza_app, wekeza_auditor;
