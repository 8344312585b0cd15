-- What a chat leaves behind: :rows interactions, messages and cases of :customers customers, spread evenly over
-- :days days until now. Written by sets, as the superuser, with no trigger in its way; what is sealed is as long as it
-- would be and cannot be opened, until those who are measured are made real.
set session_replication_role = replica;
set work_mem = '256MB';

create temp table crowd as
select n, ('00000000-0000-4000-8000-' || (100000000000 + n))::uuid as id,
       ('00000000-0000-4000-9000-' || (100000000000 + n))::uuid as wallet,
       ('00000000-0000-4000-a000-' || (100000000000 + n))::uuid as talk, left(md5('phone' || n), 24) as phone,
       (array['whatsapp', 'sms', 'ussd'])[1 + n % 3] as channel, (array['en', 'sw', 'fr'])[1 + n / 3 % 3] as language,
       sha256(n::text::bytea) || '\x00'::bytea as sealed
  from generate_series(0, :customers - 1) n;

insert into account_owners (owner, country, tier, home_currency, timezone)
select id, 'KE', 2, 'KES', 'Africa/Nairobi' from crowd;
insert into contact_points (token, sealed, created_at) select phone, sealed, now() from crowd;
insert into customers (id, first_name, last_name, phone_number, phone_index, name_index, kyc_status, created_at, created_by,
                       updated_at, updated_by, country, language, home_currency, tier, default_wallet, segment,
                       lifetime_value)
select id, sealed, sealed, sealed, phone, array[left(md5('first' || n % 1000), 24), left(md5('last' || n), 24)], 'Verified',
       now() - :days * interval '1 day', 'bench', now(), 'bench', 'KE', language, 'KES', 2, wallet, 'Retail', n
  from crowd;
insert into ledger_accounts (account_id, owner, kind, currency, floor, opened_at, posted, version, moved_at)
select wallet, id, 'wallet', 'KES', 0, now(), 10000000, 1, now() from crowd;
insert into addresses (channel, address, customer_id, trust, trusted_at, created_at)
select channel, phone, id, 'trusted', now(), now() from crowd;
insert into conversations (id, channel, address, language, created_at)
select talk, channel, phone, language, now() - :days * interval '1 day' from crowd;

create temp table happened as
select g.n, now() - (:rows - g.n) * (:days * interval '1 day' / :rows) as at, c.id as customer, c.talk, c.channel,
       c.language, c.phone
  from generate_series(1, :rows) g (n) join crowd c on c.n = g.n * 7919::bigint % :customers
 order by g.n;

insert into interactions (id, customer_id, channel, date, notes, conversation_id, flow, state, intent, outcome, correlation,
                          flow_version, language, step_before, next_flow, next_version, step_after, seconds, exit_reason)
select uuidv7(at - now()), customer, channel, at, '', talk, flow, step_after, intent,
       case n % 20 when 0 then 'not_understood' when 1 then 'clarify' else 'went on' end, uuidv7(at - now()), 1 + (n % 2)::int,
       language, 'step' || n % 6, flow, 1 + (n % 2)::int, step_after, (n % 300)::int,
       case n % 25 when 0 then 'handed_over' when 1 then 'timed_out' when 2 then 'cancelled' end
  from (select *, 'flow' || n % 12 as flow, 'step' || (n + 1) % 6 as step_after,
               case when n % 3 = 0 then 'intent' || n % 27 end as intent from happened) h
 order by n;

insert into messages (id, conversation_id, customer_id, channel, provider, is_inbound, address, status, content,
                      provider_message_id, correlation, created_at, sent_at)
select uuidv7(at - now()), talk, customer, channel, 'bench', n % 2 = 0, phone,
       case when n % 2 = 0 then 'received' else 'delivered' end, null, 'B' || n, uuidv7(at - now()), at, at
  from happened order by n;

create temp table team as
select n, ('00000000-0000-4000-b000-' || (100000000000 + n))::uuid as id from generate_series(0, :staff - 1) n;
insert into staff (id, email, email_index, name, role, languages, created_at, created_by, updated_at, updated_by)
select id, '\x00'::bytea, 'bench' || n, '\x00'::bytea, 'agent', array['en', 'sw', 'fr'], now(), 'bench', now(), 'bench'
  from team;
