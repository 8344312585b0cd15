-- Airtime and bills, as those who check the books see them.

-- What stands in the clearing accounts of airtime and bills, payment by payment.
create view clearing_explained_bills as
    select 'clearing_' || case kind when 'bill' then 'bills' else 'airtime' end as kind,
        currency::text as currency, kind as subject, id as subject_id, amount
    from bill_payments where status in ('sent', 'returning');

grant select on clearing_explained_bills to wekeza_app, wekeza_auditor;
