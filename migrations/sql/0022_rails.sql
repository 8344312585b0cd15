-- Where money can be paid out, and over what. Amounts are in main units here. Caps and hours are public facts as
-- known in 2026-11; where a source says "policy" no public figure was at hand and the bank's own stands in, as
-- costs and reliability always do: operations confirm each with the operator before a country opens.

insert into payout_countries (country, currency, hour_price, account_pattern, source)
select c.country, c.currency, (c.hour_price * u.unit)::bigint, c.pattern,
       'policy; lengths of account numbers as known in 2026-11, to be confirmed'
  from (values
    ('KE', 'KES', 2.00, '[0-9]{6,16}'),
    ('UG', 'UGX', 60,   '[0-9]{8,16}'),
    ('TZ', 'TZS', 40,   '[0-9A-Z]{8,16}'),
    ('NG', 'NGN', 20,   '[0-9]{10}'),
    ('GH', 'GHS', 0.20, '[0-9]{8,17}'),
    ('ZA', 'ZAR', 0.30, '[0-9]{7,13}'),
    ('RW', 'RWF', 20,   '[0-9]{8,20}'),
    ('SN', 'XOF', 10,   '[0-9A-Z]{12,28}'),
    ('CI', 'XOF', 10,   '[0-9A-Z]{12,28}')) c (country, currency, hour_price, pattern)
  join lateral (select 10 ^ exponent as unit from currencies where code = c.currency) u on true;

insert into rails (rail, name, countries, currency, abroad, least, most, step, calendar, days, business_days, opens,
                   closes, cutoffs, in_batches, settles_days, settles_at, cost, seconds, reliability, clearing,
                   nostro, partner, source)
