-- Card payments: what clears with the scheme, which rules a payment breaks, and rules run over the past.

-- What stands in clearing for the scheme: every capture, refund and decided dispute that no report has settled.
create view clearing_explained_cards as
    select 'clearing_cards' as kind, currency::text as currency, kind as subject, clearing_id as subject_id, amount
    from card_clearings where settlement_id is null;

-- What must agree between card payments and the book, a line for each that does not.
create view card_payments_amiss as
    select 'card_transactions ' || t.card_tx_id as subject,
           'says ' || t.held || ' is held, its hold has ' || coalesce(h.rest, 0) as told
      from card_transactions t left join ledger_holds h on h.hold_id = t.hold_id
     where t.held > 0 and (h.status = 'open' and h.rest = t.held) is not true and h.status is distinct from 'expired'
    union all
    select 'card_transactions ' || t.card_tx_id,
           'says ' || t.captured || ' was taken and ' || t.refunded || ' given back, what clears says '
           || coalesce(c.captured, 0) || ' and ' || coalesce(c.refunded, 0)
      from card_transactions t
      left join (select card_tx_id, sum(amount) filter (where kind = 'captured') as captured,
                        -sum(amount) filter (where kind = 'refunded') as refunded
                   from card_clearings group by card_tx_id) c using (card_tx_id)
     where (t.captured, t.refunded) is distinct from (coalesce(c.captured, 0)::bigint, coalesce(c.refunded, 0)::bigint)
    union all
    select 'ledger_accounts card_overdraft in ' || coalesce(b.currency, d.currency),
           'holds ' || coalesce(b.posted, 0) || ', what customers owe for cards is ' || coalesce(d.owed, 0)
      from (select currency, sum(posted) as posted from ledger_accounts
             where owner is null and kind = 'card_overdraft' group by currency) b
      full join (select currency::text as currency, sum(amount - paid) as owed from card_debts group by currency) d
        on d.currency = b.currency
     where coalesce(b.posted, 0) <> -coalesce(d.owed, 0)
    union all
    select 'ledger_accounts card_disputes in ' || coalesce(b.currency, d.currency),
           'holds ' || coalesce(b.posted, 0) || ', credits of open disputes are ' || coalesce(d.claimed, 0)
      from (select currency, sum(posted) as posted from ledger_accounts
             where owner is null and kind = 'card_disputes' group by currency) b
      full join (select currency::text as currency, sum(amount) as claimed from card_disputes
                  where credited and ended_at is null group by currency) d on d.currency = b.currency
     where coalesce(b.posted, 0) <> -coalesce(d.claimed, 0)
    union all
    select 'ledger_accounts card_returns in ' || coalesce(b.currency, r.currency),
           'holds ' || coalesce(b.posted, 0) || ', refunds that wait are ' || coalesce(r.waiting, 0)
      from (select currency, sum(posted) as posted from ledger_accounts
             where owner is null and kind = 'card_returns' group by currency) b
      full join (select currency::text as currency, sum(amount) as waiting from card_returns
                  where due_at is not null group by currency) r on r.currency = b.currency
     where coalesce(b.posted, 0) <> coalesce(r.waiting, 0)
    union all
    select 'card_settlements ' || s.settlement_id,
           'has paid ' || s.matched || ' at once and ' || coalesce(l.paid, 0) || ' later, what it settles is '
           || coalesce(c.settled, 0)
      from card_settlements s
      left join (select settlement_id, sum(amount) as paid from card_unknown_lines
                  where clearing_id is not null group by settlement_id) l using (settlement_id)
      left join (select settlement_id, sum(amount) as settled from card_clearings
                  where settlement_id is not null group by settlement_id) c using (settlement_id)
     where s.matched + coalesce(l.paid, 0) <> coalesce(c.settled, 0);

-- Why cards keep an account from being closed, as a refusal of the ledger with its facts; null: they do not. A payment
-- that was approved and holds nothing may still be taken.
create function account_unsettled(p_account uuid) returns jsonb
language sql stable security definer set search_path = public, pg_temp as $$
    with account as (select account_id, owner from ledger_accounts where account_id = p_account)
    select jsonb_build_object('code', u.code, 'facts', u.facts) from (
        select 1 as place, 'holds_open' as code, '{}'::jsonb as facts
          from account join card_transactions t on t.customer_id = owner and t.wallet_id = account_id
         where t.status = 'approved'
        union all
        select 2, 'account_owes',
               jsonb_build_object('balance', money_text(-sum(d.amount - d.paid)::bigint, min(d.currency)::char(3)))
          from account join card_debts d on d.customer_id = owner and d.wallet_id = account_id
         where d.due_at is not null having count(*) > 0
        union all
        select 3, 'account_awaits', '{"what": "dispute"}'
          from account join card_disputes d on d.customer_id = owner and d.wallet_id = account_id
         where d.ended_at is null
        union all
        select 4, 'account_awaits', '{"what": "refund"}'
          from account join card_returns r on r.wallet_id = account_id where r.due_at is not null) u
     order by u.place limit 1
$$;

-- Begin of the day or the month that a moment lies in, where somebody lives.
create function card_period_start(p_per text, p_zone text, p_now timestamptz) returns timestamptz
language sql stable as $$
    select date_trunc(p_per, p_now at time zone p_zone) at time zone p_zone
$$;

