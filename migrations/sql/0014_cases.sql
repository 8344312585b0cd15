-- Cases: clocks, notes, files, links to money.
select 1;
