-- Customers' accounts under the names of the product's specifications, amounts in main units. An agent's
-- float is theirs, and no wallet that pays or is paid.
create view wallets as
    select a.account_id as wallet_id, a.owner as user_id, a.currency,
           round(a.posted / 10::numeric ^ c.exponent, c.exponent) as balance,
           a.account_no,
           round((a.posted - a.held - coalesce(a.floor, 0)) / 10::numeric ^ c.exponent, c.exponent) as available,
           round(a.held / 10::numeric ^ c.exponent, c.exponent) as held,
           a.status
      from ledger_accounts a join currencies c on c.code = a.currency
     where a.owner is not null and a.kind <> 'float';

create view accounts as
    select wallet_id as id, account_no, balance, currency from wallets;

-- What the bank's own accounts hold, their stripes taken together, in minor units, credit-positive.
create view system_accounts as
    select kind, currency, sum(posted)::bigint as posted, sum(held)::bigint as held,
           sum(incoming)::bigint as incoming, count(*) as stripes
      from ledger_accounts where owner is null
     group by kind, currency;

grant select on wallets, accounts, system_accounts to wekeza_app, wekeza_auditor;
