-- A bank as of migration 0009, with a little of everything that is sealed since.
insert into customers (id, first_name, last_name, email, phone_number, date_of_birth, created_at,
    created_by, updated_at, updated_by, country, language, home_currency, tier, id_number)
values (%(amina)s, 'Xanthippe', 'Quetzalcoatl', 'XQ@example.com', %(phone)s, '1991-05-17', now(), 'x',
    now(), 'x', 'KE', 'en', 'KES', 2, 'KX7788990');
insert into addresses (channel, address, customer_id, trust, trusted_at, created_at)
values ('sms', %(phone)s, %(amina)s, 'trusted', now(), now()),
    ('whatsapp', %(bsuid)s, %(amina)s, 'trusted', now(), now());
insert into conversations (id, channel, address, language, flow, flow_version, state, slots, trail, stack,
    version, last_reply, outcome, expires_at, created_at)
values (%(talk)s, 'sms', %(phone)s, 'en', 'send_money', 1, 'review', '{"name": "Fizzwick"}',
    '[["to", {"name": "Fizzwick"}]]', '[{"flow": "join", "version": 1, "state": "born",
        "slots": {"first_name": "Fizzwick"}, "trail": [["terms", {}]], "effect_id": ""}]', 7,
    '{"text": "what the parrot said"}', '{"at": "2026-03-04T09:30:00+00:00", "name": "Fizzwick"}',
    '2999-01-01', now()),
    (gen_random_uuid(), 'whatsapp', %(bsuid)s, 'en', null, null, null, '{}', '[]', '[]', 3, null,
    '{"expired": "send_money"}', null, now());
insert into inbox (provider, provider_id, conversation_id, received_at, reply, correlation)
values ('twilio', 'SM1', %(talk)s, now(), '{"text": "what the parrot said"}', gen_random_uuid());
insert into messages (id, conversation_id, customer_id, channel, provider, is_inbound, address, status,
    content, correlation, created_at)
values (%(heard)s, %(talk)s, %(amina)s, 'sms', 'twilio', true, %(phone)s, 'received', 'my old parrot',
    gen_random_uuid(), now()),
    (%(owed)s, %(talk)s, %(amina)s, 'sms', 'twilio', false, %(phone)s, 'queued', 'what the parrot said',
    gen_random_uuid(), now()),
    (%(told)s, null, %(amina)s, 'sms', 'twilio', false, '+254799000111', 'queued', null,
    gen_random_uuid(), now());
insert into messages (id, channel, provider, is_inbound, address, status, content, correlation, created_at)
select gen_random_uuid(), 'sms', 'twilio', true, %(phone)s, 'received', 'my old parrot ' || n,
    gen_random_uuid(), now() from generate_series(1, %(many)s) n;
insert into outbox (sender, channel, contact, message_id, payload, due_at, correlation, created_at)
values ('twilio:sms:21000', 'sms', %(phone)s, %(owed)s, '{"reply": {"text": "what the parrot said"}}',
    '2020-01-01', gen_random_uuid(), now()),
    ('twilio:sms:21000', 'sms', '+254799000111', %(told)s, '{"alert": "money_received",
    "facts": {"name": "Fizzwick"}, "language": "sw"}', '2020-01-01', gen_random_uuid(), now());
insert into transfers (id, from_customer, to_customer, from_wallet, to_wallet, amount, currency, reference,
    channel, note, created_at)
values (%(sent)s, %(amina)s, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 100, 'KES', 'WK1',
    'sms', 'for the zebra', now()),
    (gen_random_uuid(), %(amina)s, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 100, 'KES',
    'WK2', 'sms', '', now());
insert into one_time_codes (id, customer_id, purpose, channel, address, created_at, expires_at)
values (%(code)s, %(amina)s, 'link', 'whatsapp', %(bsuid)s, now(), now() + interval '5 minutes')
