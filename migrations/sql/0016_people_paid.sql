-- Saved people, requests for money, further wallets.
select 1;
