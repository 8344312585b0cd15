-- What is paid by card: decided in real time, held, captured, cleared with the scheme, and disputed.

-- The chart grows: money on its way to the scheme, the settlement account it is paid from, what customers owe
-- when a merchant took more than they had, what the bank claims from the scheme for them, and refunds that a wallet
-- could not take yet.
insert into gl_accounts (gl_code, name, class) values
    ('1410', 'Claims on card schemes',          'asset'),
    ('2260', 'Card refunds not yet paid in',    'liability');
insert into account_kinds (kind, gl_code, stripes) values
    ('clearing_cards', '1300', 16),
    ('nostro_cards',   '1200', 16),
    ('card_overdraft', '1400', 16),
    ('card_disputes',  '1410', 16),
    ('card_returns',   '2260', 16);
insert into transaction_types (type, counts_limit, description) values
    ('card',         true,  'Paid by card'),
    ('card_cash',    true,  'Cash at a machine, by card'),
    ('card_more',    false, 'What a merchant took beyond what was held'),
    ('card_refund',  false, 'A merchant gives back what was paid by card'),
    ('card_debt',    false, 'What a card took too much of is paid in'),
    ('card_dispute', false, 'A disputed card payment: credit, and what became of it');

-- Which trade a merchant category code (ISO 18245) belongs to, how long what was authorised there stays held, and how
-- far beyond it a capture may go (basis points: tips, fuel). The first range that holds a code counts.
create table card_mcc_ranges (
    mcc_from    text primary key check (mcc_from ~ '^[0-9]{4}$'),
    mcc_to      text not null check (mcc_to ~ '^[0-9]{4}$' and mcc_to >= mcc_from),
    mcc_group   text not null check (mcc_group ~ '^[a-z_]{3,20}$'),
    hold_days   smallint not null default 7 check (hold_days between 1 and 31),
    over_points int not null default 0 check (over_points between 0 and 10000)
);
insert into card_mcc_ranges (mcc_from, mcc_to, mcc_group, hold_days, over_points) values
    ('3000', '3350', 'airline',     31, 0),    ('3351', '3500', 'car_rental', 31, 1500),
    ('3501', '3999', 'lodging',     31, 1500), ('4111', '4119', 'transport',   7, 0),
    ('4121', '4121', 'taxi',         7, 2000), ('4131', '4131', 'transport',   7, 0),
    ('4411', '4411', 'cruise',      31, 1500), ('4511', '4511', 'airline',    31, 0),
    ('4722', '4722', 'travel',       7, 0),    ('4812', '4816', 'telecom',     7, 0),
    ('4829', '4829', 'money',        7, 0),    ('4899', '4899', 'digital',     7, 0),
    ('4900', '4900', 'utility',      7, 0),    ('5411', '5499', 'grocery',     7, 0),
    ('5541', '5542', 'fuel',         7, 1500), ('5811', '5814', 'restaurant',  7, 2000),
    ('5815', '5818', 'digital',      7, 0),    ('5912', '5912', 'health',      7, 0),
    ('5967', '5967', 'adult',        7, 0),    ('5983', '5983', 'fuel',        7, 1500),
    ('6010', '6011', 'cash',         7, 0),    ('6050', '6051', 'money',       7, 0),
    ('6540', '6540', 'money',        7, 0),    ('7011', '7011', 'lodging',    31, 1500),
    ('7230', '7230', 'care',         7, 2000), ('7298', '7298', 'care',        7, 2000),
    ('7273', '7273', 'adult',        7, 0),    ('7512', '7513', 'car_rental', 31, 1500),
    ('7800', '7802', 'gambling',     7, 0),    ('7995', '7995', 'gambling',    7, 0),
    ('8011', '8099', 'health',       7, 0),    ('8211', '8299', 'school',      7, 0);

