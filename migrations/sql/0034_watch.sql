-- What no single payment shows, found after the fact: money that moved, what was found in it, and how far the
-- model's payments have drifted from those it learnt from.
--
-- What is found tells what is suspected of whom, so nobody but wekeza_compliance reads it (see 0033_alerts.sql).

-- What is looked for, and from where on: a version stands for all typologies together. A draft is tried in shadow
-- beside what is live, and goes live when two people agree.
create table watch_sets (
    version     int primary key generated always as identity,
    title       text not null check (length(title) between 3 and 60),
    status      text not null default 'draft' check (status in ('draft', 'shadow', 'live', 'retired')),
    parameters  jsonb not null check (jsonb_typeof(parameters) = 'object'),     -- of each typology by its name
    severities  jsonb not null,                         -- from which worth on, in US cents: {"high": 500000, ...}
    made_by     uuid,                                   -- null: it came with the house
    made_at     timestamptz not null,
    shadow_at   timestamptz,
    live_at     timestamptz,
    retired_at  timestamptz,
    approval_id uuid references approvals,              -- by which it went live
    check (status <> 'live' or live_at is not null),
    check (status <> 'shadow' or shadow_at is not null),
    check ((status = 'retired') = (retired_at is not null))
);
create unique index watch_sets_live on watch_sets ((true)) where status = 'live';
create unique index watch_sets_shadow on watch_sets ((true)) where status = 'shadow';

insert into watch_sets (title, status, severities, made_at, live_at, parameters) values
    ('What the bank began with', 'live', '{"critical": 5000000, "high": 500000, "medium": 50000}',
     '2026-01-01', '2026-01-01', '{
  "structuring":       {"days": 7, "threshold": 1500000, "near_percent": 80, "least_near": 3, "least_share": 50,
                        "least_parts": 3, "part_percent": 12, "usual_days": 3, "most_above": 0,
                        "habit_days": 28},
  "fan_in":            {"hours": 96, "least": 6, "new_percent": 70, "surprise": 3, "through_percent": 60,
                        "piece_percent": 20, "most_percent": 130,
                        "through_hours": 72, "lookback_days": 90, "least_worth": 30000, "least_each": 2000},
  "fan_out":           {"hours": 96, "least": 6, "new_percent": 70, "surprise": 3, "through_percent": 60,
                        "piece_percent": 20, "most_percent": 130,
                        "through_hours": 72, "lookback_days": 90, "least_worth": 30000, "least_each": 2000,
                        "drained_percent": 60, "drained_hours": 48},
  "cycle":             {"days": 10, "hop_hours": 72, "least_length": 3, "most_length": 7, "loss_percent": 12,
                        "gain_percent": 1, "least_worth": 5000},
  "pass_through":      {"days": 7, "hours": 12, "least_percent": 85, "most_percent": 105, "least_turns": 3,
                        "most_outs": 3, "least_worth": 15000},
  "dormant_awakening": {"days": 45, "hours": 96, "out_percent": 70, "least_worth": 50000, "least_movements": 2,
                        "surprise": 4},
  "scatter_gather":    {"hours": 96, "least": 3, "keep_percent": 75, "gain_percent": 2, "least_worth": 10000},
  "round_trip":        {"days": 14, "hours": 120, "keep_percent": 88, "gain_percent": 2, "least_returns": 2,
                        "share_percent": 60, "least_worth": 20000},
  "sim_change":        {"hours": 48, "least_movements": 2, "least_worth": 5000, "surprise": 3, "habit_days": 28}
}');

-- A set goes forward alone, and nothing is live that two people did not agree to.
create function watch_sets_guard() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        if new.status <> 'draft' then
            raise exception using errcode = 'restrict_violation', message = 'parameters begin as a draft';
        end if;
        return new;
    end if;
    if (old.title, old.parameters, old.severities, old.made_by, old.made_at)
            is distinct from (new.title, new.parameters, new.severities, new.made_by, new.made_at)
        and old.status <> 'draft' then
        raise exception using errcode = 'restrict_violation', message = 'only a draft is changed';
    end if;
    if old.status <> new.status and (old.status, new.status) not in
            (('draft', 'shadow'), ('draft', 'retired'), ('shadow', 'live'), ('shadow', 'retired'),
             ('live', 'retired')) then
        raise exception using errcode = 'restrict_violation',
            message = format('parameters do not go from %s to %s', old.status, new.status);
    end if;
    if new.status = 'live' and old.status <> 'live' and not exists (
        select from approvals a where a.id = new.approval_id and a.kind = 'watch_set'
            and a.subject = 'watch ' || new.version) then
        raise exception using errcode = 'restrict_violation', message = 'parameters go live by two people';
    end if;
    return new;
