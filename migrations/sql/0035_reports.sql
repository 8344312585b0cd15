-- What the authorities are told: cash, suspicions, and how compliance does. Read by wekeza_compliance alone, as a
-- report of a suspicion is a suspicion (see 0033_alerts.sql).

-- Who reports to whom: a row for each country whose law names an authority. Nothing is reported where `reports` is
-- false: compliance confirms the rows of a country, enters what its authority gave the bank, and sets it. Amounts are
-- in the country's own currency (countries), days and hours are of its calendar (calendars).
create table regulatory_entities (
    country        char(2) primary key references countries references calendars,
    authority      text not null check (authority <> ''),
    reports        boolean not null default false,
    rentity_id     int check (rentity_id > 0),          -- the number the authority gave the bank
    rentity_branch text check (rentity_branch <> ''),
    reporter       text check (length(reporter) between 4 and 50),      -- the user's code at the authority
    institution    text not null check (institution <> ''),
    swift          text check (swift ~ '^[A-Z0-9]{8,11}$'),
    address        text check (address <> ''),
    city           text check (city <> ''),
    source         text not null,
    check (not reports or num_nulls(rentity_id, rentity_branch, reporter, swift, address, city) = 0)
);
insert into regulatory_entities (country, authority, reports, rentity_id, rentity_branch, reporter, institution, swift,
    address, city, source) values
    ('KE', 'Financial Reporting Centre', true, 384, 'HEAD OFFICE', 'WEKEZA-MLRO', 'Wekeza Bank', 'WEKZKENA',
     'Kenyatta Avenue', 'Nairobi', 'Proceeds of Crime and Anti-Money Laundering Act, part III'),
    ('UG', 'Financial Intelligence Authority', false, null, null, null, 'Wekeza Bank', null, null, null,
     'Anti-Money Laundering Act 2013; to be confirmed'),
    ('NG', 'Nigerian Financial Intelligence Unit', false, null, null, null, 'Wekeza Bank', null, null, null,
     'Money Laundering (Prevention and Prohibition) Act 2022; to be confirmed');

-- What each word of ours is in an authority's own lists of codes; "-" until it has told us.
create table regulatory_codes (
    country char(2) not null references regulatory_entities,
    what    text not null,
    code    text not null check (code <> ''),
    primary key (country, what)
);
insert into regulatory_codes (country, what, code)
select e.country, what, case what when 'submission' then 'E' else '-' end
from regulatory_entities e cross join
    unnest(array['submission', 'transmode', 'role', 'funds', 'account_type', 'account_role', 'account_status',
                 'address', 'phone', 'phone_kind', 'indicator']) what;

-- What is reported in a country, how often, and how soon after its time it is due: so many of its working days, and
-- of a suspicion so many hours by the wall clock since it was formed. From which worth on a day of cash is reported
-- stands in reporting_thresholds, which those who watch go by too; here stands the bank's own amount.
create table regulatory_kinds (
    country  char(2) not null references regulatory_entities,
    type     text not null check (type in ('ctr', 'str', 'large_cash', 'summary')),
    every    text not null check (every in ('week', 'month', 'case')),
    days     smallint check (days > 0),
    hours    smallint check (hours > 0),
    currency char(3) references currencies,
    amount   numeric check (amount > 0),
    source   text not null,
    primary key (country, type),
    check ((type = 'str') = (every = 'case') and (type = 'str') = (hours is not null)),
    check ((type = 'str') = (days is null)),
    check ((type = 'large_cash') = (amount is not null) and (currency is null) = (amount is null))
);
insert into regulatory_kinds (country, type, every, days, hours, currency, amount, source) values
    ('KE', 'ctr', 'week', 5, null, null, null,
     'Proceeds of Crime and Anti-Money Laundering Act, section 44(6) and fourth schedule'),
    ('KE', 'str', 'case', null, 48, null, null,
     'Proceeds of Crime and Anti-Money Laundering Act, section 44(2), as amended'),
    ('KE', 'large_cash', 'month', 10, null, 'USD', 10000, 'the bank''s own policy'),
    ('KE', 'summary', 'month', 10, null, null, null, 'the bank''s own policy');
insert into regulatory_kinds (country, type, every, days, hours, currency, amount, source)
select e.country, k.type, k.every, k.days, k.hours, o.currency, o.amount,
       'as in Kenya, until the authority''s own is entered'
  from regulatory_entities e join regulatory_kinds k on k.country = 'KE'
  left join (values ('UG', 'UGX', 13000000), ('NG', 'NGN', 3300000)) o (country, currency, amount)
    on o.country = e.country and k.type = 'large_cash'         -- two thirds of what is reported
 where e.country <> 'KE';

