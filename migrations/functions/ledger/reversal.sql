-- Undoing a transaction: the opposite is posted, today, linked by `reverses`. What was written stays.
-- The order of locks: the id, the original, the accounts by id, the counters.

-- Gives back to the limits of those who had paid, on the day the original was counted for the day's and
-- in its month for the month's. A capture gives nothing back here: its hold was counted, not it.
create function ledger_return_limits(p_original transactions, p_payers uuid[], p_payees uuid[], p_amounts bigint[],
                                     p_currencies text[]) returns void
language plpgsql volatile as $$
declare
    v_owners uuid[] := array(select distinct owner from ledger_accounts
                              where account_id = any(p_payers) and owner is not null);
begin
    if not ledger_counts(p_original.type)
       or exists (select from hold_events where id = p_original.transaction_id) then
        return;
    end if;
    perform from limit_counters where owner = any(v_owners) order by owner for no key update;
    update limit_counters k
       set day_spent = greatest(k.day_spent - case when k.day = g.day then g.worth else 0 end, 0),
           month_spent = greatest(k.month_spent - case when k.month = date_trunc('month', g.day::timestamp)::date
                                                       then g.worth else 0 end, 0)
      from (select c.owner, (p_original."timestamp" at time zone c.timezone)::date as day,
                   sum(floor(ledger_value(l.amount, l.currency, c.home_currency, p_original."timestamp"))) as worth
              from unnest(p_payers, p_payees, p_amounts, p_currencies) l (payer, payee, amount, currency)
              join ledger_accounts a on a.account_id = l.payer
              join ledger_accounts b on b.account_id = l.payee and b.owner is distinct from a.owner
              join limit_counters c on c.owner = a.owner
             group by c.owner) g
     where k.owner = g.owner;
end $$;

-- Why a transaction cannot be reversed by that much; p_undone is what earlier reversals and recalls gave
-- back, or a recall has set aside.
create function ledger_judge_reversal(p_original transactions, p_legs int, p_amount bigint, p_undone bigint)
returns ledger_verdict language plpgsql stable as $$
declare
    v_verdict ledger_verdict;
    v_left    bigint := p_original.amount - p_undone;
begin
    v_verdict.facts := '{}';
    if p_original.transaction_id is null then
        v_verdict.code := 'unknown_transaction';
    elsif p_original.reverses is not null then
        v_verdict.code := 'reversal_of_reversal';
    elsif p_legs > 1 and p_amount is not null then
        v_verdict.code := 'reversed_whole_only';
    elsif v_left <= 0 or (p_legs > 1 and p_undone > 0) or p_amount > v_left then
        v_verdict.code := 'reversal_exceeds_rest';
        v_verdict.facts := jsonb_build_object(
            'left', money_text(case when p_legs > 1 then 0 else greatest(v_left, 0) end, p_original.currency),
            'wanted', money_text(coalesce(p_amount, p_original.amount), p_original.currency));
    end if;
    return v_verdict;
end $$;

-- Reverses an amount of a transaction, or all that is left of it. A group is reversed whole: its legs
-- have no common part, least of all in two currencies. The payee's money is judged as in any posting;
-- with p_force the bank first advances what the payee lacks from its `receivable` account, and is owed it.
create function ledger_reverse(
    p_id uuid, p_transaction uuid, p_amount bigint, p_currency text, p_force boolean, p_reference text,
    p_note text, p_now timestamptz, p_correlation text,
    out code text, out facts jsonb, out replayed boolean, out hash bytea, out moved bigint, out currency text
) language plpgsql volatile security definer
set search_path = public, pg_temp set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    v_original   transactions;
    v_payers     uuid[];                    -- of the original's legs, the last leg first
    v_payees     uuid[];
    v_amounts    bigint[];
    v_currencies text[];
    v_debits     uuid[];
    v_credits    uuid[];
    v_undone     bigint;
    v_advance    record;
    v_verdict    ledger_verdict;
