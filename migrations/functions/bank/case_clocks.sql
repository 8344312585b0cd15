-- The clocks of cases as people speak of them: three rows a case. `due` is null while a clock stands; the next answer
-- has one from when the customer waits again until they are answered.
create view case_clocks as
    select c.id as case_id, k.clock, k.due, k.warned_at, k.breached_at, k.ended_at
    from cases c cross join lateral (values
        ('first_reply', c.first_reply_due, c.first_reply_warned_at, c.first_reply_breached_at, c.first_replied_at),
        ('next_reply',
            case when c.first_replied_at is not null then c.reply_due end,
            case when c.first_replied_at is not null then c.reply_warned_at end,
            case when c.first_replied_at is not null then c.reply_breached_at end, null),
        ('resolution', c.sla_deadline, c.sla_warned_at, c.sla_breached_at, c.resolved_at)
    ) k (clock, due, warned_at, breached_at, ended_at);

grant select on case_clocks to wekeza_app, wekeza_auditor;
