-- Three clocks a case: until the first answer, until each next one, and until it is solved. Complaints that took too
-- long, which compliance sees. Who is there to be given cases: skills, hours of work, and absences.

-- The answer that is awaited now: the first one as long as `first_replied_at` is null, later each next one, from the
-- moment at which the customer waits again (`waiting_since`). What ran before `reply_running_since` stands in the two
-- sums, as with `sla_used`. While nobody waits, all of it is null and the sums are nothing.
alter table cases
    add column language                 text check (language ~ '^[a-z]{2}$'),   -- in which its customer is spoken to
    add column reply_running_since      timestamptz,
    add column reply_used               interval not null default '0' check (reply_used >= '0'),
    add column reply_used_working       interval not null default '0' check (reply_used_working >= '0'),
    add column reply_warn_at            timestamptz,            -- four fifths of the time are used then
    add column reply_due                timestamptz,
    add column reply_raise_at           timestamptz,            -- half as much again is used then
    add column reply_warned_at          timestamptz,
    add column reply_breached_at        timestamptz,
    add column reply_raised_at          timestamptz,            -- supervisors were told
    add column first_reply_warned_at    timestamptz,            -- of the first answer these stay
    add column first_reply_breached_at  timestamptz,
    add column complaint_late_at        timestamptz,
    add check (reply_running_since is null
        or waiting_since is not null and status in ('Open', 'InProgress', 'Escalated')
            and num_nonnulls(reply_warn_at, reply_due, reply_raise_at) = 3),
    add check (waiting_since is not null
        or num_nonnulls(reply_warn_at, reply_due, reply_raise_at, reply_warned_at, reply_breached_at,
                        reply_raised_at) = 0);

-- The queue, in the order it is taken: what is late, then who waits too long for an answer, then what is urgent, then
-- what is due first. The front of it is found without a look at the cases.
drop index cases_queue;
create index cases_queue
    on cases ((sla_breached_at is null), (reply_breached_at is null), urgency, sla_deadline, id)
    include (status, category, language, sla_breached_at, reply_breached_at)
    where assigned_to is null and status in ('Open', 'Escalated');
-- When something happens next to the clock of an answer, and customers who wait without one (from before there was).
create index cases_reply_next on cases ((case when reply_warned_at is null then reply_warn_at
        when reply_breached_at is null then reply_due when reply_raised_at is null then reply_raise_at end))
    where reply_running_since is not null;
create index cases_unclocked on cases (waiting_since)
    where waiting_since is not null and reply_running_since is null and status in ('Open', 'InProgress', 'Escalated');
create index cases_complaints on cases (created_at)
    where category = 'Complaint' and complaint_late_at is null
        and status in ('Open', 'InProgress', 'PendingCustomer', 'Escalated');

grant update (reply_running_since, reply_used, reply_used_working, reply_warn_at, reply_due, reply_raise_at,
    reply_warned_at, reply_breached_at, reply_raised_at, first_reply_warned_at, first_reply_breached_at,
    complaint_late_at) on cases to wekeza_app;
grant select (language, reply_running_since, reply_used, reply_used_working, reply_warn_at, reply_due, reply_raise_at,
    reply_warned_at, reply_breached_at, reply_raised_at, first_reply_warned_at, first_reply_breached_at,
    complaint_late_at) on cases to wekeza_auditor;

-- What compliance should look at in how customers are served. Nothing here is suspected of anybody.
create table compliance_flags (
    id          uuid primary key,
    case_id     uuid not null references cases,
    why         text not null check (why in ('complaint_late')),
    flagged_at  timestamptz not null,
    seen_at     timestamptz,
    seen_by     uuid references staff,
    unique (case_id, why),
    check ((seen_at is null) = (seen_by is null))
);
create index compliance_flags_open on compliance_flags (flagged_at, id) where seen_at is null;
grant select, insert on compliance_flags to wekeza_app;
grant update (seen_at, seen_by) on compliance_flags to wekeza_app;
grant select on compliance_flags to wekeza_auditor;
insert into role_permissions (role, permission) values ('compliance', 'complaints.review');

-- Whose holidays somebody keeps, and when they work in a week, in that country's time. A shift that ends no later than
-- it starts ends on the next day. Who has no shift is given nothing by the house, and takes cases themselves.
create table staff_rosters (
    staff_id    uuid primary key references staff,
    country     char(2) not null references calendars,
    on_holidays boolean not null default false,         -- works on public holidays as well
    updated_at  timestamptz not null,
    updated_by  text not null
);
create table staff_shifts (
    staff_id    uuid not null references staff_rosters,
    weekday     smallint not null check (weekday between 1 and 7),      -- ISO: Monday is 1
    starts      time not null,
    ends        time not null,
    primary key (staff_id, weekday)
);
create table staff_absences (
    id          uuid primary key,
    staff_id    uuid not null references staff,
    why         text not null check (why in ('away', 'leave')),
    since       timestamptz not null,
    until       timestamptz check (until > since),      -- null: nobody knows
    ended_at    timestamptz,                            -- they were back before
    noted_at    timestamptz not null,
    noted_by    text not null
);
create index staff_absences_now on staff_absences (staff_id, since) where ended_at is null;

-- What the house hands out by itself; a category without a row it does.
create table case_dealing (
    category    text primary key check (length(category) between 1 and 40),
    automatic   boolean not null,
    updated_at  timestamptz not null,
    updated_by  text not null
);
grant select, insert on staff_rosters, staff_shifts, staff_absences, case_dealing to wekeza_app;
grant update (country, on_holidays, updated_at, updated_by) on staff_rosters to wekeza_app;
grant delete on staff_shifts to wekeza_app;
grant update (ended_at) on staff_absences to wekeza_app;
grant update (automatic, updated_at, updated_by) on case_dealing to wekeza_app;
grant select on staff_rosters, staff_shifts, staff_absences, case_dealing to wekeza_auditor;
