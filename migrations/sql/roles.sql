-- The roles of the house. Run by whoever may create roles; safe to run again.
--   wekeza_owner       owns the tables; migrations act as it
--   wekeza_ledger      owns the ledger's tables and functions; nobody logs in as it
--   wekeza_app         web, worker and scheduler; may do what the migrations grant it, no more
--   wekeza_compliance  what the application becomes for a moment, when compliance is at work: it alone reads
--                      what is suspected of whom; nobody logs in as it
--   wekeza_auditor     may read everything else and change nothing
do $$
declare
    name text;
begin
    foreach name in array array['wekeza_owner', 'wekeza_ledger', 'wekeza_app', 'wekeza_compliance',
                                'wekeza_auditor'] loop
        if not exists (select from pg_roles where rolname = name) then
            begin
                execute format('create role %I nologin', name);
            exception when duplicate_object or unique_violation then
                null;  -- another database of this server was quicker
            end;
        end if;
        -- On a managed server we are no superuser: making a role gives the right to join it.
        if not pg_has_role(current_user, name, 'set') then
            execute format('grant %I to current_user', name);
        end if;
    end loop;
    if not pg_has_role('wekeza_owner', 'wekeza_ledger', 'set') then
        grant wekeza_ledger to wekeza_owner;
    end if;
    -- Nothing of it is inherited: the application reads these tables only where it says that it changes over.
    if not pg_has_role('wekeza_app', 'wekeza_compliance', 'set') then
        grant wekeza_compliance to wekeza_app with inherit false, set true;
    end if;
    -- A function's owner needs CREATE in its schema, so the ledger has it too.
    grant usage, create on schema public to wekeza_owner, wekeza_ledger;
    grant usage on schema public to wekeza_app, wekeza_compliance, wekeza_auditor;
end
$$;