begin
    hash := sha256(convert_to(
        row('reverse', p_transaction, p_amount, p_currency, p_force, p_reference, p_note)::text, 'UTF8'));
    perform ledger_take_id(p_id);
    select array_agg(d.account_id order by d.leg desc), array_agg(c.account_id order by d.leg desc),
           array_agg(c.amount order by d.leg desc), array_agg(a.currency order by d.leg desc)
      into v_payers, v_payees, v_amounts, v_currencies
      from ledger_entries d
      join ledger_entries c on c.transaction_id = d.transaction_id and c.leg = d.leg and c.amount > 0
      join ledger_accounts a on a.account_id = d.account_id
     where d.transaction_id = p_transaction and d.amount < 0;
    currency := v_currencies[cardinality(v_currencies)];
    if ledger_answered(p_id) then
        select r.code, r.facts, r.replayed into code, facts, replayed from ledger_replay(p_id, hash) r;
        select e.amount into moved from ledger_entries e
         where e.transaction_id = p_id and e.amount > 0 and e.account_id = v_payers[cardinality(v_payers)] limit 1;
        return;
    end if;
    if p_amount <= 0 or p_currency <> currency then
        raise exception using errcode = 'invalid_parameter_value',
            message = 'a reversal is a positive amount in the currency of its original';
    end if;

    replayed := false;
    select * into v_original from transactions where transaction_id = p_transaction for no key update;
    -- Every account now: a recall that is asked for at this moment has its hold, or waits for this.
    if p_force then
        perform ledger_system_account('receivable', u.currency, p_now)
           from (select distinct l.currency from unnest(v_currencies) l (currency)) u;
        perform from ledger_accounts
          where account_id = any(v_payers || v_payees) or (
              owner is null and kind = 'receivable' and ledger_accounts.currency = any(v_currencies))
          order by account_id for no key update;
    else
        perform from ledger_accounts where account_id = any(v_payers || v_payees)
          order by account_id for no key update;
    end if;
    select coalesce(sum(e.amount), 0) into v_undone
      from transactions r join ledger_entries e on e.transaction_id = r.transaction_id
     where r.reverses = p_transaction and e.amount > 0 and e.account_id = v_payers[cardinality(v_payers)];
    -- A recall is a hold that leads back to the payer, under the reference of what it recalls.
    select v_undone + coalesce(sum(h.captured + h.rest), 0) into v_undone from ledger_holds h
     where h.type = 'recall' and h.reference = v_original.reference
       and h.credit_id = v_payers[cardinality(v_payers)];
    v_verdict := ledger_judge_reversal(v_original, cardinality(v_payers), p_amount, v_undone);
    -- point: judged
    if v_verdict.code is not null then
        code := v_verdict.code;
        facts := v_verdict.facts;
        perform ledger_refuse(p_id, hash, code, facts, p_now);
        return;
    end if;

    moved := coalesce(p_amount, v_original.amount - v_undone);
    if cardinality(v_payers) = 1 then
        v_amounts[1] := moved;
    end if;
    v_debits := v_payees;
    v_credits := v_payers;
    if p_force then
        for v_advance in
            select a.account_id, a.currency, sum(l.amount) - greatest(a.posted - a.held - a.floor, 0) as lacking
              from (select v_payees[i] as account_id, v_amounts[i] as amount from generate_subscripts(v_payees, 1) i
                    union all select v_payers[i], -v_amounts[i] from generate_subscripts(v_payers, 1) i) l
              join ledger_accounts a on a.account_id = l.account_id
             where a.floor is not null group by a.account_id
            having sum(l.amount) > greatest(a.posted - a.held - a.floor, 0) order by a.account_id
        loop
            v_debits := ledger_system_account('receivable', v_advance.currency, p_now) || v_debits;
            v_credits := v_advance.account_id || v_credits;
            v_amounts := v_advance.lacking::bigint || v_amounts;
            v_currencies := v_advance.currency || v_currencies;
        end loop;
    end if;
    select r.code, r.facts into code, facts
      from ledger_post_group(p_id, 'reversal', v_debits, v_credits, v_amounts, v_currencies, v_original.wallet_id,
                             p_reference, p_note, null, p_now, p_correlation, null, null, p_transaction, hash) r;
    if code <> 'posted' then
        moved := null;
        return;
    end if;
    -- Advances are no part of the original: its own legs are the last ones.
    perform ledger_return_limits(
        v_original, v_payers, v_payees, v_amounts[cardinality(v_amounts) - cardinality(v_payers) + 1 :],
        v_currencies[cardinality(v_currencies) - cardinality(v_payers) + 1 :]);
    -- point: counted
end $$;

grant execute on function ledger_reverse to wekeza_app;
