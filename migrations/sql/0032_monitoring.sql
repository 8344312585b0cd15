-- Every payment is judged before it is made: by rules over what is known of it, kept as data in versions, and by a
-- model where one is live. What the verdict was is kept for ever; of what it was made, as long as its customer is known.

-- What may come of a judgement, from the mildest on. `severity` is that of the alert it raises, if it does.
create table payment_verdicts (
    verdict  text primary key,
    rank     smallint not null unique,
    severity text
);
insert into payment_verdicts (verdict, rank, severity) values
    ('allow', 0, null), ('step_up', 1, null), ('hold', 2, 'high'), ('block', 3, 'critical');

-- What may be judged. `on_hold` is what a hold comes to where nothing can be set aside: what is bought at once is not
-- sold, and where no money leaves its owner yet a code is asked for and the payments themselves are judged later.
create table payment_kinds (
    kind    text primary key check (kind ~ '^[a-z_]{3,20}$'),
    on_hold text not null references payment_verdicts,
    told    text not null
);
insert into payment_kinds (kind, on_hold, told) values
    ('transfer', 'hold',    'money to another customer, or for whoever joins with a number'),
    ('request',  'hold',    'money that another customer asked for'),
    ('payout',   'hold',    'money to a bank or to mobile money'),
    ('abroad',   'block',   'money changed on the way: its price is good for minutes only'),
    ('airtime',  'block',   'airtime or a bundle'),
    ('bill',     'block',   'a bill'),
    ('cash',     'block',   'cash from an agent'),
    ('card',     'block',   'a payment with a card'),
    ('plan',     'step_up', 'a plan agreed to; each of its payments is judged on its day'),
    ('exchange', 'step_up', 'money changed between a customer''s own wallets');

-- How the Financial Action Task Force lists countries: 1 increased monitoring, 2 call for action. The list of the
-- newest day that has come holds as a whole. To be renewed after each plenary: February, June and October.
create table country_risks (
    since   date not null,
    country char(2) not null check (country ~ '^[A-Z]{2}$'),
    level   smallint not null check (level in (1, 2)),
    source  text not null,
    primary key (since, country)
);
insert into country_risks (since, country, level, source)
select date '2026-02-13', c, 1, 'FATF, jurisdictions under increased monitoring, 13 February 2026'
  from unnest('{DZ,AO,BO,BG,CM,CI,CD,HT,KE,KW,LA,LB,MC,NA,NP,PG,SS,SY,VE,VN,VG,YE}'::text[]) c
union all
select date '2026-02-13', c, 2, 'FATF, high-risk jurisdictions subject to a call for action, 13 February 2026'
  from unnest('{KP,IR,MM}'::text[]) c;

-- From which worth on cash has to be reported, in main units of a currency: each to be checked with the authority.
create table reporting_thresholds (
    country  char(2) primary key references countries,
    currency char(3) not null references currencies,
    amount   numeric not null check (amount > 0),
    source   text not null
);
insert into reporting_thresholds (country, currency, amount, source)
select c.code, coalesce(t.currency, 'USD'), coalesce(t.amount, 15000),
       coalesce(t.source, 'as in Kenya, until the authority''s own is entered')
  from countries c left join (values
    ('KE', 'USD',    15000, 'Proceeds of Crime and Anti-Money Laundering Act, fourth schedule'),
    ('UG', 'UGX', 20000000, 'Anti-Money Laundering Act 2013, section 8: 1,000 currency points'),
    ('NG', 'NGN',  5000000, 'Money Laundering (Prevention and Prohibition) Act 2022, section 11: individuals')
  ) t (country, currency, amount, source) on t.country = c.code;

