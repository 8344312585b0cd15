-- Whatever is created later is readable by the auditor, and by nobody else unless granted.

alter default privileges in schema public grant select on tables to wekeza_auditor;
alter default privileges for role wekeza_ledger in schema public grant select on tables to wekeza_auditor;

-- The health check reads which migrations have run.
grant select on alembic_version to wekeza_app, wekeza_auditor;
