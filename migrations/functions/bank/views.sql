-- The same tables under other names, for whoever knows the bank by those.

-- Name and e-mail are sealed: the bank's own programs open them. `name` is the first and the last name.
create view users as
    select id as user_id, array[first_name, last_name] as name, email, kyc_status from customers;

-- The number stands here by its token, and `content` is sealed.
create view whatsapp_messages as
    select id, customer_id, address as phone_number, message_type, status, content, media_url,
        provider_message_id as whatsapp_message_id, is_inbound, sent_at, delivered_at, read_at, created_at
    from messages where channel = 'whatsapp';

grant select on users, whatsapp_messages to wekeza_app;
revoke select on users, whatsapp_messages from wekeza_auditor;
grant select (user_id, kyc_status) on users to wekeza_auditor;
grant select (id, customer_id, phone_number, message_type, status, media_url, whatsapp_message_id,
    is_inbound, sent_at, delivered_at, read_at, created_at) on whatsapp_messages to wekeza_auditor;

-- Every cent that clearing and suspense accounts should hold: each engine tells its own in a view
-- `clearing_explained_<engine>` of (kind, currency, amount), credit-positive as the book is.
create view clearing_explained as
    select kind, currency, amount from clearing_explained_settlements
    union all select kind, currency, amount from clearing_explained_deposits
    union all select kind, currency, amount from clearing_explained_hedges
    union all select kind, currency, amount from clearing_explained_bills
    union all select kind, currency, amount from clearing_explained_cards;
grant select on clearing_explained to wekeza_app, wekeza_auditor;