-- A set of rules, with the score from which on it asks for more. One is live; one more may be judged beside it, in
-- its shadow, and is never applied. `model_points` is what a model adds to the score when it is certain.
create table rule_sets (
    version      int primary key generated always as identity,
    key          uuid not null unique default uuidv7(),         -- what a process keeps it under that has read it
    title        text not null check (length(title) between 3 and 60),
    status       text not null default 'draft' check (status in ('draft', 'shadow', 'live', 'retired')),
    step_up_at   smallint not null check (step_up_at between 1 and 1000),
    hold_at      smallint not null check (hold_at >= step_up_at),
    block_at     smallint check (block_at >= hold_at),         -- none: no score blocks by itself
    model        text check (model ~ '^[a-z0-9._-]{1,60}$'),   -- its version, a file of core/monitoring/models
    model_points smallint not null default 0 check (model_points between 0 and 1000),
    made_by      uuid,                                          -- none: it came with the house
    made_at      timestamptz not null,
    shadow_at    timestamptz,
    live_at      timestamptz,
    retired_at   timestamptz,
    approval_id  uuid references approvals,                     -- by which it went live
    check ((model is null) = (model_points = 0)),
    check (status <> 'live' or live_at is not null),
    check (status <> 'shadow' or shadow_at is not null),
    check ((status = 'retired') = (retired_at is not null))
);
create unique index rule_sets_live on rule_sets ((true)) where status = 'live';
create unique index rule_sets_shadow on rule_sets ((true)) where status = 'shadow';

-- A rule says yes or no of a payment (docs/guides/monitoring.md has the language). It weighs, or it gives a verdict.
create table payment_rules (
    version   int not null references rule_sets,
    name      text not null check (name ~ '^[a-z][a-z0-9_]{2,40}$'),
    condition text not null check (length(condition) between 3 and 400),
    weight    smallint check (weight between 1 and 1000),
    verdict   text references payment_verdicts check (verdict <> 'allow'),
    reason    text not null check (reason ~ '^[a-z][a-z_]{2,40}$'),
    primary key (version, name),
    check (num_nonnulls(weight, verdict) = 1)
);

insert into rule_sets (title, status, step_up_at, hold_at, made_at, live_at) values
    ('What the bank began with', 'live', 40, 70, '2026-01-01', '2026-01-01');
insert into payment_rules (version, name, condition, weight, verdict, reason)
select s.version, r.*
  from rule_sets s, (values
    ('velocity_hour', 'count_1h >= 10 and usd_1h >= 150', null, 'step_up', 'velocity'),
    ('velocity_day', '(count_1h >= 20 and usd_1h >= 500) or (count_24h >= 60 and usd_24h >= 1000)', null, 'hold',
        'velocity'),
    ('new_payee_large', 'new_payee and share_of_limit >= 0.5 and usual_ratio >= 8', 45::smallint, null,
        'new_payee_large'),
    ('empties_wallet', 'new_payee and share_of_balance >= 0.9 and share_of_limit >= 0.5 and usual_ratio >= 8', 30,
        null, 'empties_wallet'),
    ('sim_swap_cash_out',
        'sim_hours < 72 and (kind in ("payout", "cash", "airtime", "abroad") or new_payee) and share_of_limit >= 0.2 '
        'and share_of_balance >= 0.5', null, 'hold', 'sim_swap_cash_out'),
    ('address_added', 'newest_address_hours < 24 and account_days >= 7 and new_payee and share_of_balance >= 0.5 '
        'and share_of_limit >= 0.2', 45, null, 'device_change'),
    ('pin_reset', 'pin_hours < 24 and new_payee and share_of_balance >= 0.5 and share_of_limit >= 0.2', 45, null,
        'pin_reset'),
    ('dormant_cash_out',
        'dormant_days >= 180 and account_days >= 180 and share_of_balance >= 0.8 and share_of_limit >= 0.2 and '
        'kind in ("transfer", "request", "payout", "cash", "abroad")', null, 'hold', 'dormant_cash_out'),
    ('pass_through',
        'pass_through >= 0.9 and came_in_senders_24h >= 3 and last_in_hours < 6 and share_of_balance >= 0.8 and '
        'usd_24h >= 500', null, 'hold', 'pass_through'),
    ('many_senders', 'payee_senders_24h >= 12 and payee_days < 30 and new_payee', null, 'hold', 'many_senders'),
    ('country_call_for_action', 'country_risk >= 2', null, 'block', 'high_risk_country'),
    ('country_monitored', 'abroad and country_risk == 1 and worth_usd >= 1000', 45, null, 'high_risk_country'),
    ('structuring', 'threshold_share < 1 and threshold_share_24h >= 1 and count_24h >= 2', null, 'hold',
        'structuring'),
    ('odd_hour', 'hour < 5 and new_payee and share_of_balance >= 0.8 and share_of_limit >= 0.2', 20, null, 'odd_hour')
  ) r (name, condition, weight, verdict, reason);

