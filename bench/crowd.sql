-- A bank with many customers and a long history, written by sets and not by its functions: as owner, with
-- nothing in its way. What it writes is what the functions would have: `ledger verify` finds no fault.
-- :customers customers with a wallet each; :payments payments of one shilling, each to the next one.

-- Ids are numbered, so that a caller can pick anybody without asking. Tokens are as long and as random as
-- real ones and what is sealed is as long, but nobody can open it: who is measured is made real afterwards.
create temp table crowd as
select n, ('00000000-0000-4000-8000-' || (100000000000 + n))::uuid as id,
       ('00000000-0000-4000-9000-' || (100000000000 + n))::uuid as wallet,
       left(md5('phone' || n), 24) as phone, sha256(n::text::bytea) || '\x00'::bytea as sealed
  from generate_series(0, :customers - 1) n;

insert into account_owners (owner, country, tier, home_currency, timezone)
select id, 'KE', 2, 'KES', 'Africa/Nairobi' from crowd;
insert into limit_counters (owner, day, day_spent, month, month_spent, home_currency, timezone,
                            per_transaction, per_day, per_month)
select id, '2000-01-01', 0, '2000-01-01', 0, 'KES', 'Africa/Nairobi', t.per_transaction, t.per_day, t.per_month
  from crowd, tier_limits t where t.country = 'KE' and t.tier = 2;
insert into contact_points (token, sealed, created_at) select phone, sealed, now() from crowd;
insert into customers (id, first_name, last_name, phone_number, phone_index, name_index, kyc_status, created_at, created_by, updated_at,
                       updated_by, country, language, home_currency, tier, default_wallet)
select id, sealed, sealed, sealed, phone, array[left(md5('first' || n % 1000), 24), left(md5('last' || n), 24)], 'Verified', now(), 'bench', now(), 'bench', 'KE', 'en', 'KES', 2, wallet
  from crowd;
insert into addresses (channel, address, customer_id, trust, trusted_at, created_at)
select 'ussd', phone, id, 'trusted', now(), now() from crowd;
insert into pins (customer_id, hash, changed_at) select id, :pin, now() from crowd;

-- An opening balance each, then payments round the ring: customer n pays n + 1, so many times each.
create temp table history as
select p as serial, ('00000000-0000-7000-8000-' || (100000000000 + p))::uuid as id,
       p / :customers as lap, (p % :customers) as payer, ((p % :customers) + 1) % :customers as payee
  from generate_series(0, :payments - 1) p;

insert into ledger_accounts (account_id, owner, kind, currency, floor, opened_at, posted, version, moved_at)
select wallet, id, 'wallet', 'KES', 0, now(), 10000000, 1 + 2 * (:payments / :customers), now() from crowd;
insert into ledger_accounts (account_id, kind, currency, opened_at, posted, version, moved_at)
values ('00000000-0000-4000-8000-000000000001', 'equity', 'KES', now(), -10000000::bigint * :customers,
        :customers, now());

insert into transactions (transaction_id, wallet_id, type, amount, currency, "timestamp", value_date, reference,
                          note, correlation, body_hash)
select wallet, wallet, 'opening', 10000000, 'KES', now(), current_date, '', '', 'bench', '\x00'::bytea from crowd
union all
select h.id, c.wallet, 'transfer', 100, 'KES', now(), current_date, 'bench', '', 'bench', '\x00'::bytea
  from history h join crowd c on c.n = h.payer;

-- In a lap everybody is paid by the one before them and pays the one after; whichever comes first.
insert into ledger_entries (transaction_id, leg, account_id, version, amount, balance_after, posted_at)
select wallet, 1, '00000000-0000-4000-8000-000000000001'::uuid, n + 1, -10000000, -10000000::bigint * (n + 1), now()
  from crowd
union all
select wallet, 1, wallet, 1, 10000000, 10000000, now() from crowd
union all
select h.id, 1, c.wallet, 2 + 2 * h.lap + (h.payer <> 0)::int, -100, 10000000 - 100 * (h.payer = 0)::int, now()
  from history h join crowd c on c.n = h.payer
union all
select h.id, 1, c.wallet, 2 + 2 * h.lap + (h.payee = 0)::int, 100, 10000000 + 100 * (h.payee <> 0)::int, now()
  from history h join crowd c on c.n = h.payee;