create table regulatory_moves (
    before text not null,
    after  text not null,
    primary key (before, after)
);
insert into regulatory_moves (before, after) values
    ('prepared', 'approved'), ('prepared', 'withdrawn'), ('approved', 'filed'), ('approved', 'withdrawn');

-- All that went into a report is kept with it, sealed: the same report comes out of it again, byte for byte,
-- whatever has happened since; until the law asks for it no longer (forget_reports). That it was made stays.
create table regulatory_reports (
    report_id    uuid primary key,
    country      char(2) not null,                      -- where it is reported
    period       text not null check (period <> ''),    -- '2026-W09', '2026-02', or the number of an investigation
    type         text not null,
    status       text not null default 'prepared' check (status in ('prepared', 'approved', 'filed', 'withdrawn')),
    generated_at timestamptz not null,
    begins       date not null,
    ends         date not null check (ends >= begins),  -- its last day
    version      int not null check (version > 0),
    due_at       timestamptz not null,
    lines        int not null check (lines >= 0),
    inputs       bytea,                                 -- sealed JSON; none once forgotten
    sha256       bytea not null check (octet_length(sha256) = 32),      -- of the report
    prepared_by  uuid references staff,                 -- null: the house itself
    case_id      uuid references aml_cases on delete set null,  -- it outlives its investigation
    approval_id  uuid references approvals,
    approved_at  timestamptz,
    filed_at     timestamptz,
    filed_as     text check (length(filed_as) between 1 and 60),
    filed_by     uuid references staff,
    warned_at    timestamptz,
    foreign key (country, type) references regulatory_kinds,
    unique (country, type, period, version),
    check (inputs is not null or status in ('filed', 'withdrawn')),
    check ((approved_at is null) = (approval_id is null) or status = 'withdrawn'),
    check (status not in ('approved', 'filed') or approved_at is not null),
    check ((status = 'filed') = (filed_at is not null) and num_nonnulls(filed_at, filed_as, filed_by) in (0, 3))
);
create unique index regulatory_reports_standing on regulatory_reports (country, type, period)
    where status <> 'withdrawn';
create index regulatory_reports_list on regulatory_reports (generated_at desc, report_id desc);
create index regulatory_reports_due on regulatory_reports (due_at) where status in ('prepared', 'approved');
create index regulatory_reports_case on regulatory_reports (case_id) where case_id is not null;

create function regulatory_guard() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
    if tg_op = 'DELETE' then
        raise exception using errcode = 'restrict_violation', message = 'reports are kept';
    end if;
    if tg_op = 'INSERT' then
        if new.status <> 'prepared' then
            raise exception using errcode = 'restrict_violation', message = 'a report begins prepared';
        end if;
        return new;
    end if;
    if old.status <> new.status and not exists (
            select from regulatory_moves m where m.before = old.status and m.after = new.status) then
        raise exception using errcode = 'restrict_violation',
            message = format('no report goes from %s to %s', old.status, new.status);
    end if;
    if old.status <> new.status and new.status = 'approved' and not exists (
            select from approvals a where a.id = new.approval_id and a.kind = 'report'
                and a.subject = new.report_id::text and a.status = 'pending') then
        raise exception using errcode = 'insufficient_privilege', message = 'a report is approved by two people';
    end if;
    return new;
end $$;
revoke execute on function regulatory_guard() from public;
create trigger guarded before insert or delete or update on regulatory_reports
    for each row execute function regulatory_guard();

grant select on regulatory_entities, regulatory_codes, regulatory_kinds to wekeza_app, wekeza_compliance;
grant select, insert on regulatory_reports to wekeza_compliance;
grant select on regulatory_moves to wekeza_compliance;
grant update (status, approval_id, approved_at, filed_at, filed_as, filed_by, warned_at) on regulatory_reports
    to wekeza_compliance;
revoke select on regulatory_reports, regulatory_moves from wekeza_auditor;

insert into role_permissions (role, permission) values
    ('compliance', 'reports.make'), ('compliance', 'reports.approve');
insert into approval_kinds (kind, approve_permission, mfa, confidential) values
    ('report', 'reports.approve', true, true);
create index till_movements_day on till_movements (day, customer_id) where kind in ('cash_in', 'cash_out');