-- The model that comes with the house was trained on a simulation, so it is judged beside the live set first. It has
-- the same rules, so that whatever it says otherwise is the model's word. Being certain it asks for a code by itself;
-- money is held only where a rule says something too.
insert into rule_sets (title, status, step_up_at, hold_at, model, model_points, made_at, shadow_at)
select 'As in the beginning, with a model', 'shadow', s.step_up_at, s.hold_at, 'payments-2026-1', 60, s.made_at,
       s.made_at
  from rule_sets s where s.status = 'live';
insert into payment_rules (version, name, condition, weight, verdict, reason)
select shadow.version, r.name, r.condition, r.weight, r.verdict, r.reason
  from rule_sets shadow, rule_sets live join payment_rules r using (version)
 where shadow.status = 'shadow' and live.status = 'live';

-- A set goes forward alone, and nothing is live that two people did not agree to.
create function rule_sets_guard() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        if new.status <> 'draft' then
            raise exception using errcode = 'restrict_violation', message = 'a set of rules begins as a draft';
        end if;
        return new;
    end if;
    if (old.title, old.step_up_at, old.hold_at, old.block_at, old.model, old.model_points, old.made_by, old.made_at)
            is distinct from (new.title, new.step_up_at, new.hold_at, new.block_at, new.model, new.model_points,
            new.made_by, new.made_at) and old.status <> 'draft' then
        raise exception using errcode = 'restrict_violation', message = 'only a draft is changed';
    end if;
    if old.status <> new.status and (old.status, new.status) not in
            (('draft', 'shadow'), ('draft', 'retired'), ('shadow', 'live'), ('shadow', 'retired'),
             ('live', 'retired')) then
        raise exception using errcode = 'restrict_violation',
            message = format('a set of rules does not go from %s to %s', old.status, new.status);
    end if;
    if new.status = 'live' and old.status <> 'live' and not exists (
        select from approvals a where a.id = new.approval_id and a.kind = 'rule_set'
            and a.subject = 'rules ' || new.version) then
        raise exception using errcode = 'restrict_violation', message = 'rules go live by two people';
    end if;
    return new;
end $$;
create trigger guarded before insert or update on rule_sets for each row execute function rule_sets_guard();

create function payment_rules_guard() returns trigger language plpgsql as $$
begin
    if not exists (select from rule_sets s
                   where s.version = coalesce(new.version, old.version) and s.status = 'draft' for share) then
        raise exception using errcode = 'restrict_violation', message = 'only the rules of a draft are changed';
    end if;
    return coalesce(new, old);
end $$;
create trigger guarded before insert or update or delete on payment_rules
    for each row execute function payment_rules_guard();

