-- Payments that leave, as those who check and look after them see them.

-- Where money of payments on their way stands: what each clearing account must hold, payment by payment.
create view clearing_explained_settlements as
    select clearing as kind, currency::text as currency, 'settlement' as subject, settlement_id as subject_id,
           in_clearing as amount
      from settlements where clearing is not null;

-- What each nostro holds, what of it is promised to payments on their way, and what may still be sent.
-- The ledger is credit-positive: money we hold elsewhere stands there below zero.
create view nostro_liquidity with (security_invoker = true) as
    select n.nostro, n.currency::text as currency, coalesce(-s.posted, 0)::bigint as held, n.reserved,
           (coalesce(-s.posted, 0) - n.reserved)::bigint as free, n.low_water,
           coalesce(-s.posted, 0) - n.reserved < n.low_water as is_low
      from nostro_lines n
      left join system_accounts s on (s.kind::text, s.currency) = (n.nostro, n.currency::text);

-- How many payments stand where, by rail, and since when the oldest does.
create view settlement_counts as
    select rail, status, currency::text as currency, count(*) as payments, sum(amount)::bigint as amount,
           min("timestamp") as oldest
      from settlements where status in ('held', 'queued', 'sent', 'accepted', 'returning')
     group by rail, status, currency;

-- What each bank is owed, or owes back, for the payments of a window: netted when the window has closed.
create view netting_due as
    select w.window_id, w.rail, s.bank_id, w.currency::text as currency, count(*) as out_count,
           sum(s.amount)::bigint as out_amount, count(*) filter (where s.returned > 0) as back_count,
           sum(s.returned)::bigint as back_amount
      from netting_windows w join settlements s on s.window_id = w.window_id
     where s.status in ('sent', 'accepted', 'settled', 'returned') or s.returned > 0
     group by w.window_id, w.rail, s.bank_id, w.currency;

grant select on clearing_explained_settlements, nostro_liquidity, settlement_counts, netting_due
    to wekeza_app, wekeza_auditor;
