-- Reports to the authorities, once nobody asks for them any more.

-- Takes away what went into reports that were filed, or made and withdrawn, before a moment, the first to be made first,
-- with what was written about them; returns how many. That there was one, under which number and when it was filed, and
-- its fingerprint stay. One whose investigation is still held stays whole. Its file is deleted by the job that finds it
-- belongs to nothing.
create function forget_reports(p_before timestamptz, p_most int) returns int
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    v_old uuid[] := array(
        select r.report_id from regulatory_reports r left join aml_cases c on c.case_id = r.case_id
        where r.inputs is not null
            and case r.status when 'filed' then r.filed_at when 'withdrawn' then r.generated_at end < p_before
            and not aml_held(c.customer_id)
        order by r.generated_at, r.report_id limit p_most);
begin
    update regulatory_reports set inputs = null where report_id = any(v_old);
    update approvals set reason = null, decision = null
        where kind = 'report' and customer_id is null and subject = any(v_old::text[]);
    update aml_log set details = null
        where about = 'report' and about_id = any(v_old::text[]) and details is not null;
    return cardinality(v_old);
end $$;

-- Where a customer banks, for those who read nothing of customers and count suspicions by country.
create function reported_in(p_customer uuid) returns text
language sql stable security definer set search_path = public, pg_temp as $$
    select country from customers where id = p_customer
$$;

revoke execute on function forget_reports from public;
grant execute on function forget_reports to wekeza_app;
revoke execute on function reported_in from public;
grant execute on function reported_in to wekeza_compliance;