-- One row for each payment by card, from the first word of the scheme to its last. `amount` is what is authorised now,
-- or was asked for when it was declined; it is in the wallet's currency, `paid_amount` in the merchant's.
create table card_transactions (
    card_tx_id       uuid primary key,
    card_id          uuid not null references cards,
    customer_id      uuid not null,
    wallet_id        uuid not null,
    scheme           text not null check (scheme ~ '^[a-z][a-z0-9_]{1,39}$'),
    scheme_ref       text not null check (length(scheme_ref) between 1 and 60),  -- its id of the payment's whole life
    kind             text not null check (kind in ('purchase', 'cash', 'refund')),
    amount           bigint not null check (amount >= 0),
    currency         char(3) not null,
    paid_amount      bigint not null check (paid_amount >= 0),
    paid_currency    char(3) not null,
    rate             numeric check (rate > 0),              -- the scheme's: billed for one of what was paid
    merchant         text not null check (length(merchant) <= 40),
    merchant_id      text not null default '',
    merchant_city    text not null default '',
    merchant_country char(2) not null,
    mcc              text not null check (mcc ~ '^[0-9]{4}$'),
    mcc_group        text not null,
    way              text not null check (way in ('chip', 'contactless', 'stripe', 'online', 'atm')),
    status           text not null check (status in ('approved', 'declined', 'captured', 'reversed', 'expired')),
    code             text not null,                         -- what the scheme was answered
    reason           text not null default '',              -- why not, for people; empty: it was approved
    approval         text not null default '',              -- the six signs by which a merchant knows it
    hold_id          uuid,
    held             bigint not null default 0 check (held >= 0),
    captured         bigint not null default 0 check (captured >= 0),
    refunded         bigint not null default 0 check (refunded >= 0),
    forced           boolean not null default false,        -- money left without our having agreed
    expires_at       timestamptz,
    events           int not null default 1,
    "timestamp"      timestamptz not null,
    unique (scheme, scheme_ref),
    check (status <> 'declined' or (reason <> '' and held = 0 and captured = 0)),
    check (held = 0 or (status = 'approved' and hold_id is not null))
) with (fillfactor = 75);
create index card_transactions_card on card_transactions (card_id, "timestamp" desc, card_tx_id desc);
create index card_transactions_customer on card_transactions (customer_id, "timestamp" desc, card_tx_id desc);
create index card_transactions_expiry on card_transactions (expires_at) where status = 'approved';

-- A payment moves forward, and what was paid where never changes.
create function card_transactions_forward() returns trigger language plpgsql as $$
begin
    if (old.card_id, old.customer_id, old.wallet_id, old.scheme, old.scheme_ref, old.kind, old.currency, old.merchant,
        old.mcc, old."timestamp")
       is distinct from
       (new.card_id, new.customer_id, new.wallet_id, new.scheme, new.scheme_ref, new.kind, new.currency, new.merchant,
        new.mcc, new."timestamp") or new.captured < old.captured or new.refunded < old.refunded
        or new.events <= old.events then
        raise exception using errcode = 'restrict_violation', message = 'what was paid by card stays what it is';
    end if;
    if old.status <> new.status and not (case old.status
        when 'approved' then new.status in ('captured', 'reversed', 'expired')
        when 'reversed' then new.status = 'captured'        -- a merchant who takes it all the same
        when 'expired' then new.status = 'captured'
        when 'declined' then new.status = 'captured'
        else false end) then
        raise exception using errcode = 'restrict_violation',
            message = format('a card payment does not go from %s to %s', old.status, new.status);
    end if;
    return new;
end $$;
create trigger forward before update on card_transactions
    for each row execute function card_transactions_forward();

-- What the scheme said, once: the answer to a message that is repeated is the one it got.
create table card_messages (
    message_id  uuid primary key,                           -- follows from the scheme and its own id of it
    scheme      text not null,
    told        text not null check (length(told) between 1 and 120),
    kind        text not null,
    body_hash   bytea not null,
    card_tx_id  uuid references card_transactions,
    code        text,                                       -- null only until the unit that read it ends
    reason      text not null default '',
    approval    text not null default '',
    amount      bigint not null default 0,
    currency    char(3),
    received_at timestamptz not null
) with (fillfactor = 80);
create index card_messages_tx on card_messages (card_tx_id) where card_tx_id is not null;
create function card_messages_once() returns trigger language plpgsql as $$
begin
    if old.code is not null or (old.message_id, old.scheme, old.told, old.kind, old.body_hash)
            is distinct from (new.message_id, new.scheme, new.told, new.kind, new.body_hash) then
        raise exception using errcode = 'restrict_violation', message = 'a message is answered once';
    end if;
    return new;
end $$;
create trigger once before update on card_messages for each row execute function card_messages_once();

