-- Maker and checker, and the log of what staff did and saw.
select 1;
