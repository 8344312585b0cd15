-- Trust: how far an address is believed, codes over a second channel, limits that are lowered for a while,
-- and locking everything.

-- withdrawn < new < probation < trusted. After its SIM was changed an address is new; PIN and a code put it
-- on probation, and time makes it trusted again.
alter table addresses
    drop constraint addresses_trust_check,
    drop constraint addresses_check,
    add column trust_since timestamptz,                 -- null: since it was made, or trusted at once
    add column sim_changed_at timestamptz,              -- null again once it is trusted
    add constraint addresses_trust check (trust in ('withdrawn', 'new', 'probation', 'trusted')),
    add constraint addresses_trusted check (trust <> 'trusted' or (customer_id is not null and trusted_at is not null)),
    add constraint addresses_on_probation check (trust <> 'probation' or customer_id is not null);
create index addresses_probation on addresses (trust_since) where trust = 'probation';
grant update (trust_since, sim_changed_at) on addresses to wekeza_app;

-- SIMs that networks or staff told us were changed, each notice once.
create table sim_changes (
    notice      text primary key,                       -- the network's id for the event, or ours
    address     text not null,                          -- the number's token
    customer_id uuid,                                   -- whose it was; null: nobody's here
    source      text not null,
    changed_at  timestamptz not null,                   -- as the network says
    noted_at    timestamptz not null
);
create index sim_changes_address on sim_changes (address, noted_at desc);
create trigger append_only before update or delete on sim_changes
    for each row execute function ledger_forbid();
grant select, insert on sim_changes to wekeza_app;
grant select on sim_changes to wekeza_auditor;

-- Where a code was sent, and which payment it is for: it is good for that one alone.
alter table one_time_codes
    drop constraint one_time_codes_purpose_check,
    add constraint one_time_codes_purpose check (purpose in ('reset_pin', 'link', 'step_up')),
    add column sent_channel text,
    add column sent_to text,                            -- the token of the address
    add column effect_id uuid,
    add column effect text,                             -- what the payment was read back as: payee and amount
    add constraint one_time_codes_effect check ((effect_id is null) = (effect is null));
create index one_time_codes_effect on one_time_codes (effect_id) where effect_id is not null;

-- From which part of the payer's limit for one payment a code is asked, in per cent.
create table step_up_rules (
    country       text primary key references countries,
    large_percent smallint not null check (large_percent between 1 and 100),
    payee_percent smallint not null check (payee_percent between 1 and 100)
);
insert into step_up_rules (country, large_percent, payee_percent) select code, 50, 20 from countries;
grant select on step_up_rules to wekeza_app, wekeza_auditor;

-- A PIN that its owner locked together with everything else opens only after a person has seen to it.
alter table pins add column self_locked_at timestamptz;
alter table pins add check (self_locked_at is null or locked_at is not null);
grant update (self_locked_at) on pins to wekeza_app;
grant select (self_locked_at) on pins to wekeza_auditor;

-- Tries at locking an account from any phone, right or wrong: they are bounded per address and per account.
create table lock_tries (
    id         uuid primary key,
    channel    text not null,
    address    text not null,
    account_no text not null,
    at         timestamptz not null
);
create index lock_tries_address on lock_tries (channel, address, at desc);
create index lock_tries_account on lock_tries (account_no, at desc);
grant select, insert on lock_tries to wekeza_app;
grant select on lock_tries to wekeza_auditor;

-- What a customer may spend while trust is being earned again: told to the ledger, kept beside what was spent.
alter table account_owners
    add column lowered_percent smallint,
    add column lowered_until timestamptz;
alter table limit_counters
    add column lowered_percent smallint,
    add column lowered_until timestamptz;
create index account_owners_lowered on account_owners (lowered_until) where lowered_until is not null;
