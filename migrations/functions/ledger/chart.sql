-- The bank's books by line: trial balances, and closing a period.

-- What each line of the books holds per currency at the end of a day, by value date; credit-positive.
-- Read from the last closed period on or before that day, and what was posted for later days since.
create function ledger_lines(p_through date) returns table (gl_code text, currency text, balance bigint)
language sql stable set search_path = public, pg_temp as $$
    with base as (
        select max(closed_through) as through from ledger_periods where closed_through <= p_through
    )
    select l.gl_code, l.currency, sum(l.balance)::bigint
      from (select b.gl_code, b.currency, b.balance
              from period_balances b join base on b.closed_through = base.through
            union all
            select k.gl_code, a.currency, sum(e.amount)
              from transactions t
              join ledger_entries e on e.transaction_id = t.transaction_id
              join ledger_accounts a on a.account_id = e.account_id
              join account_kinds k on k.kind = a.kind
             where t.value_date <= p_through
               and t.value_date > coalesce((select through from base), '-infinity')
             group by k.gl_code, a.currency) l
     group by l.gl_code, l.currency
$$;

-- Debit and credit of every line of the chart that is in use, per currency, in minor units.
create function ledger_trial_balance(p_through date)
returns table (gl_code text, name text, class text, currency text, debit bigint, credit bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select g.gl_code, g.name, g.class, l.currency, greatest(-l.balance, 0), greatest(l.balance, 0)
      from ledger_lines(p_through) l join gl_accounts g on g.gl_code = l.gl_code
     order by l.currency, g.gl_code
$$;

-- Closes all days up to one: no posting takes a value date in them any more. A day can be closed an hour
-- after it ended in UTC, when no unit of work that began in it can still be under way. Back-dated
-- postings hold the period's lock together; closing waits for them, and they for it.
create function ledger_close_period(
    p_through date, p_by text, p_now timestamptz, out code text, out facts jsonb
) language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_closed date;
begin
    perform pg_advisory_xact_lock(hashtextextended('ledger period', 0));
    select max(closed_through) into v_closed from ledger_periods;
    facts := '{}';
    if p_through <= v_closed then
        code := 'period_closed';
        facts := jsonb_build_object('value_date', p_through, 'closed_through', v_closed);
    elsif p_now < ((p_through + 1)::timestamp at time zone 'UTC') + interval '1 hour' then
        code := 'period_runs';
        facts := jsonb_build_object('through', p_through);
    else
        with lines as materialized (select * from ledger_lines(p_through)),
             closed as (
                insert into ledger_periods (closed_through, closed_at, closed_by)
                values (p_through, p_now, p_by) returning closed_through)
        insert into period_balances (closed_through, gl_code, currency, balance)
        select closed.closed_through, l.gl_code, l.currency, l.balance from lines l, closed;
        code := 'closed';
    end if;
end $$;

-- What an account held at the end of a day by value date. A value date lies at most 31 days ahead of its
-- posting, so only entries from then on can belong to a later day.
create function ledger_balance_on(p_account uuid, p_date date) returns bigint
language sql stable set search_path = public, pg_temp as $$
    select a.posted - coalesce((
        select sum(e.amount) from ledger_entries e join transactions t on t.transaction_id = e.transaction_id
         where e.account_id = p_account and t.value_date > p_date
           and e.version > ledger_version_before(p_account, (p_date - 31)::timestamp at time zone 'UTC')), 0)
      from ledger_accounts a where a.account_id = p_account
$$;

grant execute on function ledger_close_period to wekeza_app;
grant execute on function ledger_trial_balance, ledger_lines, ledger_balance_on to wekeza_app, wekeza_auditor;
