-- Transfers between customers.

-- One round trip sends money: both wallets found, the posting, and the record of the transfer. What the
-- ledger refuses is its code and facts, and nothing is recorded here; `no_wallet` and `other_currency`
-- say whose wallet is missing, before the ledger is asked. Locks nothing of the payee but what the
-- ledger does: two who pay each other at once must only ever meet there. Names and the note are sealed;
-- the ledger is given the note's token, which tells one note from another and nothing more.
create function send_money(
    p_id uuid, p_payer uuid, p_payee uuid, p_amount bigint, p_currency text, p_reference text, p_channel text,
    p_note bytea, p_note_token text, p_now timestamptz, p_correlation text,
    out code text, out facts jsonb, out replayed boolean, out hash bytea,
    out payer_first bytea, out payer_last bytea, out payee_first bytea, out payee_last bytea,
    out payers bigint, out payees bigint)
language plpgsql set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
    v_from uuid;
    v_to   uuid;
begin
    select p.first_name, p.last_name, r.first_name, r.last_name,
        (select wallet_id from wallets w
            where w.user_id = p.id and w.currency = p_currency and w.status <> 'closed'
            order by w.wallet_id = p.default_wallet desc, w.wallet_id limit 1),
        (select wallet_id from wallets w
            where w.user_id = r.id and w.currency = p_currency and w.status <> 'closed'
            order by w.wallet_id = r.default_wallet desc, w.wallet_id limit 1)
    into payer_first, payer_last, payee_first, payee_last, v_from, v_to
    from customers p, customers r where p.id = p_payer and r.id = p_payee;
    if v_from is null or v_to is null then
        code := case when v_from is null then 'no_wallet' else 'other_currency' end;
        return;
    end if;
    select l.code, l.facts, l.replayed, l.hash into code, facts, replayed, hash
    from ledger_post(p_id, 'transfer', v_from, v_to, p_amount, p_currency, v_from, p_reference, p_note_token,
                     null, p_now, p_correlation) l;
    if code <> 'posted' then
        return;
    end if;
    if not replayed then
        insert into transfers (id, from_customer, to_customer, from_wallet, to_wallet, amount, currency,
            reference, channel, note, created_at)
        values (p_id, p_payer, p_payee, v_from, v_to, p_amount, p_currency, p_reference, p_channel, p_note,
            p_now);
        -- Who is paid most comes first among the people the payer saved.
        update beneficiaries set uses = uses + 1, last_used_at = p_now
        where customer_id = p_payer and payee = p_payee;
    end if;
    -- What each may spend now.
    select a.posted - a.held - coalesce(a.floor, 0), b.posted - b.held - coalesce(b.floor, 0)
    into payers, payees
    from ledger_accounts a, ledger_accounts b where a.account_id = v_from and b.account_id = v_to;
end $$;

grant execute on function send_money to wekeza_app;
