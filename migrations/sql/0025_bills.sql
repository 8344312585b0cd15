-- Airtime and bills.

-- Whom bills are paid to. `code` is what the partner calls the biller; amounts are minor units.
create table billers (
    biller_id   text primary key check (biller_id ~ '^[a-z0-9-]{3,30}$'),
    name        text not null check (length(name) between 1 and 40),
    short_name  text not null check (length(short_name) between 1 and 14),
    country     char(2) not null references countries,
    currency    char(3) not null,
    category    text not null check (category in ('power', 'water', 'tv', 'health', 'school')),
    code        text not null check (length(code) between 1 and 20),
    account     text not null check (account in ('meter', 'account', 'card', 'member', 'pupil')),
    pattern     text not null,                          -- of the account number, blanks taken out
    prepaid     boolean not null,                       -- a token comes back; nothing is ever owed
    least       bigint not null check (least > 0),
    most        bigint not null check (most >= least),
    place       smallint not null,                      -- in the list that customers are shown
    active      boolean not null default true,
    unique (country, code)
);
create index billers_country on billers (country, place) where active;

-- Codes, patterns of account numbers and limits were typed in as generally known: each is to be checked with its
-- biller before it is switched on in production.
insert into billers (biller_id, name, short_name, country, currency, category, code, account, pattern, prepaid, least, most, place) values
    ('ke-kplc-prepaid',  'KPLC prepaid tokens',         'KPLC tokens',   'KE', 'KES', 'power',  '888880', 'meter',   '^[0-9]{11}$',            true,  10000,  3500000, 1),
    ('ke-kplc-postpaid', 'KPLC postpaid',               'KPLC bill',     'KE', 'KES', 'power',  '888888', 'account', '^[0-9]{6,10}$',          false, 10000, 15000000, 2),
    ('ke-nairobi-water', 'Nairobi City Water',          'Nairobi Water', 'KE', 'KES', 'water',  '444400', 'account', '^[0-9]{7}$',             false, 10000, 15000000, 3),
    ('ke-dstv',          'DStv Kenya',                  'DStv',          'KE', 'KES', 'tv',     '444900', 'card',    '^[0-9]{10,11}$',         false, 10000,  2500000, 4),
    ('ke-sha',           'Social Health Authority',     'SHA (NHIF)',    'KE', 'KES', 'health', '200222', 'member',  '^[0-9]{7,9}$',           false, 30000,  5000000, 5),
    ('ke-school-fees',   'School fees',                 'School fees',   'KE', 'KES', 'school', '522522', 'pupil',   '^[0-9]{4,6}[A-Z]?[0-9]{2,6}$', false, 50000, 25000000, 6),
    ('tz-luku',          'TANESCO LUKU',                'LUKU',          'TZ', 'TZS', 'power',  '001000', 'meter',   '^[0-9]{11}$',            true, 100000, 100000000, 1),
    ('tz-dawasa',        'DAWASA water',                'DAWASA',        'TZ', 'TZS', 'water',  '001009', 'account', '^[0-9]{8,12}$',          false, 100000, 200000000, 2),
    ('tz-dstv',          'DStv Tanzania',               'DStv',          'TZ', 'TZS', 'tv',     '444999', 'card',    '^[0-9]{10,11}$',         false, 100000, 50000000, 3),
    ('ug-yaka',          'UEDCL Yaka',                  'Yaka',          'UG', 'UGX', 'power',  'YAKA',   'meter',   '^[0-9]{11}$',            true,  1000,   2000000, 1),
    ('ug-nwsc',          'National Water',              'NWSC',          'UG', 'UGX', 'water',  'NWSC',   'account', '^[0-9]{7,10}$',          false, 1000,   5000000, 2),
    ('ug-dstv',          'DStv Uganda',                 'DStv',          'UG', 'UGX', 'tv',     'DSTVUG', 'card',    '^[0-9]{10,11}$',         false, 1000,   1000000, 3),
    ('sn-woyofal',       'Senelec Woyofal',             'Woyofal',       'SN', 'XOF', 'power',  'WOYOFAL', 'meter',  '^[0-9]{11}$',            true,  500,    500000, 1),
    ('sn-senelec',       'Senelec',                     'Senelec',       'SN', 'XOF', 'power',  'SENELEC', 'account', '^[0-9]{9,12}$',         false, 500,   2000000, 2),
    ('sn-seneau',        'Sen''Eau',                    'Sen''Eau',      'SN', 'XOF', 'water',  'SENEAU', 'account', '^[0-9]{8,11}$',          false, 500,   2000000, 3);

-- Where airtime is sold, and between which amounts an order is taken: to be checked with the wholesaler.
create table airtime_markets (
    country     char(2) primary key references countries,
    currency    char(3) not null,
    least       bigint not null check (least > 0),
    most        bigint not null check (most >= least)
);
insert into airtime_markets (country, currency, least, most) values
    ('KE', 'KES', 500, 1000000), ('TZ', 'TZS', 50000, 20000000), ('UG', 'UGX', 50, 200000),
    ('RW', 'RWF', 100, 40000), ('NG', 'NGN', 5000, 5000000), ('GH', 'GHS', 50, 50000),
    ('SN', 'XOF', 100, 50000);

