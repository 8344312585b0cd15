-- What is written stays written: guards tables whoever comes, superusers' replication included.
create function ledger_keep_for_ever(p_tables text[]) returns void language plpgsql as $$
declare
    v_table text;
begin
    foreach v_table in array p_tables loop
        execute format('create trigger append_only before update or delete on %1$I
                            for each row execute function ledger_forbid();
                        create trigger no_truncate before truncate on %1$I
                            for each statement execute function ledger_forbid();
                        alter table %1$I enable always trigger append_only;
                        alter table %1$I enable always trigger no_truncate;', v_table);
    end loop;
end $$;
revoke all on function ledger_keep_for_ever from public;

-- One id, one answer, without a row of its own: whoever presents an id holds an advisory lock on it
-- until commit, and the answer is found where it was written. So the header and a refusal both carry the
-- hash of what was asked.

alter table transactions add column body_hash bytea;
alter table ledger_refusals add column body_hash bytea;

alter table transactions disable trigger append_only;
update transactions t set body_hash = q.body_hash from ledger_requests q where q.id = t.transaction_id;
alter table transactions enable always trigger append_only;
alter table ledger_refusals disable trigger append_only;
update ledger_refusals r set body_hash = q.body_hash from ledger_requests q where q.id = r.id;
alter table ledger_refusals enable always trigger append_only;

alter table transactions alter column body_hash set not null;
alter table ledger_refusals alter column body_hash set not null;
alter table transactions drop constraint transactions_transaction_id_fkey;
drop table ledger_requests;

-- A domain and not a list: each rule names its own code, beside the function that judges it.
alter table ledger_refusals drop constraint ledger_refusals_code_check;
create domain refusal_code as text check (value ~ '^[a-z][a-z_]{2,30}$');
alter table ledger_refusals alter column code type refusal_code;

-- What has been undone of a transaction is found by this.
create index transactions_reverses on transactions (reverses) where reverses is not null;

-- A payer's limits stand beside what was spent, so that judging a payment reads one row. They are
-- copied from the tier when the ledger is told of its owner, and when a tier's limits are set.
alter table limit_counters
    add column home_currency text references currencies,
    add column timezone text,
    add column day_ends timestamptz not null default 'epoch',   -- until then payments count in `day`
    add column per_transaction bigint,
    add column per_day bigint,
    add column per_month bigint;
update limit_counters k
   set home_currency = o.home_currency, timezone = o.timezone, per_transaction = t.per_transaction,
       per_day = t.per_day, per_month = t.per_month
  from account_owners o join tier_limits t on t.country = o.country and t.tier = o.tier
 where o.owner = k.owner;
alter table limit_counters alter column home_currency set not null, alter column timezone set not null;

drop view if exists ledger_allowances;
drop function if exists ledger_judge(
    text, ledger_accounts, ledger_accounts, bigint, text, bigint, timestamptz, boolean);
drop function if exists ledger_judge_limits(text, uuid, bigint, text, bigint, timestamptz, boolean);

-- The statements that move money say it themselves: see ledger_overdrawn in functions/ledger/post.sql.
alter table ledger_accounts drop constraint no_overdraft;

-- Who may call a function is said beside it, and nobody else may.
alter default privileges for role wekeza_ledger revoke execute on functions from public;
