-- Everything is sealed by now: what was clear goes, and the rules stand on what is sealed.

alter table customers
    drop clear_first_name, drop clear_last_name, drop clear_email, drop clear_phone_number,
    drop clear_date_of_birth, drop clear_id_number,
    alter first_name set not null, alter last_name set not null, alter name_index set not null;
create unique index customers_email on customers (email_index);
create unique index customers_phone on customers (phone_index) where is_active;
create unique index customers_id_number on customers (id_number_index) where is_active;
create index customers_name on customers using gin (name_index);

alter table conversations drop slots, drop trail, drop stack, drop last_reply, drop outcome;

alter table messages drop clear_content;
-- Sealed words may be sealed anew, by a later key: only the owner's `reseal` does that.
create trigger messages_kept before update on messages
    for each row when (
        (old.id, old.conversation_id, old.channel, old.provider, old.is_inbound, old.address,
         old.correlation, old.created_at)
        is distinct from
        (new.id, new.conversation_id, new.channel, new.provider, new.is_inbound, new.address,
         new.correlation, new.created_at)
        or old.customer_id is not null and new.customer_id is distinct from old.customer_id
        or old.content is not null and new.content is distinct from old.content
           and current_user <> 'wekeza_owner'
        or old.provider_message_id is not null
           and new.provider_message_id is distinct from old.provider_message_id)
    execute function messages_refuse_change('rewriting what was said');

alter table inbox drop clear_reply;
alter table outbox drop clear_payload, alter payload set not null;

alter table transfers drop clear_note;
create or replace function transfers_forbid() returns trigger language plpgsql as $$
declare
    resealed transfers := new;
begin
    if tg_op = 'UPDATE' and current_user = 'wekeza_owner' then
        resealed.note := old.note;
        if resealed is not distinct from old then
            return new;                     -- the note alone, sealed anew
        end if;
    end if;
    raise exception using errcode = 'restrict_violation', message = 'transfers are append-only';
end $$;
create trigger append_only before update or delete on transfers
    for each row execute function transfers_forbid();

-- Files of customers stand sealed under DATA_DIR/media, each named by its id. No hash of one is kept: it
-- would tell whoever has the same picture whose it is. `leaving`: to be deleted; `gone`: deleted.
alter table media
    drop constraint media_check,
    drop constraint media_state_check,
    drop column sha256,
    add constraint media_state
        check (state in ('waiting', 'kept', 'refused', 'lost', 'leaving', 'gone')),
    add constraint media_kept check (
        (state in ('kept', 'leaving')) = (path is not null and bytes is not null)
        and (state <> 'kept' or kept_at is not null));
create index media_leaving on media (id) where state = 'leaving';
create index media_old on media (created_at) where state not in ('leaving', 'gone');
-- Names of customers who were forgotten stay for seven years: these are looked through for them.
create index customers_leaving on customers (id) where updated_by = 'erasure' and name_index <> '{}';

grant update (
    first_name, last_name, email, phone_number, date_of_birth, id_number, phone_index, email_index,
    id_number_index, name_index) on customers to wekeza_app;
grant update (content) on messages to wekeza_app;
grant update (payload, language) on outbox to wekeza_app;

-- An auditor sees what happened, and to whom by id; not what is sealed.
revoke select on customers, conversations, messages, inbox, outbox, transfers from wekeza_auditor;
grant select (
    id, segment, kyc_status, credit_score, lifetime_value, risk_profile, is_active, created_at, created_by,
    updated_at, updated_by, country, language, home_currency, tier, default_wallet) on customers
    to wekeza_auditor;
grant select (
    id, channel, address, language, language_chosen, flow, flow_version, state, passed, aside, effect_id,
    turn, version, page, misses, session, expired_flow, prompted_at, expires_at, last_inbound_at,
    created_at) on conversations to wekeza_auditor;
grant select (
    id, conversation_id, customer_id, channel, provider, is_inbound, address, message_type, status,
    media_url, provider_message_id, error_code, segments, correlation, created_at, sent_at, delivered_at,
    read_at, failed_at) on messages to wekeza_auditor;
grant select (
    provider, provider_id, conversation_id, received_at, state, deadline, page, correlation, duplicates)
    on inbox to wekeza_auditor;
grant select (
    id, sender, channel, contact, message_id, language, priority, status, as_template, attempts, due_at,
    expires_at, leased_until, error, correlation, created_at, finished_at) on outbox to wekeza_auditor;
grant select (
    id, from_customer, to_customer, from_wallet, to_wallet, amount, currency, reference, channel, created_at)
    on transfers to wekeza_auditor;
