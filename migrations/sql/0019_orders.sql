-- What is asked of partners, and what they tell us.

-- The chart grows: money on its way over each rail, what is held at whom, and what the bank pays for it.
insert into gl_accounts (gl_code, name, class) values
    ('1910', 'Receipts nobody is known for',  'asset'),
    ('2250', 'Float of bank agents',          'liability'),
    ('4300', 'Commissions from partners',     'income'),
    ('5300', 'Commissions paid',              'expense'),
    ('5400', 'Costs of rails and partners',   'expense');

-- Money in clearing has left a customer and not yet reached a nostro, or the other way round: over each
-- rail it is zero, or every cent of it belongs to a payment that has no final answer yet.
insert into account_kinds (kind, gl_code, stripes) values
    ('clearing_pesalink',    '1300', 16),
    ('clearing_rtgs',        '1300', 16),
    ('clearing_eft',         '1300', 16),
    ('clearing_papss',       '1300', 16),
    ('clearing_mobile',      '1300', 16),
    ('clearing_card',        '1300', 16),
    ('clearing_airtime',     '1300', 16),
    ('clearing_bills',       '1300', 16),
    ('clearing_fx',          '1300', 16),
    ('nostro_central',       '1200', 16),    -- settlement account at the country's central bank
    ('nostro_mobile',        '1200', 16),    -- float at the country's mobile money
    ('nostro_papss',         '1200', 16),    -- prefunded at the pan-African settlement system
    ('nostro_card',          '1200', 16),    -- at the card acquirer
    ('nostro_correspondent', '1200', 16),    -- at correspondents and providers of liquidity
    ('prepaid_airtime',      '1200', 16),    -- bought ahead from the airtime wholesaler
    ('suspense_receipts',    '1910', 16),
    ('suspense_breaks',      '1900', 1),
    ('float',                '2250', 1),
    ('commission_income',    '4300', 16),
    ('commission',           '5300', 16),
    ('rail_costs',           '5400', 16);

insert into transaction_types (type, counts_limit, description) values
    ('return',     false, 'Money that had left comes back'),
    ('reroute',    false, 'Money in clearing takes another rail'),
    ('cash_in',    false, 'Cash given to an agent of the bank'),
    ('cash_out',   true,  'Cash taken from an agent of the bank'),
    ('commission', false, 'What an agent or a partner earns'),
    ('cover',      false, 'The bank trades with a provider of liquidity'),
    ('suspense',   false, 'Money whose owner is found, or goes back');

-- What is asked of a partner: once, under an id that is ours and that the partner knows it by.
create table partner_orders (
    id              uuid primary key,
    partner         text not null check (partner ~ '^[a-z][a-z0-9_]{1,39}$'),
    action          text not null check (length(action) between 1 and 40),
    subject         text not null check (length(subject) between 1 and 40),
    subject_id      uuid not null,                      -- what it is for; no foreign key, for it may be any table's
    body            bytea,                              -- sealed; none once it is forgotten
    reference       text not null default '' check (length(reference) <= 120),  -- the partner's own id
    status          text not null default 'queued' check (status in
        ('queued', 'asking', 'accepted', 'unclear', 'done', 'refused', 'cancelled')),
    attempts        int not null default 0 check (attempts >= 0),   -- how often it left for the partner
    waits           int not null default 0 check (waits >= 0),      -- how often it was put off since it moved
    unknown         int not null default 0 check (unknown >= 0),    -- how often the partner did not know it
    reason          text not null default '' check (length(reason) <= 200),     -- the last answer's, for people
    due_at          timestamptz not null,               -- when it is asked, or asked after
    hurried         boolean not null default false,     -- news came: ask again as soon as it may be
    lease           uuid,
    leased_until    timestamptz,
    asked_at        timestamptz,                        -- when it left last
    stuck_after     timestamptz not null,
    stuck_at        timestamptz,                        -- when its owner was told that no final word has come
    correlation     uuid not null,
    created_at      timestamptz not null,
    finished_at     timestamptz,
    check ((lease is null) = (leased_until is null)),
    check (status <> 'asking' or lease is not null),
    check (status not in ('done', 'refused', 'cancelled') or lease is null),
    check ((status in ('done', 'refused', 'cancelled')) = (finished_at is not null)),
    check (status in ('queued', 'cancelled') or asked_at is not null),
    check (body is not null or finished_at is not null)
) with (fillfactor = 70);
create index partner_orders_due on partner_orders (partner, due_at)
    where status in ('queued', 'accepted', 'unclear');
create index partner_orders_leased on partner_orders (leased_until) where lease is not null;
create index partner_orders_reference on partner_orders (partner, reference) where reference <> '';
create index partner_orders_subject on partner_orders (subject, subject_id);
create index partner_orders_stuck on partner_orders (stuck_after)
    where stuck_at is null and finished_at is null;