end $$;
create trigger guarded before insert or update on watch_sets for each row execute function watch_sets_guard();

-- Which postings are money that moved for a customer. What is not here (fees, exchanges, corrections) is no movement.
create table watch_kinds (
    type text primary key references transaction_types,
    kind text not null check (kind in ('transfer', 'deposit', 'cash_in', 'payout', 'cash_out', 'payment'))
);
insert into watch_kinds (type, kind) values
    ('transfer', 'transfer'), ('claim', 'transfer'), ('deposit', 'deposit'), ('cash_in', 'cash_in'),
    ('withdrawal', 'payout'), ('cash_out', 'cash_out'), ('payment', 'payment'), ('card', 'payment'),
    ('card_more', 'payment'), ('card_cash', 'cash_out'), ('suspense', 'deposit');

-- Money that moved, one row for each posting: all that patterns are looked for in. A side without a customer is
-- outside: `outside` tells one from another where the bank can. `population` keeps a simulation apart from the bank.
create table watch_movements (
    population  text not null check (population ~ '^[a-z][a-z0-9_]{1,30}$'),
    movement_id uuid not null,                          -- the posting's
    at          timestamptz not null,
    kind        text not null,
    payer       uuid,
    payee       uuid check (payee <> payer),
    outside     text not null default '',
    amount      bigint not null check (amount > 0),
    currency    char(3) not null,
    worth       bigint not null check (worth >= 0),     -- in US cents at that time; 0: no rate was known
    primary key (population, movement_id),
    check (num_nonnulls(payer, payee) > 0)
);
create index watch_movements_at on watch_movements (population, at);
create index watch_movements_payer on watch_movements (population, payer, at) where payer is not null;
create index watch_movements_payee on watch_movements (population, payee, at) where payee is not null;
create index watch_movements_pair on watch_movements (population, payer, payee, at)
    where kind = 'transfer' and payer is not null and payee is not null;

-- When a customer's SIM was changed, as far as networks and staff told.
create table watch_sims (
    population  text not null,
    customer_id uuid not null,
    at          timestamptz not null,
    primary key (population, customer_id, at)
);
create index watch_sims_at on watch_sims (population, at);

-- Days that were gone through, in their order, each once.
create table watch_days (
    population  text not null,
    day         date not null,
    movements   int not null check (movements >= 0),
    done_at     timestamptz not null,
    primary key (population, day)
);
create table watch_day_sets (
    population  text not null,
    day         date not null,
    set_version int not null references watch_sets,
    found       int not null check (found >= 0),
    primary key (population, day, set_version),
    foreign key (population, day) references watch_days
);

create table watch_findings (
    finding_id  uuid primary key default uuidv7(),
    population  text not null,
    typology    text not null check (typology ~ '^[a-z][a-z_]{2,40}$'),
    set_version int not null references watch_sets,
    subject     uuid not null,                          -- a customer
    day         date not null,
    first_at    timestamptz not null,
    last_at     timestamptz not null check (last_at >= first_at),
    worth       bigint not null check (worth >= 0),     -- in US cents
    confidence  smallint not null check (confidence between 1 and 1000),
    severity    text not null references aml_severities,
    facts       jsonb not null,
    movements   uuid[] not null check (cardinality(movements) > 0)
);
-- What is going on is found once, though the windows of many days show it.
create index watch_findings_subject on watch_findings (population, set_version, typology, subject, last_at desc);
create index watch_findings_day on watch_findings (population, day);

-- Models that payments are judged by. Which of them is live or in shadow says the set of rules that names it.
create table watch_models (
    version       text primary key check (version ~ '^[a-z0-9._-]{1,60}$'),
    sha256        bytea not null,                       -- of its file
    reference     jsonb not null,                       -- of each feature and the score: bounds, and parts between them
    card          jsonb not null,                       -- data, seed, figures
    registered_at timestamptz not null
);
create table watch_drift (
    model    text not null references watch_models,
    day      date not null,
    feature  text not null,                             -- `score`: of the model itself
    payments int not null check (payments > 0),
    psi      numeric(8, 4) not null,                    -- population stability index
    primary key (model, day, feature)
);

insert into approval_kinds (kind, approve_permission, mfa) values ('watch_set', 'rules.approve', true);

grant select on watch_sets, watch_kinds, watch_movements, watch_sims, watch_days, watch_day_sets, watch_models, watch_drift
    to wekeza_app, wekeza_auditor;
grant insert on watch_sets, watch_movements, watch_sims, watch_days, watch_day_sets, watch_models to wekeza_app;
grant update (title, status, parameters, severities, shadow_at, live_at, retired_at, approval_id) on watch_sets
    to wekeza_app;
revoke select on watch_findings from wekeza_auditor;
grant select on watch_findings to wekeza_compliance;