-- What became of a payment, step by step.
create table card_tx_events (
    card_tx_id  uuid not null references card_transactions,
    n           int not null,
    kind        text not null check (kind in ('approved', 'declined', 'raised', 'raise_declined', 'lowered', 'reversed',
                    'captured', 'forced', 'expired', 'refunded')),
    amount      bigint not null check (amount >= 0),
    held        bigint not null,                            -- after it
    captured    bigint not null,
    refunded    bigint not null,
    code        text not null,
    reason      text not null default '',
    message_id  uuid,                                       -- none: nobody said it, its time was over
    correlation uuid not null,
    at          timestamptz not null,
    primary key (card_tx_id, n)
);

-- What clears with the scheme: each capture, refund and dispute that was won, and the report that settled it.
-- Positive: the bank owes it to the scheme. Sums of what is not settled are what `clearing_cards` holds.
create table card_settlements (
    settlement_id uuid primary key,
    scheme        text not null,
    told          text not null check (length(told) between 1 and 120),     -- the scheme's own name of its report
    day           date not null,
    currency      char(3) not null,
    net           bigint not null,                          -- as the report has it; positive: the bank pays
    matched       bigint not null,                          -- of which the bank knows, and has paid
    lines         int not null,
    unknown       int not null,                             -- lines that are none of ours, or say otherwise
    posting_id    uuid,                                     -- none where nothing was left to pay
    case_id       uuid,                                     -- of what differs
    at            timestamptz not null,
    unique (scheme, told),
    check ((net = matched and unknown = 0) or case_id is not null)
);
create table card_clearings (
    clearing_id   uuid primary key,
    card_tx_id    uuid not null references card_transactions,
    scheme        text not null,
    told          text not null check (length(told) between 1 and 120),     -- the scheme's id of what was cleared
    kind          text not null check (kind in ('captured', 'refunded', 'dispute_won')),
    amount        bigint not null check (amount <> 0),
    currency      char(3) not null,
    settlement_id uuid references card_settlements,
    at            timestamptz not null,
    unique (scheme, told)
);
create index card_clearings_open on card_clearings (currency) include (amount) where settlement_id is null;
create index card_clearings_tx on card_clearings (card_tx_id);
create index card_clearings_settlement on card_clearings (settlement_id) where settlement_id is not null;
create function card_clearings_once() returns trigger language plpgsql as $$
begin
    if old.settlement_id is not null or to_jsonb(old) - 'settlement_id' <> to_jsonb(new) - 'settlement_id' then
        raise exception using errcode = 'restrict_violation', message = 'what clears is settled once';
    end if;
    return new;
end $$;
create trigger once before update on card_clearings for each row execute function card_clearings_once();

-- Lines of the scheme's reports that the bank did not know when the report came. Each is looked at again until a
-- clearing of that id and amount is there: then it is paid, for the report that named it.
create table card_unknown_lines (
    settlement_id uuid not null references card_settlements,
    told          text not null check (length(told) between 1 and 120),     -- the scheme's id of what was cleared
    scheme        text not null,
    amount        bigint not null,                          -- as the report has it; positive: the bank pays
    currency      char(3) not null,
    clearing_id   uuid unique references card_clearings,    -- what it turned out to be; none: not known yet
    posting_id    uuid,                                     -- that paid it; none: with others it came to nothing
    known_at      timestamptz,
    primary key (settlement_id, told),
    check ((clearing_id is null) = (known_at is null)),
    check (clearing_id is not null or posting_id is null)
);
create index card_unknown_lines_open on card_unknown_lines (scheme, told) where clearing_id is null;
create function card_unknown_lines_once() returns trigger language plpgsql as $$
begin
    if old.clearing_id is not null or (old.settlement_id, old.told, old.scheme, old.amount, old.currency)
            is distinct from (new.settlement_id, new.told, new.scheme, new.amount, new.currency) then
        raise exception using errcode = 'restrict_violation', message = 'a line of a report is paid once';
    end if;
    return new;
end $$;
create trigger once before update on card_unknown_lines
    for each row execute function card_unknown_lines_once();

