-- Invitations: numbers that are nobody's here are told that money waits for them.

-- Owes an invitation by SMS and returns the number it leaves from; null when it goes nowhere: to a number
-- that wants no messages, or that was told often enough of late, whoever paid; nor does one payer invite
-- more than so many times a day, whomever. Who invites the same number at this very moment does it for both:
-- nobody waits for another payer's turn. The payer's own wallet is locked. Addresses are tokens.
create function owe_invitation(
    p_waiting uuid, p_contact text, p_country text, p_language text, p_message uuid, p_payload bytea, p_most int,
    p_payer uuid, p_payers_most int, p_expires_at timestamptz, p_correlation uuid, p_now timestamptz)
returns text language plpgsql set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
    v_sender   text;
    v_provider text;
begin
    if not pg_try_advisory_xact_lock(hashtextextended('invitation:' || p_contact, 0))
        or exists (select from addresses where address = p_contact and opted_out_at is not null)
        or (select count(*) from waiting_transfers
            where contact = p_contact and invited_at > p_now - interval '1 day') >= p_most
        or (select count(*) from waiting_transfers
            where payer = p_payer and created_at > p_now - interval '1 day' and invited_at is not null)
            >= p_payers_most then
        return null;
    end if;
    select key, provider into v_sender, v_provider from senders
    where channel = 'sms' and speaks and (is_default or p_country = any(countries))
    order by p_country = any(countries) desc, key limit 1;
    if not found then
        return null;
    end if;
    insert into messages (id, channel, provider, is_inbound, address, status, correlation, created_at)
    values (p_message, 'sms', v_provider, false, p_contact, 'queued', p_correlation, p_now);
    insert into outbox (sender, channel, contact, message_id, payload, language, due_at, expires_at, correlation,
        created_at)
    values (v_sender, 'sms', p_contact, p_message, p_payload, p_language, p_now, p_expires_at, p_correlation, p_now);
    update waiting_transfers set invited_at = p_now where id = p_waiting;
    return v_sender;
end $$;

grant execute on function owe_invitation to wekeza_app;