insert into staff_rosters (staff_id, country, updated_at, updated_by) select id, 'KE', now(), 'bench' from team;
insert into staff_shifts (staff_id, weekday, starts, ends)
select id, d, '08:00', '08:00' from team cross join generate_series(1, 7) d;

-- One in a hundred is not done; the last ones are. What is not done waits, is in hand or awaits its customer. Every other
-- customer waits for a first answer, and nobody has looked at that since two days ago.
insert into cases (id, case_number, customer_id, title, description, status, priority, category, country, channel, address,
                   conversation_id, source, first_reply_due, first_replied_at, resolved_at, sla_running_since, sla_deadline,
                   sla_warn_at, sla_breached_at, created_at, created_by, updated_at, updated_by, assigned_to, assigned_at,
                   language, waiting_since, reply_running_since, reply_warn_at, reply_due, reply_raise_at, reply_warned_at,
                   reply_breached_at, reply_raised_at)
select uuidv7(at - now()), 'BENCH-' || h.n, customer, '\x00'::bytea, '\x00'::bytea, status,
       (array['Low', 'Medium', 'High', 'Critical'])[1 + h.n / 700 % 4],
       (array['Card', 'Transfer', 'Login', 'Complaint', 'Other'])[1 + h.n / 1100 % 5], 'KE', channel, phone, talk, 'customer',
       at + interval '4 hours', case when not waits then at + (h.n % 7) * interval '1 hour' end,
       case when status = 'Resolved' then at + (1 + h.n % 90) * interval '1 hour' end,
       case when status in ('Open', 'InProgress') then at end, at + interval '2 days', at + interval '40 hours',
       case when h.n % 15 = 0 then at + interval '2 days' end, at, 'bench', at, 'bench',
       case when status in ('InProgress', 'PendingCustomer') then s.id end,
       case when status in ('InProgress', 'PendingCustomer') then at end, language,
       case when waits then at end, case when waits then at end, case when waits then at + interval '192 minutes' end,
       case when waits then at + interval '4 hours' end, case when waits then at + interval '6 hours' end,
       case when waits and at < now() - interval '2 days' then at + interval '192 minutes' end,
       case when waits and at < now() - interval '2 days' then at + interval '4 hours' end,
       case when waits and at < now() - interval '2 days' then at + interval '6 hours' end
  from (select *, status in ('Open', 'InProgress') and n / 400 % 2 = 0 as waits
          from (select *, case when n % 100 <> 0 then 'Resolved'
                               else (array['Open', 'InProgress', 'PendingCustomer', 'Open'])[1 + n / 100 % 4] end as status
                  from happened) o) h
  join team s on s.n = h.n / 400 % :staff
 order by h.n;
insert into case_events (id, case_id, at, what, by, became)
select uuidv7(created_at - now()), id, created_at, 'opened', 'customer', 'Open' from cases where created_by = 'bench'
union all
select uuidv7(resolved_at - now()), id, resolved_at, 'status', 'agent', 'Resolved' from cases
 where created_by = 'bench' and resolved_at is not null
 order by 3;

insert into sentiment_analysis (id, customer_id, sentiment_type, sentiment_score, text_analyzed, key_phrases, analyzed_date,
                                created_at)
select uuidv7(at - now()), customer, (array['Positive', 'Neutral', 'Negative', 'VeryNegative'])[1 + n / 5 % 4], 0.8, '\x00'::bytea,
       '\x00'::bytea, at, at
  from happened where n % 5 = 0;
insert into next_best_actions (id, customer_id, action_type, title, description, confidence_score, strength, facts,
                               recommended_date, expires_at, completed_at, is_completed, outcome, rests_until, created_at,
                               updated_at)
select uuidv7(at - now()), customer, t.action_type, t.title, 'bench', 0.4, 0.8, '{}'::jsonb, at, at + interval '30 days', at, true,
       'not_now', at + interval '14 days', at, at
  from happened h join (select *, row_number() over (order by action_type) as n, count(*) over () as many
                          from next_action_types) t on t.n = 1 + h.n % t.many
 where h.n % 5 = 0
union all
select uuidv7(), id, t.action_type, t.title, 'bench', 0.4, 0.8, '{}'::jsonb, now(), now() + interval '30 days', null, false, null,
       null, now(), now()
  from crowd cross join (select * from next_action_types order by action_type limit 2) t;
set session_replication_role = default;
