-- What tells who a customer is, sealed: names, numbers, addresses, and all that was said.
select 1;
