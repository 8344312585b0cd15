-- Money that comes in: what explains the suspense account.

-- Every minor unit in suspense is a payment whose owner is not found yet, one that is held, or one on its way back.
create view clearing_explained_deposits as
    select 'suspense_receipts' as kind, currency::text as currency, sum(amount)::bigint as amount
    from incoming_payments where status in ('parked', 'held', 'returning')
     group by incoming_payments.currency;

grant select on clearing_explained_deposits to wekeza_app, wekeza_auditor;