-- What a card took that was not there: the bank has paid it, and is owed it.
create table card_debts (
    debt_id     uuid primary key,                           -- the clearing it comes from, or the dispute that was lost
    card_tx_id  uuid not null references card_transactions,
    customer_id uuid not null,
    wallet_id   uuid not null,
    currency    char(3) not null,
    why         text not null check (why in ('funds', 'tolerance', 'dispute')),
    amount      bigint not null check (amount > 0),
    paid        bigint not null default 0 check (paid between 0 and amount),
    tries       int not null default 0,
    due_at      timestamptz,                                -- when it is next taken from the wallet; none: it is paid
    at          timestamptz not null,
    check ((paid = amount) = (due_at is null))
);
create index card_debts_due on card_debts (due_at) where due_at is not null;
create index card_debts_customer on card_debts (customer_id, at desc);
create function card_debts_forward() returns trigger language plpgsql as $$
begin
    if (old.debt_id, old.card_tx_id, old.customer_id, old.wallet_id, old.currency, old.why, old.amount)
            is distinct from
            (new.debt_id, new.card_tx_id, new.customer_id, new.wallet_id, new.currency, new.why, new.amount)
        or new.paid < old.paid then
        raise exception using errcode = 'restrict_violation', message = 'a debt is paid, and never grows';
    end if;
    return new;
end $$;
create trigger forward before update on card_debts for each row execute function card_debts_forward();

-- A refund that the wallet could not take when it came: on hold, or full. It is tried again until it can.
create table card_returns (
    return_id  uuid primary key,                            -- the clearing it comes from
    card_tx_id uuid not null references card_transactions,
    wallet_id  uuid not null,
    amount     bigint not null check (amount > 0),
    currency   char(3) not null,
    tries      int not null default 0,
    due_at     timestamptz,                                 -- when it is next tried; none: the wallet has it
    at         timestamptz not null
);
create index card_returns_due on card_returns (due_at) where due_at is not null;
create function card_returns_forward() returns trigger language plpgsql as $$
begin
    if (old.return_id, old.card_tx_id, old.wallet_id, old.amount, old.currency, old.at) is distinct from
            (new.return_id, new.card_tx_id, new.wallet_id, new.amount, new.currency, new.at) or old.due_at is null then
        raise exception using errcode = 'restrict_violation', message = 'a refund is paid in once';
    end if;
    return new;
end $$;
create trigger forward before update on card_returns for each row execute function card_returns_forward();

-- What a card may do: rules of its customer, and of the bank (which are for all its cards where none is named). One
-- without `per` forbids; the others limit. What is null matches everything.
create table card_controls (
    control_id uuid primary key,
    card_id    uuid references cards,
    set_by     text not null check (set_by in ('customer', 'bank')),
    mode       text not null check (mode in ('draft', 'shadow', 'bind', 'retired')),
    groups     text[] check (cardinality(groups) between 1 and 30),
    countries  text[] check (cardinality(countries) between 1 and 60),
    abroad     boolean not null default false,              -- only outside the customer's country
    ways       text[] check (ways <@ '{chip,contactless,stripe,online,atm}' and cardinality(ways) > 0),
    per        text check (per in ('transaction', 'day', 'month')),
    most       bigint check (most > 0),
    most_count int check (most_count > 0),
    currency   char(3) not null,
    made_by    text not null,
    made_at    timestamptz not null,
    moved_at   timestamptz not null,
    tested_at  timestamptz,                                 -- when it was last run over the past
    check ((per is null) = (most is null and most_count is null)),
    check (per is distinct from 'transaction' or most_count is null),
    check (set_by = 'bank' or card_id is not null),
    check (set_by = 'bank' or mode in ('bind', 'retired'))  -- what a customer sets binds at once
);
create index card_controls_card on card_controls (card_id) where mode in ('shadow', 'bind');
create index card_controls_all on card_controls (currency) where card_id is null and mode in ('shadow', 'bind');
create function card_controls_forward() returns trigger language plpgsql as $$
begin
    if to_jsonb(old) - array['mode', 'moved_at', 'tested_at'] <> to_jsonb(new) - array['mode', 'moved_at', 'tested_at']
    then
        raise exception using errcode = 'restrict_violation', message = 'a rule stays what it is; make another';
    end if;
    if old.mode <> new.mode and not (case old.mode
        when 'draft' then new.mode in ('shadow', 'retired')
        when 'shadow' then new.mode = 'retired' or (new.mode = 'bind' and new.tested_at is not null)
        when 'bind' then new.mode = 'retired'
        else false end) then
        raise exception using errcode = 'restrict_violation',
            message = format('a rule does not go from %s to %s', old.mode, new.mode);
    end if;
    return new;