-- Data sold by the bundle: a fixed price each, to be checked with the wholesaler.
create table airtime_bundles (
    bundle_id   text primary key check (bundle_id ~ '^[a-z0-9-]{3,30}$'),
    country     char(2) not null references airtime_markets,
    currency    char(3) not null,
    price       bigint not null check (price > 0),
    megabytes   int not null check (megabytes > 0),
    validity    text not null check (validity in ('Day', 'Week', 'Month')),
    place       smallint not null,
    active      boolean not null default true
);
create index airtime_bundles_country on airtime_bundles (country, place) where active;
insert into airtime_bundles (bundle_id, country, currency, price, megabytes, validity, place) values
    ('ke-day-1gb',     'KE', 'KES',  9900, 1024, 'Day',   1), ('ke-week-2gb',  'KE', 'KES', 25000,  2048, 'Week', 2),
    ('ke-month-10gb',  'KE', 'KES', 100000, 10240, 'Month', 3),
    ('tz-day-1gb',     'TZ', 'TZS', 200000, 1024, 'Day',   1), ('tz-week-5gb',  'TZ', 'TZS', 1000000, 5120, 'Week', 2),
    ('ug-day-1gb',     'UG', 'UGX',  2000, 1024, 'Day',   1), ('ug-month-10gb', 'UG', 'UGX', 50000, 10240, 'Month', 2),
    ('sn-day-1gb',     'SN', 'XOF',   500, 1024, 'Day',   1), ('sn-month-10gb', 'SN', 'XOF', 6000, 10240, 'Month', 2);

-- What customers bought or paid. The id is the effect's and the posting's that took the money.
create table bill_payments (
    id          uuid primary key,
    customer_id uuid not null,
    wallet_id   uuid not null,
    kind        text not null check (kind in ('airtime', 'bill')),
    biller_id   text references billers,
    bundle_id   text references airtime_bundles,
    account     bytea,                                  -- sealed: the account number, or the phone (E.164)
    holder      bytea,                                  -- sealed: whose it is, masked, as the biller told it
    amount      bigint not null check (amount > 0),
    currency    char(3) not null,
    fee         bigint not null check (fee >= 0),
    order_id    uuid not null unique,
    reference   text not null unique,
    channel     text not null,
    status      text not null default 'sent' check (status in ('sent', 'done', 'returning', 'returned')),
    code        text,                                   -- why it was refused
    receipt     text,                                   -- the partner's own number of it
    token       bytea,                                  -- sealed: what a prepaid meter is fed with
    tries       int not null default 0,                 -- how often its way back was tried
    due_at      timestamptz,                            -- when its way back is tried next
    correlation uuid not null,
    created_at  timestamptz not null,
    ended_at    timestamptz,
    check ((kind = 'bill') = (biller_id is not null)),
    check (bundle_id is null or kind = 'airtime'),
    check (account is not null or ended_at is not null),
    check ((status in ('done', 'returned')) = (ended_at is not null)),
    check ((status in ('returning', 'returned')) = (code is not null)),
    check ((status = 'returning') = (due_at is not null))
);
create index bill_payments_customer on bill_payments (customer_id, created_at desc, id desc);
create index bill_payments_clearing on bill_payments (currency, kind) where status in ('sent', 'returning');
create index bill_payments_due on bill_payments (due_at) where status = 'returning';

-- A payment ends once, and what was paid to whom never changes.
create function bill_payments_forward() returns trigger language plpgsql as $$
begin
    if (old.customer_id, old.wallet_id, old.kind, old.amount, old.currency, old.fee, old.order_id)
            is distinct from
            (new.customer_id, new.wallet_id, new.kind, new.amount, new.currency, new.fee, new.order_id)
        or (old.status in ('done', 'returned') and new.status <> old.status)
        or (old.status = 'returning' and new.status not in ('returning', 'returned')) then
        raise exception using errcode = 'restrict_violation', message = 'what was bought ends once';
    end if;
    return new;
end $$;
create trigger forward before update on bill_payments
    for each row execute function bill_payments_forward();

grant select on billers, airtime_markets, airtime_bundles to wekeza_app, wekeza_auditor;
grant select, insert on bill_payments to wekeza_app;
grant update (status, code, receipt, token, tries, due_at, ended_at, account, holder) on bill_payments
    to wekeza_app;
revoke select on bill_payments from wekeza_auditor;
grant select (id, customer_id, wallet_id, kind, biller_id, bundle_id, amount, currency, fee, order_id, reference,
    channel, status, code, receipt, tries, due_at, correlation, created_at, ended_at) on bill_payments
    to wekeza_auditor;