create index partner_orders_open on partner_orders (partner, status, created_at) include (stuck_at)
    where finished_at is null;
create index partner_orders_status on partner_orders (status, created_at desc, id desc);
create index partner_orders_listed on partner_orders (created_at desc, id desc);
create index partner_orders_finished on partner_orders (finished_at) where body is not null and finished_at is not null;

-- Every answer, in the order it came: what a partner said, and when.
create table partner_answers (
    id          bigint generated always as identity primary key,
    order_id    uuid not null references partner_orders,
    at          timestamptz not null,
    asked       text not null check (asked in ('send', 'query', 'lease')),
    answer      text not null check (answer in
        ('accepted', 'done', 'refused', 'not_known', 'unclear', 'not_sent')),
    became      text not null,
    reason      text not null default '' check (length(reason) <= 200)
);
create index partner_answers_order on partner_answers (order_id, id);

-- What partners tell us of their own accord. Nothing is decided by it: it makes us ask.
create table payment_notices (
    id          uuid primary key,
    partner     text not null,
    notice      text not null check (length(notice) between 1 and 200),     -- the partner's id of this news
    order_id    uuid references partner_orders,         -- the order it made us ask after, or owe
    reference   text not null default '' check (length(reference) <= 120),
    body        bytea,                                  -- sealed: the call as it came; none once forgotten
    received_at timestamptz not null,
    unique (partner, notice)
);
create index payment_notices_order on payment_notices (order_id) where order_id is not null;
create index payment_notices_received on payment_notices (received_at) where body is not null;

-- The circuit of each partner: after failures in a row it is left alone for a while.
create table partner_health (
    partner     text primary key,
    failures    int not null default 0 check (failures >= 0),       -- in a row
    open_until  timestamptz,                                        -- nobody is asked before
    reason      text not null default '' check (length(reason) <= 200),
    failed_at   timestamptz,
    answered_at timestamptz
);

-- An order moves forward: nothing leaves a final word, nothing that was taken is asked again, and whose
-- order it is never changes.
create function partner_orders_forward() returns trigger language plpgsql as $$
begin
    if (old.id, old.partner, old.action, old.subject, old.subject_id, old.created_at)
        is distinct from (new.id, new.partner, new.action, new.subject, new.subject_id, new.created_at)
    then
        raise exception using errcode = 'restrict_violation', message = 'an order stays what it is';
    end if;
    if old.status <> new.status and not (case old.status
        when 'queued' then new.status in ('asking', 'cancelled')
        when 'asking' then new.status in ('queued', 'accepted', 'unclear', 'done', 'refused')
        when 'accepted' then new.status in ('done', 'refused')
        when 'unclear' then new.status in ('queued', 'accepted', 'done', 'refused')
        else false end)
    then
        raise exception using errcode = 'restrict_violation',
            message = format('an order does not go from %s to %s', old.status, new.status);
    end if;
    return new;
end $$;
create trigger forward before update on partner_orders
    for each row execute function partner_orders_forward();

create function partner_history_forbid() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'restrict_violation', message = tg_table_name || ' is append-only';
end $$;
create trigger append_only before update or delete on partner_answers
    for each row execute function partner_history_forbid();
-- The words of a notice may be sealed anew or forgotten; that it came, and what it was about, stays.
create trigger append_only before update on payment_notices
    for each row when (
        (old.id, old.partner, old.notice, old.order_id, old.reference, old.received_at)
        is distinct from
        (new.id, new.partner, new.notice, new.order_id, new.reference, new.received_at))
    execute function partner_history_forbid();
create trigger kept before delete on payment_notices
    for each row execute function partner_history_forbid();

grant select, insert on partner_orders, partner_answers, payment_notices, partner_health to wekeza_app;
grant update (body, reference, status, attempts, waits, unknown, reason, due_at, hurried, lease, leased_until,
    asked_at, stuck_after, stuck_at, finished_at) on partner_orders to wekeza_app;
grant update (body) on payment_notices to wekeza_app;
grant update (failures, open_until, reason, failed_at, answered_at) on partner_health to wekeza_app;

-- Who looks after the bank sees what was asked and answered, never what is sealed.
grant select on partner_answers, partner_health to wekeza_auditor;
revoke select on partner_orders, payment_notices from wekeza_auditor;
grant select (id, partner, action, subject, subject_id, reference, status, attempts, waits, unknown, reason,
    due_at, hurried, lease, leased_until, asked_at, stuck_after, stuck_at, correlation, created_at, finished_at)
    on partner_orders to wekeza_auditor;
grant select (id, partner, notice, order_id, reference, received_at) on payment_notices to wekeza_auditor;
