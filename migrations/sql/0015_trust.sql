-- Addresses earn trust in steps, and lose it.
select 1;
