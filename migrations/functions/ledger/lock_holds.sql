-- For whoever does several things with holds in one transaction: takes every lock beforehand and in the one
-- order that all operations have, the holds by id and then all accounts by id, those of p_accounts too. Two
-- operations one after the other would take the accounts of the second after those of the first.
create function ledger_lock_holds(p_holds uuid[], p_accounts uuid[]) returns void
language plpgsql volatile security definer
set search_path = public, pg_temp set enable_seqscan = off as $$
begin
    perform from ledger_holds where hold_id = any(p_holds) order by hold_id for no key update;
    perform from ledger_accounts
      where account_id = any(p_accounts || array(
          select unnest(array[debit_id, credit_id]) from ledger_holds where hold_id = any(p_holds)))
      order by account_id for no key update;
end $$;

grant execute on function ledger_lock_holds to wekeza_app;