end $$;
create trigger forward before update on card_controls
    for each row execute function card_controls_forward();

-- Which rules a payment would have broken: those that bind were applied, those in shadow only noted.
create table card_control_verdicts (
    message_id uuid not null,
    control_id uuid not null references card_controls,
    card_id    uuid not null,
    mode       text not null check (mode in ('shadow', 'bind')),
    breaks     text not null check (breaks in ('forbidden', 'transaction', 'day', 'month', 'count')),
    at         timestamptz not null,
    primary key (message_id, control_id)
);
create index card_control_verdicts_control on card_control_verdicts (control_id, at desc);

-- Parts of a month's limit that a customer has heard of, once each.
create table card_limit_alerts (
    card_id uuid not null references cards,
    month   date not null,
    percent smallint not null check (percent in (50, 80, 100)),
    at      timestamptz not null,
    primary key (card_id, month, percent)
);

-- Why a payment can be disputed, by when, and how long each side has. Days from the schemes' public guides, to be
-- confirmed with the licence: `dispute_days` after it was cleared, `credit_days` until the customer has the money
-- back for the time being, `answer_days` for the merchant's bank.
create table card_dispute_reasons (
    reason       text primary key check (reason ~ '^[a-z_]{3,20}$'),
    scheme_code  text not null,
    dispute_days smallint not null check (dispute_days between 1 and 540),
    credit_days  smallint not null check (credit_days between 0 and 45),
    answer_days  smallint not null check (answer_days between 1 and 60)
);
insert into card_dispute_reasons (reason, scheme_code, dispute_days, credit_days, answer_days) values
    ('fraud',        '10.4', 120, 0, 30),
    ('not_received', '13.1', 120, 5, 30),
    ('duplicate',    '12.6', 120, 0, 30),
    ('wrong_amount', '12.5', 120, 5, 30),
    ('cancelled',    '13.7', 120, 5, 30);

-- What one person may give up alone of a dispute: about twenty dollars.
create table card_dispute_powers (
    currency char(3) primary key references currencies,
    alone    bigint not null check (alone >= 0)
);
insert into card_dispute_powers (currency, alone)
select v.currency, (v.units * 10 ^ c.exponent)::bigint
from (values ('KES', 2500), ('TZS', 50000), ('UGX', 70000), ('RWF', 28000), ('NGN', 30000), ('GHS', 250), ('ZAR', 400),
             ('XOF', 12000), ('XAF', 12000), ('USD', 20), ('EUR', 20), ('GBP', 20)) v (currency, units)
    join currencies c on c.code = v.currency;

create table card_dispute_moves (
    from_status text not null,
    to_status   text not null check (to_status <> from_status),
    primary key (from_status, to_status)
);
insert into card_dispute_moves (from_status, to_status) values
    ('opened', 'credited'), ('opened', 'won'), ('opened', 'lost'), ('opened', 'withdrawn'),
    ('credited', 'represented'), ('credited', 'won'), ('credited', 'lost'), ('credited', 'withdrawn'),
    ('opened', 'represented'), ('represented', 'won'), ('represented', 'lost'), ('represented', 'withdrawn');