-- What was judged, once for each payment. Only compliance reads it: it tells what is suspected of whom.
create table payment_decisions (
    payment_id     uuid primary key,
    at             timestamptz not null,
    kind           text not null references payment_kinds,
    customer_id    uuid not null,
    payee          uuid,
    amount         bigint not null check (amount > 0),
    currency       char(3) not null,
    channel        text not null,
    verdict        text not null references payment_verdicts,
    score          numeric(7, 3) not null check (score >= 0),
    reasons        text[] not null,
    fired          text[] not null,                        -- names of rules
    features       jsonb not null,
    explained      jsonb not null default '[]',            -- what moved the model's score most: [feature, by how much]
    model_score    numeric(6, 5) check (model_score between 0 and 1),
    rule_set       int not null references rule_sets,
    model          text,
    shadow_set     int references rule_sets,
    shadow_verdict text references payment_verdicts,
    shadow_score   numeric(7, 3),
    shadow_reasons text[],
    shadow_explained   jsonb not null default '[]',        -- and the same of its model, which the set names
    shadow_model_score numeric(6, 5) check (shadow_model_score between 0 and 1),
    correlation    text not null,
    check ((shadow_set is null) = (shadow_verdict is null) and (shadow_set is null) = (shadow_score is null)
           and (shadow_set is null) = (shadow_reasons is null)),
    check ((model is null) = (model_score is null)),
    check (shadow_set is not null or (shadow_model_score is null and shadow_explained = '[]'))
);
create index payment_decisions_at on payment_decisions (at desc, payment_id desc);
create index payment_decisions_customer on payment_decisions (customer_id, at desc);
create index payment_decisions_stopped on payment_decisions (at desc, payment_id desc)
    where verdict in ('hold', 'block');
create index payment_decisions_differ on payment_decisions (shadow_set, at desc)
    where shadow_verdict is distinct from verdict and shadow_set is not null;
-- What was decided stays as it was; of what it was made goes when its customer is forgotten.
create function payment_decisions_forbid() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and current_user = 'wekeza_owner' and new.features = '{}' and new.explained = '[]'
        and new.shadow_explained = '[]' and to_jsonb(old) - '{features,explained,shadow_explained}'::text[]
            = to_jsonb(new) - '{features,explained,shadow_explained}'::text[] then
        return new;
    end if;
    raise exception using errcode = 'restrict_violation', message = 'what was decided of a payment stays';
end $$;
create trigger append_only before update or delete on payment_decisions
    for each row execute function payment_decisions_forbid();
create trigger no_truncate before truncate on payment_decisions
    for each statement execute function payment_decisions_forbid();

-- Payments that a person looks at. Who refused or released one, and in which words, is nothing a customer hears.
create table payment_reviews (
    payment_id  uuid primary key,
    kind        text not null references payment_kinds,
    customer_id uuid not null,
    amount      bigint not null check (amount > 0),
    currency    char(3) not null references currencies,
    reference   text not null,
    status      text not null default 'open'
        check (status in ('open', 'released', 'refused', 'expired', 'withdrawn')),
    made_at     timestamptz not null,
    expires_at  timestamptz not null check (expires_at > made_at),
    decided_by  uuid references staff,
    decided_at  timestamptz,
    why         bytea,                                      -- sealed: what the person wrote
    approval_id uuid references approvals,                  -- where two people released it
    check ((status = 'open') = (decided_at is null)),
    check ((status in ('released', 'refused')) = (decided_by is not null))
);
create index payment_reviews_open on payment_reviews (expires_at, payment_id) where status = 'open';
create index payment_reviews_made on payment_reviews (made_at desc, payment_id desc);
create index payment_reviews_customer on payment_reviews (customer_id, made_at desc);

-- The words alone may be sealed anew, or forgotten, by the owner's own functions.
create function payment_reviews_forward() returns trigger language plpgsql as $$
begin
    if current_user = 'wekeza_owner' and to_jsonb(old) - 'why' = to_jsonb(new) - 'why' then
        return new;
    end if;
    if old.status <> 'open' or (old.kind, old.customer_id, old.amount, old.currency, old.made_at, old.expires_at)
            is distinct from (new.kind, new.customer_id, new.amount, new.currency, new.made_at, new.expires_at) then
        raise exception using errcode = 'restrict_violation', message = 'a payment is decided once';
    end if;
    return new;
end $$;
create trigger forward before update on payment_reviews
    for each row execute function payment_reviews_forward();

-- Up to which amount one person releases a payment alone; above it, or where none is named, it takes two.
create table review_limits (
    currency char(3) primary key references currencies,
    alone    bigint not null check (alone >= 0)
);
insert into review_limits (currency, alone) values
    ('KES', 10000000), ('TZS', 200000000), ('UGX', 3000000), ('RWF', 1000000), ('NGN', 100000000),
    ('GHS', 1000000), ('XOF', 500000), ('USD', 75000);

