-- What the bank charges is changed here and nowhere else: from a day that is still to come, and by what a
-- second person is deciding at this moment.

-- Ends what holds until the day before and begins the bands given; false when another tariff of the same
-- service begins on that day or later. The approval is locked by whoever decides it.
create function change_tariff(
    p_approval uuid, p_what text, p_country text, p_currency text, p_begins date, p_source text, p_bands jsonb,
    p_now timestamptz)
returns boolean language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    if not exists (select from approvals where id = p_approval and kind = 'tariff_change' and status = 'pending'
            and subject = concat_ws(' ', p_what, p_country, p_currency)) then
        raise exception using errcode = 'insufficient_privilege', message = 'a tariff is changed by two people';
    end if;
    if p_begins <= (select (p_now at time zone timezone)::date from countries where code = p_country) then
        raise exception using errcode = 'restrict_violation', message = 'a tariff begins on a day to come';
    end if;
    perform from fee_schedule where what = p_what and country = p_country and currency = p_currency for update;
    if exists (select from fee_schedule where what = p_what and country = p_country and currency = p_currency
            and lower(valid) >= p_begins) then
        return false;
    end if;
    update fee_schedule set valid = daterange(lower(valid), p_begins)
    where what = p_what and country = p_country and currency = p_currency and upper_inf(valid);
    insert into fee_schedule (what, country, currency, from_amount, fixed, per_mille, least, most, valid, source,
        approval_id)
    select p_what, p_country, p_currency, b.from_amount, b.fixed, b.per_mille, b.least, b.most,
        daterange(p_begins, null), p_source, p_approval
    from jsonb_to_recordset(p_bands) as b(
        from_amount bigint, fixed bigint, per_mille numeric, least bigint, most bigint);
    return true;
end $$;

revoke execute on function change_tariff from public;
grant execute on function change_tariff to wekeza_app;
