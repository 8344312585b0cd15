-- Everything that waits for a person: what is parked here, dead letters, files that never came.
create view parked_items as
    select kind || '-' || id as id, kind, key, reason, trace, facts, attempts,
        correlation::text as correlation, first_at, last_at
    from parked where settled is null
    union all
    select 'letter-' || o.id, 'letter', o.sender || ' ' || o.id, coalesce(o.error, ''), '',
        jsonb_build_object('sender', o.sender), o.attempts, o.correlation::text, o.created_at,
        o.finished_at
    from outbox o where o.status = 'dead'
    union all
    select 'file-' || m.id, 'file', m.id::text, coalesce(m.error, ''), '',
        jsonb_build_object('content_type', m.content_type), m.attempts, s.correlation::text,
        m.created_at, m.due_at
    from media m join messages s on s.id = m.message_id where m.state = 'lost';

grant select on parked_items to wekeza_app, wekeza_auditor;
