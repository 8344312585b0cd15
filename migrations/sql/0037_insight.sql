-- What the house works out: what customers are to the bank, what would be good to do next, and counts of each day.

-- From which worth a customer counts as well off, in the country's own currency (core/insight/segments.py says what
-- worth is). About 1,000 and 5,000 dollars, in the round units that the tariff is made of.
create table segment_thresholds (
    country       text primary key references countries,
    currency      text not null references currencies,
    mass_affluent bigint not null check (mass_affluent > 0),        -- minor units
    affluent      bigint not null check (affluent > mass_affluent),
    source        text not null check (source <> '')
);
insert into segment_thresholds (country, currency, mass_affluent, affluent, source)
select n.code, n.currency, (1000 * unit * 10 ^ exponent)::bigint, (5000 * unit * 10 ^ exponent)::bigint,
       'the bank''s own policy; to be confirmed by each country'
  from (values ('USD', 1), ('KES', 100), ('TZS', 2500), ('UGX', 3500), ('RWF', 1400), ('NGN', 1500), ('GHS', 10),
               ('ZAR', 20), ('XOF', 600), ('XAF', 600)) v (currency, unit)
  join countries n using (currency) join currencies c on c.code = n.currency;

-- When what is worked out of a customer last changed. Who changed their row stays as it was.
alter table customers add column profiled_at timestamptz;
grant update (profiled_at) on customers to wekeza_app;
grant select (profiled_at) on customers to wekeza_auditor;

-- What each customer has earned the bank, by month: entries of income and expense of postings of their wallets.
-- Accounts of the bank are followed by their entries' versions, which have no gaps and become visible in order, so
-- every entry is counted once.
create table customer_earnings (
    customer_id uuid not null,
    month       date not null check (extract(day from month) = 1),
    currency    text not null references currencies,
    amount      bigint not null,                        -- minor units; below zero where the customer has cost more
    primary key (customer_id, month, currency)
);
create table earnings_cursors (
    account_id uuid primary key,
    version    bigint not null check (version > 0)
);
grant select, insert on customer_earnings, earnings_cursors to wekeza_app;
grant update (amount) on customer_earnings to wekeza_app;
grant update (version) on earnings_cursors to wekeza_app;
grant select on segment_thresholds to wekeza_app;

-- What may be proposed. `accepted` and `refused` count outcomes that people recorded; "not now" is half a refusal.
-- A service is owed to everybody; the rest is not proposed to whoever wants no marketing.
create table next_action_types (
    action_type text primary key check (action_type ~ '^[a-z][a-z_]{2,40}$'),
    title       text not null check (length(title) between 1 and 200),
    is_service  boolean not null,
    lasts_days  smallint not null check (lasts_days between 1 and 365),
    accepted    bigint not null default 0 check (accepted >= 0),
    refused     numeric(18, 1) not null default 0 check (refused >= 0)
);
insert into next_action_types (action_type, title, is_service, lasts_days) values
    ('complete_kyc',             'Verify identity for higher limits',             true,  30),
    ('renew_kyc',                'Renew documents of identity',                   true,  30),
    ('activate_card',            'Activate the card that was sent',               true,  30),
    ('follow_up_case',           'Follow up a case that is late',                 true,   7),
    ('follow_up_failed_payment', 'Follow up a payment that failed',               true,   7),
    ('follow_up_feeling',        'Ask an unhappy customer what went wrong',       true,   7),
    ('follow_up_rating',         'Ask a customer who rated the bank low',         true,  14),
    ('use_card',                 'Show how to pay with a card not used yet',      false, 60),
    ('offer_card',               'Offer a card',                                  false, 60),
    ('plan_bill',                'Offer to plan a bill that is paid every month', false, 30),
    ('fx_rate_alert',            'Offer to tell when a rate is reached',          false, 30),
    ('open_currency_wallet',     'Offer a wallet in a currency that came',        false, 60),
    ('reactivate_dormant',       'Win back a customer who has gone quiet',        false, 60),
    ('move_to_chat',             'Show the bank on WhatsApp',                     false, 60);
