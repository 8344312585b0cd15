-- What tells who a customer is, and what was said, is sealed before it comes here: nobody who reads the
-- database, or a copy of it, learns either. Sealed columns are bytea; rows are found by tokens (blind
-- indexes), which are text and end in `_index`. A phone number or another address stands in every table
-- by its token, and here, sealed, once.
create table contact_points (
    token       text primary key,
    sealed      bytea not null,
    created_at  timestamptz not null
);
grant select, insert on contact_points to wekeza_app;
-- A new table is the auditor's to read as a whole, unless that is taken back.
revoke select on contact_points, data_keys from wekeza_auditor;
grant select (token, created_at) on contact_points to wekeza_auditor;
grant select (number, wrapped_by, active_from, created_at, retired_at) on data_keys to wekeza_auditor;

-- Views stand in functions/ from now on.
drop view users, whatsapp_messages;
-- Words that are there already get sealed: until they are, these let rows be rewritten.
drop trigger messages_kept on messages;
drop trigger append_only on transfers;

-- What was clear keeps its place under another name until its rows are sealed.
alter table customers rename first_name to clear_first_name;
alter table customers rename last_name to clear_last_name;
alter table customers rename email to clear_email;
alter table customers rename phone_number to clear_phone_number;
alter table customers rename date_of_birth to clear_date_of_birth;
alter table customers rename id_number to clear_id_number;
alter table customers
    add first_name bytea, add last_name bytea, add email bytea, add phone_number bytea,
    add date_of_birth bytea, add id_number bytea,
    add phone_index     text,               -- the token of the phone number, as in contact_points
    add email_index     text,
    add id_number_index text,               -- of the country and the number
    add name_index      text[];             -- one for each word of the name

alter table conversations
    add memory          bytea,              -- slots, trail, stack, the last reply, the last payment's outcome
    add passed          text[] not null default '{}',   -- the steps on the trail
    add aside           jsonb,              -- where each story on the stack stands, without what was said
    add outcome_read    boolean not null default false, -- the customer has surely read the outcome in memory
    add expired_flow    text;               -- the story that nobody answered, until the customer is told

alter table messages rename content to clear_content;
alter table messages add content bytea;
alter table inbox rename reply to clear_reply;
alter table inbox add reply bytea;
alter table outbox rename payload to clear_payload;
alter table outbox add payload bytea, add language char(2);
alter table transfers rename note to clear_note;
alter table transfers add note bytea;