create table card_disputes (
    dispute_id  uuid primary key,
    reference   text not null unique,
    card_tx_id  uuid not null references card_transactions,
    customer_id uuid not null,
    wallet_id   uuid not null,
    case_id     uuid not null,
    reason      text not null references card_dispute_reasons,
    amount      bigint not null check (amount > 0),
    currency    char(3) not null,
    status      text not null default 'opened' check (status in ('opened', 'credited', 'represented', 'won', 'lost',
                    'withdrawn')),
    credited    boolean not null default false,             -- the customer has the money for the time being
    bearer      text check (bearer in ('customer', 'bank')),    -- of a loss
    credit_due  timestamptz not null,
    answer_due  timestamptz not null,                       -- of whoever's turn it is
    channel     text not null,
    opened_at   timestamptz not null,
    ended_at    timestamptz,
    check ((status in ('won', 'lost', 'withdrawn')) = (ended_at is not null)),
    check ((status = 'lost') = (bearer is not null))
);
create unique index card_disputes_tx on card_disputes (card_tx_id) where status <> 'withdrawn';
create index card_disputes_customer on card_disputes (customer_id, opened_at desc);
create index card_disputes_listed on card_disputes (opened_at desc, dispute_id desc);
create index card_disputes_due on card_disputes (least(credit_due, answer_due)) where ended_at is null;
create function card_disputes_forward() returns trigger language plpgsql as $$
begin
    if (old.dispute_id, old.reference, old.card_tx_id, old.customer_id, old.wallet_id, old.case_id, old.reason,
        old.amount, old.currency, old.opened_at)
       is distinct from
       (new.dispute_id, new.reference, new.card_tx_id, new.customer_id, new.wallet_id, new.case_id, new.reason,
        new.amount, new.currency, new.opened_at) or old.ended_at is not null then
        raise exception using errcode = 'restrict_violation', message = 'a dispute ends once';
    end if;
    if old.status <> new.status and not exists (select from card_dispute_moves m
            where m.from_status = old.status and m.to_status = new.status) then
        raise exception using errcode = 'restrict_violation',
            message = format('a dispute does not go from %s to %s', old.status, new.status);
    end if;
    return new;
end $$;
create trigger forward before update on card_disputes
    for each row execute function card_disputes_forward();

create table card_dispute_events (
    dispute_id  uuid not null references card_disputes,
    n           int not null,
    what        text not null check (what in ('opened', 'credited', 'evidence', 'represented', 'won', 'lost',
                    'withdrawn')),
    by          text not null,                              -- customer, system, scheme, or a member of staff's id
    words       bytea,                                      -- sealed: what was said or shown
    media_id    uuid,                                       -- a picture that came with it
    at          timestamptz not null,
    primary key (dispute_id, n)
);

create function card_history_forbid() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and to_jsonb(old) - 'words' = to_jsonb(new) - 'words' then
        return new;                                         -- what was said is sealed anew, or forgotten
    end if;
    raise exception using errcode = 'restrict_violation', message = 'what happened with a card stays';
end $$;
create trigger append_only before update or delete on card_tx_events
    for each row execute function card_history_forbid();
create trigger no_truncate before truncate on card_tx_events
    for each statement execute function card_history_forbid();
create trigger append_only before update or delete on card_dispute_events
    for each row execute function card_history_forbid();
create trigger no_truncate before truncate on card_dispute_events
    for each statement execute function card_history_forbid();
create trigger append_only before update or delete on card_control_verdicts
    for each row execute function card_history_forbid();

grant select on card_mcc_ranges, card_dispute_reasons, card_dispute_powers, card_dispute_moves
    to wekeza_app, wekeza_auditor;
grant select, insert on card_transactions, card_messages, card_tx_events, card_settlements, card_clearings, card_debts,
    card_returns, card_unknown_lines,
    card_controls, card_control_verdicts, card_limit_alerts, card_disputes, card_dispute_events to wekeza_app;
grant update (amount, status, code, reason, approval, hold_id, held, captured, refunded, forced, expires_at, events)
    on card_transactions to wekeza_app;
grant update (card_tx_id, code, reason, approval, amount, currency) on card_messages to wekeza_app;
grant update (settlement_id) on card_clearings to wekeza_app;
grant update (clearing_id, posting_id, known_at) on card_unknown_lines to wekeza_app;
grant update (paid, tries, due_at) on card_debts to wekeza_app;
grant update (tries, due_at) on card_returns to wekeza_app;
grant update (mode, moved_at, tested_at) on card_controls to wekeza_app;
grant update (status, credited, bearer, credit_due, answer_due, ended_at) on card_disputes to wekeza_app;
grant update (words) on card_dispute_events to wekeza_app;
revoke select on card_dispute_events from wekeza_auditor;
grant select (dispute_id, n, what, by, media_id, at) on card_dispute_events to wekeza_auditor;

insert into role_permissions (role, permission) values
    ('operations', 'disputes.work'), ('operations', 'disputes.read'), ('supervisor', 'disputes.read'),
    ('auditor', 'disputes.read'), ('compliance', 'disputes.read'),
    ('supervisor', 'disputes.approve'), ('compliance', 'disputes.approve'),
    ('operations', 'cards.rules'), ('compliance', 'cards.rules');
insert into approval_kinds (kind, approve_permission, mfa) values ('dispute_loss', 'disputes.approve', true);