-- While a transfer is looked at it stays in the payer's wallet, on hold; the account that the hold leads to never
-- holds anything, for a release lets go of the hold and pays as ever.
insert into gl_accounts (gl_code, name, class) values ('2410', 'Payments that a person looks at', 'liability');
insert into account_kinds (kind, gl_code, stripes) values ('in_review', '2410', 16);
create table held_transfers (
    payment_id uuid primary key references payment_reviews,
    hold_id    uuid not null unique,
    payer      uuid not null,
    wallet_id  uuid not null,
    payee      uuid check (payee <> payer),
    contact    text,                                        -- token of the number it is for, where nobody has it yet
    request_id uuid references money_requests,
    amount     bigint not null check (amount > 0),
    currency   char(3) not null,
    reference  text not null,
    channel    text not null,
    note       bytea,                                       -- sealed
    status     text not null default 'held' check (status in ('held', 'paid', 'returned')),
    made_at    timestamptz not null,
    ended_at   timestamptz,
    check (num_nonnulls(payee, contact) = 1),
    check (request_id is null or payee is not null),
    check ((status = 'held') = (ended_at is null))
);
create index held_transfers_payer on held_transfers (payer, made_at desc);
create index held_transfers_request on held_transfers (request_id) where request_id is not null and status = 'held';

create function held_transfers_forward() returns trigger language plpgsql as $$
begin
    if old.status <> 'held' and (new.status, new.ended_at) is distinct from (old.status, old.ended_at)
        or (old.hold_id, old.payer, old.wallet_id, old.payee, old.contact, old.amount, old.currency) is distinct from
           (new.hold_id, new.payer, new.wallet_id, new.payee, new.contact, new.amount, new.currency) then
        raise exception using errcode = 'restrict_violation', message = 'what is held is paid or returned once';
    end if;
    return new;
end $$;
create trigger forward before update on held_transfers
    for each row execute function held_transfers_forward();

-- A payment that leaves may wait for a person as well; `due_at` is then when its time is over.
alter table settlements
    drop constraint settlements_waits_for_check,
    add constraint settlements_waits_for check
        (waits_for in ('turn', 'hours', 'window', 'liquidity', 'wallet', 'review'));

-- What was asked lately of each customer, newest first: judging a payment reads a bounded piece of each.
create index waiting_transfers_waits on waiting_transfers (payer, created_at desc) where status = 'waiting';

insert into approval_kinds (kind, approve_permission, mfa) values
    ('payment_release', 'payments.review', true), ('rule_set', 'rules.approve', true);
insert into role_permissions (role, permission) values
    ('compliance', 'payments.review'), ('compliance', 'rules.request'), ('compliance', 'rules.approve');

grant select on payment_verdicts, payment_kinds, country_risks, reporting_thresholds, rule_sets, payment_rules,
    review_limits to wekeza_app, wekeza_compliance, wekeza_auditor;
grant insert on rule_sets, payment_rules to wekeza_app;
grant update (title, status, step_up_at, hold_at, block_at, model, model_points, shadow_at, live_at, retired_at,
    approval_id) on rule_sets to wekeza_app;
grant update (condition, weight, verdict, reason), delete on payment_rules to wekeza_app;
revoke select on payment_decisions from wekeza_app, wekeza_auditor;
grant select on payment_decisions to wekeza_compliance;
grant select, insert on payment_reviews, held_transfers to wekeza_app;
grant select on payment_reviews to wekeza_compliance;
grant update (status, decided_by, decided_at, why, approval_id) on payment_reviews to wekeza_app;
grant update (status, ended_at, note) on held_transfers to wekeza_app;
revoke select on payment_reviews, held_transfers from wekeza_auditor;
grant select (payment_id, hold_id, payer, wallet_id, payee, contact, request_id, amount, currency, reference, channel,
    status, made_at, ended_at) on held_transfers to wekeza_auditor;
