-- When its customer went on with a plan last. One that fails day after day is paused; days before this moment
-- count no more.
alter table payment_plans add column resumed_at timestamptz;
grant update (resumed_at) on payment_plans to wekeza_app;
grant select (resumed_at) on payment_plans to wekeza_auditor;