-- The rules that a payment would break, those in shadow too. `p_amount` is what it adds to what was spent, `p_whole`
-- all of it where it raises an earlier one (`p_tx`, which counts once). The month's limit of the card itself comes as
-- a rule without an id.
create function card_control_check(
    p_card uuid, p_tx uuid, p_group text, p_country text, p_home text, p_way text, p_amount bigint, p_whole bigint,
    p_currency text, p_month_limit bigint, p_zone text, p_now timestamptz
) returns table (control_id uuid, mode text, set_by text, breaks text, most bigint, spent bigint)
language sql stable as $$
    with rules as (
        select k.*, card_period_start(nullif(k.per, 'transaction'), p_zone, p_now) as since
          from card_controls k
         where k.mode in ('shadow', 'bind')
           and (k.card_id = p_card or (k.card_id is null and k.currency = p_currency))
           and (k.groups is null or p_group = any (k.groups))
           and (k.countries is null or p_country = any (k.countries))
           and (not k.abroad or p_country <> p_home)
           and (k.ways is null or p_way = any (k.ways))
    ), used as (
        select k.control_id, coalesce(sum(t.held + t.captured), 0)::bigint as spent,
               count(t.card_tx_id) filter (where t.card_tx_id is distinct from p_tx) as payments
          from rules k
          left join card_transactions t
            on k.per in ('day', 'month') and t.card_id = p_card and t."timestamp" >= k.since
           and t.held + t.captured > 0
           and (k.groups is null or t.mcc_group = any (k.groups))
           and (k.countries is null or t.merchant_country = any (k.countries))
           and (not k.abroad or t.merchant_country <> p_home)
           and (k.ways is null or t.way = any (k.ways))
         group by k.control_id
    ), judged as (
        select k.control_id, k.mode, k.set_by, k.most, u.spent,
               case when k.per is null then 'forbidden'
                    when k.per = 'transaction' then case when p_whole > k.most then 'transaction' end
                    when u.spent + p_amount > k.most then k.per
                    when u.payments + 1 > k.most_count then 'count' end as breaks
          from rules k join used u using (control_id)
        union all
        select null, 'bind', 'customer', p_month_limit, s.spent,
               case when s.spent + p_amount > p_month_limit then 'month' end
          from (select coalesce(sum(t.held + t.captured), 0)::bigint as spent from card_transactions t
                 where t.card_id = p_card and t."timestamp" >= card_period_start('month', p_zone, p_now)) s
    )
    select j.control_id, j.mode, j.set_by, j.breaks, j.most, j.spent from judged j
     where j.breaks is not null order by j.control_id nulls last
$$;

-- What a rule would have said of payments that were approved in the past, one by one as they came.
create function card_control_back_test(p_control uuid, p_since timestamptz, p_now timestamptz)
returns table (card_tx_id uuid, at timestamptz, amount bigint, breaks text) language sql stable as $$
    with rule as (select * from card_controls where control_id = p_control), past as (
        select t.card_tx_id, t.card_id, t."timestamp" as at, t.amount, k.per, k.most, k.most_count,
               date_trunc(coalesce(nullif(k.per, 'transaction'), 'day'), t."timestamp" at time zone o.timezone) as period
          from rule k
          join card_transactions t
            on (t.card_id = k.card_id or (k.card_id is null and t.currency = k.currency))
           and t."timestamp" >= p_since and t."timestamp" < p_now
           and t.kind <> 'refund' and t.status <> 'declined'
           and (k.groups is null or t.mcc_group = any (k.groups))
           and (k.countries is null or t.merchant_country = any (k.countries))
           and (k.ways is null or t.way = any (k.ways))
          join account_owners o on o.owner = t.customer_id
         where not k.abroad or t.merchant_country <> o.country
    ), run as (
        select p.*, sum(p.amount) over whole as spent, count(*) over whole as payments
          from past p window whole as (partition by p.card_id, p.period order by p.at, p.card_tx_id)
    )
    select r.card_tx_id, r.at, r.amount, b.breaks
      from run r, lateral (select
            case when r.per is null then 'forbidden'
                 when r.per = 'transaction' then case when r.amount > r.most then 'transaction' end
                 when r.spent > r.most then r.per
                 when r.payments > r.most_count then 'count' end as breaks) b
     where b.breaks is not null
     order by r.at, r.card_tx_id
$$;

-- What a customer who leaves said about payments they disputed; what was paid is the bank's to keep.
create function erase_card_payments(p_customer uuid) returns void
language sql volatile security definer set search_path = public, pg_temp as $$
    update card_dispute_events e set words = null from card_disputes d
        where d.dispute_id = e.dispute_id and d.customer_id = p_customer and d.ended_at is not null
            and e.words is not null;
$$;

-- Forgets what was said in disputes that ended before a moment, the first to end first, and returns how much.
create function forget_card_disputes(p_before timestamptz, p_most int) returns int
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_many int;
begin
    update card_dispute_events set words = null where (dispute_id, n) in (
        select e.dispute_id, e.n from card_disputes d join card_dispute_events e on e.dispute_id = d.dispute_id
        where d.ended_at < p_before and e.words is not null
        order by d.ended_at, e.dispute_id, e.n limit p_most);
    get diagnostics v_many = row_count;
    return v_many;
end $$;

revoke execute on function erase_card_payments(uuid), forget_card_disputes(timestamptz, int) from public;
grant execute on function forget_card_disputes to wekeza_app;
grant select on clearing_explained_cards, card_payments_amiss to wekeza_app, wekeza_auditor;
revoke execute on function account_unsettled from public;
grant execute on function account_unsettled to wekeza_ledger;
grant execute on function card_period_start, card_control_check, card_control_back_test to wekeza_app;