select r.rail, r.name, r.countries::char(2)[], r.currency, k.abroad, (r.least * u.unit)::bigint,
       (r.most * u.unit)::bigint, greatest(1, (k.step * u.unit)::bigint), r.calendar, r.days::smallint[], r.business_days,
       r.opens::time, r.closes::time, r.cutoffs::time[], k.in_batches, k.settles_days, k.settles_at::time,
       (r.cost * u.unit)::bigint, k.seconds, k.reliability, k.clearing, k.nostro, coalesce(r.partner, k.partner),
       case r.source when 'policy' then 'policy' else r.source || ' (as known in 2026-11, to be confirmed)' end
  from (values
    -- Kenya
    ('KE-PESALINK', 'instant', 'PesaLink', '{KE}', 'KES', 10, 999999, 'KE', '{1,2,3,4,5,6,7}', false, null, null,
     '{}', 20, null, 'IPSL: up to KES 999,999, at all hours'),
    ('KE-RTGS', 'gross', 'KEPSS RTGS', '{KE}', 'KES', 1, null, 'KE', '{1,2,3,4,5}', true, '07:00', '19:00',
     '{}', 150, null, 'CBK: KEPSS 07:00 to 19:00 on business days since 1 July 2025, final and irrevocable'),
    ('KE-EFT', 'batch', 'EFT', '{KE}', 'KES', 1, 999999.99, 'KE', '{1,2,3,4,5}', true, null, null,
     '{13:30}', 12, null, 'KBA/CBK: deferred net, next business day, below KES 1 million; cut-off by policy'),
    ('KE-MPESA', 'mobile', 'M-Pesa', '{KE}', 'KES', 10, 250000, 'KE', '{1,2,3,4,5,6,7}', false, null, null,
     '{}', 13, 'mpesa', 'Safaricom Daraja B2C: whole shillings, KES 10 to 250,000'),
    ('KE-MOMO', 'mobile', 'Airtel Money', '{KE}', 'KES', 10, 250000, 'KE', '{1,2,3,4,5,6,7}', false, null, null,
     '{}', 13, null, 'CBK: KES 250,000 a mobile-money transaction'),
    ('KE-PAPSS', 'abroad', 'PAPSS', '{NG,GH,RW}', 'KES', 100, 1000000, 'KE', '{1,2,3,4,5,6,7}', false, null, null,
     '{14:00}', 250, null, 'PAPSS: within 120 s, prefunded, net at 11:00 UTC daily; cap by policy'),
    -- Uganda
    ('UG-RTGS', 'gross', 'UNISS RTGS', '{UG}', 'UGX', 1000, null, 'UG', '{1,2,3,4,5}', true, '08:30', '16:30',
     '{}', 4000, null, 'Bank of Uganda: UNIS, RTGS on business days; hours by policy'),
    ('UG-EFT', 'batch', 'EFT', '{UG}', 'UGX', 1000, 20000000, 'UG', '{1,2,3,4,5}', true, null, null,
     '{12:00}', 400, null, 'Bank of Uganda: EFT up to UGX 20 million; cut-off by policy'),
    ('UG-MOMO', 'mobile', 'Mobile money', '{UG}', 'UGX', 500, 5000000, 'UG', '{1,2,3,4,5,6,7}', false, null, null,
     '{}', 400, null, 'MTN and Airtel Uganda: UGX 5 million a transaction'),
    -- Tanzania
    ('TZ-TIPS', 'instant', 'TIPS', '{TZ}', 'TZS', 1000, 20000000, 'TZ', '{1,2,3,4,5,6,7}', false, null, null,
     '{}', 500, null, 'Bank of Tanzania: TIPS, retail, at all hours; TZS 20 million and above go by TISS'),
    ('TZ-TISS', 'gross', 'TISS', '{TZ}', 'TZS', 1000, null, 'TZ', '{1,2,3,4,5}', true, '08:30', '17:00',
     '{}', 6000, null, 'Bank of Tanzania: TISS on business days; hours by policy'),
    ('TZ-MOMO', 'mobile', 'Mobile money', '{TZ}', 'TZS', 1000, 5000000, 'TZ', '{1,2,3,4,5,6,7}', false, null, null,
     '{}', 500, null, 'policy, after the operators'' tariffs'),
    -- Nigeria
    ('NG-NIP', 'instant', 'NIP', '{NG}', 'NGN', 10, 10000000, 'NG', '{1,2,3,4,5,6,7}', false, null, null,
     '{}', 25, null, 'NIBSS NIP at all hours; CBN: NGN 10 million, more by RTGS'),
    ('NG-RTGS', 'gross', 'CBN RTGS', '{NG}', 'NGN', 10000000, null, 'NG', '{1,2,3,4,5}', true, '08:00', '16:00',
     '{}', 950, null, 'CBN: RTGS from NGN 10 million on business days; hours by policy'),
    ('NG-MOMO', 'mobile', 'Mobile money', '{NG}', 'NGN', 50, 200000, 'NG', '{1,2,3,4,5,6,7}', false, null, null,
     '{}', 25, null, 'policy'),
    ('NG-PAPSS', 'abroad', 'PAPSS', '{KE,GH,RW}', 'NGN', 1000, 3000000, 'NG', '{1,2,3,4,5,6,7}', false, null, null,
     '{12:00}', 3000, null, 'PAPSS: within 120 s, prefunded, net at 11:00 UTC daily; cap by policy'),
    -- Ghana
    ('GH-GIP', 'instant', 'GIP', '{GH}', 'GHS', 1, 50000, 'GH', '{1,2,3,4,5,6,7}', false, null, null,
     '{}', 2, null, 'GhIPSS Instant Pay at all hours; cap by policy'),
    ('GH-ACH', 'batch', 'ACH direct credit', '{GH}', 'GHS', 1, 100000, 'GH', '{1,2,3,4,5}', true, null, null,
     '{11:00}', 0.50, null, 'GhIPSS ACH direct credit; cut-off and cap by policy'),
    ('GH-RTGS', 'gross', 'GIS RTGS', '{GH}', 'GHS', 50, null, 'GH', '{1,2,3,4,5}', true, '09:00', '16:30',
     '{}', 10, null, 'Bank of Ghana: GIS on business days; hours by policy'),
    ('GH-MOMO', 'mobile', 'Mobile money', '{GH}', 'GHS', 1, 25000, 'GH', '{1,2,3,4,5,6,7}', false, null, null,
     '{}', 1, null, 'Bank of Ghana e-money, enhanced: GHS 25,000 a day'),
    ('GH-PAPSS', 'abroad', 'PAPSS', '{KE,NG,RW}', 'GHS', 10, 100000, 'GH', '{1,2,3,4,5,6,7}', false, null, null,
     '{11:00}', 20, null, 'PAPSS: within 120 s, prefunded, net at 11:00 UTC daily; cap by policy'),
    -- South Africa
    ('ZA-RTC', 'instant', 'RTC', '{ZA}', 'ZAR', 1, 5000000, 'ZA', '{1,2,3,4,5,6,7}', false, null, null,
     '{}', 8, null, 'PayInc (BankservAfrica): real-time clearing up to ZAR 5 million'),
    ('ZA-EFT', 'batch', 'EFT credit', '{ZA}', 'ZAR', 1, 5000000, 'ZA', '{1,2,3,4,5}', true, null, null,
     '{15:00}', 1, null, 'PASA: EFT items up to ZAR 5 million; cut-off by policy'),
    ('ZA-RTGS', 'gross', 'SAMOS RTGS', '{ZA}', 'ZAR', 1, null, 'ZA', '{1,2,3,4,5}', true, '08:00', '16:00',
     '{}', 60, null, 'SARB: SAMOS, above ZAR 5 million; hours by policy'),
    -- Rwanda
    ('RW-EKASH', 'instant', 'eKash', '{RW}', 'RWF', 100, 2000000, 'RW', '{1,2,3,4,5,6,7}', false, null, null,
     '{}', 100, null, 'RSwitch eKash at all hours; cap by policy'),
    ('RW-RIPPS', 'gross', 'RIPPS RTGS', '{RW}', 'RWF', 1000, null, 'RW', '{1,2,3,4,5}', true, '08:00', '17:00',
     '{}', 1500, null, 'BNR: RIPPS on business days; hours by policy'),
    ('RW-MOMO', 'mobile', 'Mobile money', '{RW}', 'RWF', 100, 2000000, 'RW', '{1,2,3,4,5,6,7}', false, null, null,
     '{}', 100, null, 'policy, after MTN MoMo''s tariffs'),
    ('RW-PAPSS', 'abroad', 'PAPSS', '{KE,NG,GH}', 'RWF', 1000, 10000000, 'RW', '{1,2,3,4,5,6,7}', false, null, null,
     '{13:00}', 2500, null, 'PAPSS: within 120 s, prefunded, net at 11:00 UTC daily; cap by policy'),
    -- West African monetary union: one central bank, so Senegal and Côte d'Ivoire are one place to clear in
    ('XOF-GIM', 'instant', 'GIM-UEMOA', '{SN,CI}', 'XOF', 100, 2000000, 'SN', '{1,2,3,4,5,6,7}', false, null, null,
     '{}', 100, null, 'GIM-UEMOA at all hours; cap by policy'),
    ('XOF-SICA', 'batch', 'SICA-UEMOA', '{SN,CI}', 'XOF', 100, 49999999, 'SN', '{1,2,3,4,5}', true, null, null,
     '{10:00}', 60, null, 'BCEAO: SICA below XOF 50 million; cut-off by policy'),
    ('XOF-STAR', 'gross', 'STAR-UEMOA', '{SN,CI}', 'XOF', 1000, null, 'SN', '{1,2,3,4,5}', true, '08:00', '17:00',
     '{}', 1500, null, 'BCEAO: STAR from XOF 50 million must, below may; hours by policy'),
    ('XOF-MOMO', 'mobile', 'Mobile money', '{SN,CI}', 'XOF', 100, 2000000, 'SN', '{1,2,3,4,5,6,7}', false, null, null,
     '{}', 100, null, 'BCEAO e-money: XOF 2 million')
  ) r (rail, kind, name, countries, currency, least, most, calendar, days, business_days, opens, closes, cutoffs,
       cost, partner, source)
  join (values
    -- What rails of one kind have in common. Partners are named after Kenya's: the connector is one for each kind.
    ('instant', false, 0.01, false, 0, null,    45,   985, 'clearing_pesalink', 'nostro_central', 'pesalink'),
    ('gross',   false, 0.01, false, 0, null,    1800, 998, 'clearing_rtgs',     'nostro_central', 'rtgs'),
    ('batch',   false, 0.01, true,  1, '09:00', 3600, 990, 'clearing_eft',      'nostro_central', 'eft'),
    ('mobile',  false, 1.00, false, 0, null,    20,   985, 'clearing_mobile',   'nostro_mobile',  'momo'),
    ('abroad',  true,  0.01, false, 0, null,    120,  980, 'clearing_papss',    'nostro_papss',   'papss')
  ) k (kind, abroad, step, in_batches, settles_days, settles_at, seconds, reliability, clearing, nostro, partner)
    on k.kind = r.kind
  join lateral (select 10 ^ exponent as unit from currencies where code = r.currency) u on true;

-- Whoever keeps a nostro; what is in it is the ledger's. Below the low water operations are warned.
insert into nostro_lines (nostro, currency, low_water)
select distinct r.nostro, r.currency, (1000 * c.hour_price)
  from rails r join payout_countries c on c.currency = r.currency;
