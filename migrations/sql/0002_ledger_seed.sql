-- What the book knows from its first day.

insert into currencies (code, exponent) values
    ('USD', 2), ('EUR', 2), ('GBP', 2), ('KES', 2), ('TZS', 2), ('NGN', 2), ('GHS', 2), ('ZAR', 2), ('ETB', 2),
    ('UGX', 0), ('RWF', 0), ('XOF', 0), ('XAF', 0), ('BIF', 0), ('TND', 3), ('LYD', 3);

insert into countries (code, name, currency, timezone) values
    ('KE', 'Kenya',        'KES', 'Africa/Nairobi'),
    ('TZ', 'Tanzania',     'TZS', 'Africa/Dar_es_Salaam'),
    ('UG', 'Uganda',       'UGX', 'Africa/Kampala'),
    ('RW', 'Rwanda',       'RWF', 'Africa/Kigali'),
    ('NG', 'Nigeria',      'NGN', 'Africa/Lagos'),
    ('GH', 'Ghana',        'GHS', 'Africa/Accra'),
    ('ZA', 'South Africa', 'ZAR', 'Africa/Johannesburg'),
    ('SN', 'Senegal',      'XOF', 'Africa/Dakar'),
    ('CM', 'Cameroon',     'XAF', 'Africa/Douala');

-- Tier 1: registered by phone, not yet verified. Tier 2: identity verified. Tier 3: due diligence done.
-- Figures are in main units here. Where a source says "policy", no public figure was at hand and the
-- bank's own scales the others to a like value: compliance confirms each country before it opens.
insert into tier_limits (country, tier, per_transaction, per_day, per_month, max_balance, source)
select l.country, l.tier, (per_transaction * unit)::bigint, (per_day * unit)::bigint, (per_month * unit)::bigint,
       (max_balance * unit)::bigint, source
  from (values
    ('KE', 1::smallint,  70000,   140000,   1000000,   140000, 'policy, below CBK mobile-money limits'),
    ('KE', 2,           250000,   500000,   5000000,   500000, 'CBK mobile-money limits: 250,000 a transaction, 500,000 a day and balance'),
    ('KE', 3,           999999,  3000000,  30000000, 10000000, 'policy, within one PesaLink payment'),
    ('TZ', 1,          1000000,  2000000,  20000000,  2000000, 'policy'),
    ('TZ', 2,          5000000, 10000000, 100000000, 10000000, 'policy, after BoT e-money tiers'),
    ('TZ', 3,         20000000, 50000000, 500000000, 200000000, 'policy'),
    ('UG', 1,          1000000,  2000000,  20000000,  3000000, 'policy'),
    ('UG', 2,          7000000, 14000000, 140000000, 20000000, 'policy, after the market''s e-money caps'),
    ('UG', 3,         30000000, 80000000, 800000000, 300000000, 'policy'),
    ('RW', 1,           500000,  1000000,  10000000,  1000000, 'policy'),
    ('RW', 2,          2000000,  4000000,  40000000, 10000000, 'policy'),
    ('RW', 3,         10000000, 30000000, 300000000, 100000000, 'policy'),
    ('NG', 1,            50000,    50000,    300000,   300000, 'CBN three-tiered KYC, level 1'),
    ('NG', 2,           200000,   200000,   2000000,   500000, 'CBN three-tiered KYC, level 2'),
    ('NG', 3,          5000000,  5000000,  50000000,     null, 'CBN three-tiered KYC, level 3; month by policy'),
    ('GH', 1,             3000,     3000,     10000,     5000, 'BoG e-money, minimum KYC'),
    ('GH', 2,            15000,    15000,    100000,    40000, 'BoG e-money, medium KYC; month by policy'),
    ('GH', 3,            25000,    25000,    300000,    75000, 'BoG e-money, enhanced KYC; month by policy'),
    ('ZA', 1,             5000,     5000,     25000,    25000, 'FICA low-value exemption'),
    ('ZA', 2,            25000,    50000,    500000,   250000, 'policy'),
    ('ZA', 3,           250000,   500000,   5000000,     null, 'policy'),
    ('SN', 1,           200000,   200000,    200000,   200000, 'BCEAO e-money, holder not identified'),
    ('SN', 2,          2000000,  2000000,  10000000,  2000000, 'BCEAO e-money, holder identified'),
    ('SN', 3,          5000000, 10000000, 100000000, 50000000, 'policy'),
    ('CM', 1,           200000,   200000,   1000000,   200000, 'policy, after the BCEAO'),
    ('CM', 2,          2000000,  2000000,  10000000,  2000000, 'policy, after the BCEAO'),
    ('CM', 3,          5000000, 10000000, 100000000, 50000000, 'policy')
  ) l (country, tier, per_transaction, per_day, per_month, max_balance, source)
  join countries n on n.code = l.country
  join lateral (select 10 ^ exponent as unit from currencies where currencies.code = n.currency) u on true;

insert into transaction_types (type, counts_limit, description) values
    ('transfer',   true,  'From one customer to another'),
    ('payment',    true,  'From a customer to a business, for a bill or airtime'),
    ('withdrawal', true,  'Money leaves the bank'),
    ('deposit',    false, 'Money comes into the bank'),
    ('opening',    false, 'Balances the book starts with'),
    ('exchange',   false, 'Between wallets of one customer in two currencies'),
    ('fee',        false, 'What the bank charges'),
    ('interest',   false, 'What the bank pays or is owed'),
    ('reversal',   false, 'Undoes an earlier transaction'),
    ('settlement', false, 'Between the bank and other banks'),
    ('adjustment', false, 'A correction, by people, with a reason');

-- Opening reference rates, rounded, for valuing limits only. Their time lies before every other, so
-- the first rate a provider or the treasury gives replaces them.
insert into fx_rates (currency_from, currency_to, rate, "timestamp")
select f.code, h.code, round(f.in_dollars / h.in_dollars, 8), 'epoch'
  from (values ('USD', 1.0), ('EUR', 1.16), ('GBP', 1.32)) f (code, in_dollars),
       (values ('KES', 1 / 129.0), ('TZS', 1 / 2450.0), ('UGX', 1 / 3550.0), ('RWF', 1 / 1450.0), ('NGN', 1 / 1450.0),
               ('GHS', 1 / 11.0), ('ZAR', 1 / 17.3), ('XOF', 1.16 / 655.957), ('XAF', 1.16 / 655.957)) h (code, in_dollars);