grant select on next_action_types to wekeza_app;
grant update (accepted, refused) on next_action_types to wekeza_app;

-- What would be good to do next for somebody. Description and facts have codes, counts, amounts and days; what staff
-- wrote about the outcome is sealed. One of each type is open at a time; `moot` and `expired` are the house's word.
create table next_best_actions (
    id               uuid primary key,
    customer_id      uuid not null references customers,
    action_type      text not null references next_action_types,
    title            text not null check (length(title) between 1 and 200),
    description      text not null,
    confidence_score numeric(5, 4) not null check (confidence_score between 0 and 1),
    strength         numeric(5, 4) not null check (strength between 0 and 1),
    facts            jsonb not null,
    recommended_date timestamptz not null,
    expires_at       timestamptz not null check (expires_at > recommended_date),
    completed_at     timestamptz,
    is_completed     boolean not null default false,
    outcome          text check (outcome in ('accepted', 'declined', 'not_now', 'not_reached', 'moot', 'expired')),
    note             bytea,                             -- sealed
    recorded_by      uuid references staff,
    rests_until      timestamptz,                       -- the same type is not proposed again before
    created_at       timestamptz not null,
    updated_at       timestamptz not null,
    check (is_completed = (completed_at is not null) and is_completed = (outcome is not null)),
    check (note is null or is_completed),
    check (rests_until is null or is_completed)
) with (fillfactor = 80);
create unique index next_best_actions_open on next_best_actions (customer_id, action_type) where not is_completed;
create index next_best_actions_customer on next_best_actions (customer_id, created_at desc, id desc);
create index next_best_actions_expiry on next_best_actions (expires_at) where not is_completed;
create index next_best_actions_done on next_best_actions (completed_at) where is_completed;

create function next_best_actions_forward() returns trigger language plpgsql as $$
begin
    if (old.is_completed and (new.is_completed, new.outcome, new.completed_at, new.recorded_by)
            is distinct from (true, old.outcome, old.completed_at, old.recorded_by))
        or (new.id, new.customer_id, new.action_type, new.created_at)
            is distinct from (old.id, old.customer_id, old.action_type, old.created_at) then
        raise exception using errcode = 'restrict_violation', message = 'what came of an action stays as it was';
    end if;
    return new;
end $$;
create trigger forward before update on next_best_actions for each row execute function next_best_actions_forward();
grant select, insert on next_best_actions to wekeza_app;
grant update (description, confidence_score, strength, facts, expires_at, completed_at, is_completed, outcome, note,
    recorded_by, rests_until, updated_at) on next_best_actions to wekeza_app;
revoke select on next_best_actions from wekeza_auditor;
grant select (id, customer_id, action_type, title, confidence_score, strength, recommended_date, expires_at, completed_at,
    is_completed, outcome, recorded_by, rests_until, created_at, updated_at) on next_best_actions to wekeza_auditor;
-- Whether somebody took back that they may be written to is asked for each customer.
create index consents_customer on consents (customer_id, purpose);

