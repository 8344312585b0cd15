-- Which functions and views stand in this database: one row, changed when a file of theirs changes.
create table routines (
    fingerprint text primary key
);
grant select on routines to wekeza_app, wekeza_auditor;
