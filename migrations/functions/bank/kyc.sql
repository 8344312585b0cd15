-- Documents of customers who leave.

-- What a customer has declared and shown goes with them: of what was not taken at once, of what was in force when
-- the time is over for which the law wants it kept (p_identity). That there was a document, and what became of
-- it, stays. Files are deleted by the job that finds them leaving. May be run again.
create function erase_kyc(p_customer uuid, p_identity boolean, p_now timestamptz)
returns void language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    with ended as (
        update kyc_documents set status = 'rejected', reason_code = 'left', events = events + 1, updated_at = p_now
        where user_id = p_customer and status in ('received', 'checking', 'unclear', 'review')
        returning doc_id, events)
    insert into kyc_events (doc_id, n, at, was, became, by_kind, reason_code)
    select e.doc_id, e.events, p_now, b.became, 'rejected', 'system', 'left'
    from ended e join kyc_events b on b.doc_id = e.doc_id and b.n = e.events - 1;

    update kyc_pages set status = case status when 'kept' then 'leaving' else 'gone' end
    where status in ('kept', 'waiting') and doc_id in (
        select doc_id from kyc_documents
        where user_id = p_customer and (p_identity or status not in ('approved', 'expired')));

    update kyc_documents set findings = null, number_index = null
    where user_id = p_customer and (p_identity or status not in ('approved', 'expired'))
        and (findings is not null or number_index is not null);

    update kyc_requests r set status = case status when 'open' then 'dropped' else status end,
        ended_at = coalesce(ended_at, p_now), declared = null
    where user_id = p_customer and (p_identity or not exists (
        select from kyc_documents d where d.request_id = r.id and d.status in ('approved', 'expired')))
        and (declared is not null or status = 'open');
    update kyc_requests set status = 'dropped', ended_at = p_now
    where user_id = p_customer and status = 'open';

    update partner_orders set body = null
    where subject = 'kyc_document' and body is not null and finished_at is not null
        and subject_id in (select doc_id from kyc_documents where user_id = p_customer);
end $$;

revoke execute on function erase_kyc from public;