-- What happened on each day, by the bank's own clock. A job counts a day that is over once and for good, and the day that
-- is not over again and again (core/insight/counting.py).
create table analytics_days (
    day        date primary key,
    counted_at timestamptz not null,
    is_over    boolean not null                         -- counted for good
);
create table analytics_traffic (
    day           date not null,
    channel       text not null,
    language      text not null,                        -- '' where nobody knows
    turns         int not null,
    conversations int not null,                         -- that had a turn on that day
    contained     int not null,                         -- of these, without a person
    understood    int not null,
    clarified     int not null,
    fallback      int not null,
    primary key (day, channel, language)
);
create table analytics_messages (
    day      date not null,
    channel  text not null,
    language text not null,
    came     int not null,
    went     int not null,
    primary key (day, channel, language)
);
create table analytics_intents (
    day      date not null,
    channel  text not null,
    language text not null,
    intent   text not null,
    turns    int not null,
    primary key (day, channel, language, intent)
);
create table analytics_cases (
    day           date not null,
    channel       text not null,
    language      text not null,
    category      text not null,
    opened        int not null,
    resolved      int not null,
    on_time       int not null,                         -- of what was resolved
    replied       int not null,
    replied_on_time int not null,
    reopened      int not null,
    ratings       int not null,                         -- given by customers, from 1 to 5
    rating_sum    int not null,
    primary key (day, channel, language, category)
);
-- How long it took, as counts of cases by twentieths of the natural logarithm of seconds: percentiles of any period
-- come out of their sums, within two and a half per cent.
create table analytics_case_times (
    day     date not null,
    channel text not null,
    what    text not null check (what in ('reply', 'resolution')),
    bucket  smallint not null,
    cases   int not null,
    primary key (day, channel, what, bucket)
);
create table analytics_steps (
    day      date not null,
    flow     text not null,
    version  int not null,
    channel  text not null,
    language text not null,
    step     text not null,
    reached  int not null,
    went_on  int not null,
    seconds  int,                                       -- the day's median until they went on
    -- How many left the story there, by the reason (0007_funnel.sql).
    ended int not null, cancelled int not null, menu int not null, timed_out int not null, dropped int not null,
    handed_over int not null, refused int not null, broken int not null, became int not null, aside int not null,
    moved int not null,
    primary key (day, flow, version, channel, language, step)
);
-- How many customers each segment had when the day was counted, by country, and what they are worth altogether.
create table analytics_segments (
    day       date not null,
    country   text not null,
    segment   text not null,
    customers int not null,
    worth     numeric(24, 2) not null,                  -- main units of the country's currency
    primary key (day, country, segment)
);
grant select, insert on analytics_segments to wekeza_app;
grant select, insert, delete on analytics_days, analytics_traffic, analytics_messages, analytics_intents,
    analytics_cases, analytics_case_times, analytics_steps to wekeza_app;

-- What was counted of a day that is over stays: the rows it was counted from are forgotten in time.
create function analytics_day_guard() returns trigger language plpgsql as $$
begin
    if old.is_over then
        raise exception using errcode = 'restrict_violation', message = 'a day that is over is counted once';
    end if;
    return old;
end $$;
create trigger guarded before delete on analytics_days for each row execute function analytics_day_guard();

-- What a day is counted by.
create index messages_created on messages using brin (created_at) with (pages_per_range = 32, autosummarize = on);
create index cases_created on cases (created_at);
create index cases_resolved on cases (resolved_at) where resolved_at is not null;
create index cases_replied on cases (first_replied_at) where first_replied_at is not null;
-- What is not done, in the order in which it is worked on: lists read a page of it, and counts all of it, without a look
-- at the cases themselves.
create index cases_unfinished
    on cases ((sla_breached_at is null), (reply_breached_at is null), urgency, coalesce(sla_deadline, 'infinity'), id)
    include (status, assigned_to, sla_running_since, sla_deadline, sla_warned_at, sla_breached_at, reply_breached_at,
             complaint_late_at)
    where status in ('Open', 'InProgress', 'PendingCustomer', 'Escalated');
-- A customer's story is told of their cases and of what happened to these, without a look at either.
drop index cases_customer;
create index cases_customer on cases (customer_id, created_at desc, id desc) include (case_number, channel);
drop index case_events_case;
create index case_events_case on case_events (case_id, at, id) include (what, by, became);
-- A search finds those who left as well, of whom the unique indexes know nothing.
create index customers_phone_any on customers (phone_index) where phone_index is not null;
create index customers_id_number_any on customers (id_number_index) where id_number_index is not null;
create index case_events_at on case_events using brin (at) with (pages_per_range = 32, autosummarize = on);

insert into role_permissions (role, permission) values
    ('agent', 'actions.record'), ('supervisor', 'actions.record'),
    ('supervisor', 'analytics.read'), ('operations', 'analytics.read'), ('compliance', 'analytics.read'),
    ('auditor', 'analytics.read'), ('admin', 'analytics.read');
