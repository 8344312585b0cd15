-- Knowing the customer: what somebody declares, the documents they show for it, and what became of each.

-- What a document may go through. Whatever moves leaves a row in kyc_events.
create table kyc_states (
    status text primary key,
    told   text not null
);
create table kyc_moves (
    was    text not null references kyc_states,
    status text not null references kyc_states,
    told   text not null,
    primary key (was, status)
);
insert into kyc_states (status, told) values
    ('received',    'a page of it is still awaited'),
    ('checking',    'the verification firm is asked'),
    ('unclear',     'a person has to look at it'),
    ('review',      'a person looks at it'),
    ('approved',    'it shows what its owner declared'),
    ('rejected',    'it does not'),
    ('asked_again', 'its owner is asked for another'),
    ('expired',     'it was approved once, and its time is over');
insert into kyc_moves (was, status, told) values
    ('received',  'checking',    'all its pages are here'),
    ('received',  'unclear',     'all its pages are here, and no firm checks its kind'),
    ('received',  'asked_again', 'a page cannot be used, or its owner begins anew'),
    ('received',  'rejected',    'its request was turned down, or its owner has left'),
    ('checking',  'approved',    'the firm is sure, and nothing differs'),
    ('checking',  'unclear',     'the firm is not sure, or something differs'),
    ('checking',  'asked_again', 'nothing can be read on it'),
    ('checking',  'received',    'the other half of its check is asked for again'),
    ('checking',  'rejected',    'its request was turned down, or its owner has left'),
    ('unclear',   'review',      'somebody took it'),
    ('unclear',   'rejected',    'its request was turned down, or its owner has left'),
    ('review',    'approved',    'a person is sure'),
    ('review',    'rejected',    'a person is sure that it is not'),
    ('review',    'asked_again', 'a person wants another'),
    ('approved',  'expired',     'its time is over');

-- Why a document was not taken. Customers read each in their own words, but for those of the house.
create table kyc_reasons (
    code  text primary key check (code ~ '^[a-z_]+$'),
    ours  boolean not null default false,   -- never given by a person
    told  text not null
);
insert into kyc_reasons (code, ours, told) values
    ('unreadable',       false, 'it is blurred, dark, cut off or covered'),
    ('wrong_document',   false, 'it is another document than was asked for'),
    ('document_expired', false, 'its date is over'),
    ('too_old',          false, 'it was issued too long ago'),
    ('name_differs',     false, 'it has another name'),
    ('number_differs',   false, 'it has another number'),
    ('born_differs',     false, 'it has another date of birth'),
    ('face_differs',     false, 'the face is another one'),
    ('not_enough',       false, 'it does not show what it should'),
    ('not_genuine',      false, 'it was made or changed by somebody else'),
    ('not_a_picture',    true,  'the file is no picture and no PDF that can be used'),
    ('too_large',        true,  'the file has too many bytes or pages'),
    ('not_arrived',      true,  'the file could not be fetched'),
    ('begun_anew',       true,  'its owner began anew'),
    ('left',             true,  'its owner has left the bank');

-- From where on the firm's scores are enough, and how long things last. Days, or shares of one.
create table kyc_policy (
    name  text primary key,
    value numeric not null check (value >= 0),
    told  text not null
);
insert into kyc_policy (name, value, told) values
    ('authenticity_least', 0.85, 'below this a person looks at a document'),
    ('face_least',         0.80, 'below this a person compares the faces'),
    ('notice_days',        30,   'so long before it ends an owner is told'),
    ('address_days',       92,   'a proof of address is no older than this'),
    ('rejected_days',      90,   'pictures of what was not taken are kept so long'),
    ('asked_again_most',   2,    'so often a document is asked for again without a person');

-- After how long somebody is looked at anew, by the risk they are. Without a risk: as `Medium`.
create table kyc_periods (
    risk  text primary key,
    years smallint not null check (years between 1 and 10)
);
insert into kyc_periods (risk, years) values ('Low', 5), ('Medium', 3), ('High', 1);

-- What somebody asks for: a tier, with what they declare for it. One at a time.
create table kyc_requests (
    id          uuid primary key,
    user_id     uuid not null references customers,
    tier        smallint not null check (tier in (2, 3)),
    code        text not null unique check (code ~ '^[0-9A-HJKMNP-TV-Z]{8}$'),  -- told to staff who upload for them
    declared    bytea,                                  -- sealed JSON; none once its owner is forgotten
    status      text not null default 'open' check (status in ('open', 'done', 'dropped')),
    channel     text not null,
    created_at  timestamptz not null,
    ended_at    timestamptz,
    check ((status = 'open') = (ended_at is null)),
    check (declared is not null or status <> 'open')
);
create unique index kyc_requests_one on kyc_requests (user_id) where status = 'open';
create index kyc_requests_user on kyc_requests (user_id, created_at desc);

create table kyc_documents (
    doc_id       uuid primary key,
    user_id      uuid not null references customers,
    request_id   uuid not null references kyc_requests,
    type         text not null check (type in
        ('national_id', 'passport', 'alien_card', 'selfie', 'proof_of_address', 'source_of_funds')),
    country      char(2) not null,                      -- that issued it
    status       text not null default 'received' references kyc_states,
    verified_at  timestamptz,                           -- since when it is approved
    number_index text,                                  -- keyed hash of country and number
    findings     bytea,                                 -- sealed JSON: what was read, and what differs
    authenticity numeric(4,3) check (authenticity between 0 and 1),
    face_match   numeric(4,3) check (face_match between 0 and 1),
    reasons      text[] not null default '{}',          -- why it was not clear
    order_id     uuid,                                  -- of its check
    reviewer     uuid references staff,
    decided_by   uuid references staff,                 -- null: the house
    reason_code  text references kyc_reasons,
    expires_on   date,                                  -- its own date, or when it is looked at anew
    warned_at    timestamptz,
    events       int not null default 0,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    check ((status in ('approved', 'expired')) = (verified_at is not null)),
    check ((status in ('rejected', 'asked_again')) = (reason_code is not null)),
    check (status <> 'review' or reviewer is not null),
    check ((status in ('approved', 'expired')) <= (expires_on is not null))
) with (fillfactor = 80);
create unique index kyc_documents_live on kyc_documents (request_id, type)
    where status in ('received', 'checking', 'unclear', 'review');
create index kyc_documents_user on kyc_documents (user_id, created_at desc);
create index kyc_documents_queue on kyc_documents (updated_at, doc_id) where status in ('unclear', 'review');
create index kyc_documents_ends on kyc_documents (expires_on) where status = 'approved';
create index kyc_documents_number on kyc_documents (number_index) where number_index is not null;
create index kyc_documents_order on kyc_documents (order_id) where order_id is not null;

-- The pictures of a document. The file stands sealed under DATA_DIR/kyc, named by the page's id.
create table kyc_pages (
    id           uuid primary key,
    doc_id       uuid not null references kyc_documents,
    side         text not null check (side in ('front', 'back')),
    status       text not null check (status in ('waiting', 'kept', 'refused', 'leaving', 'gone')),
    source       text not null check (source in ('whatsapp', 'desk', 'demo')),
    media_id     uuid unique references media,          -- what a customer sent, until it is taken in
    uploaded_by  uuid references staff,
    content_type text check (content_type in ('image/jpeg', 'image/png', 'application/pdf')),
    bytes        int check (bytes > 0),
    reason_code  text references kyc_reasons,           -- why it was not taken in
    created_at   timestamptz not null,
    kept_at      timestamptz,
    check ((source = 'desk') = (uploaded_by is not null)),
    check (status <> 'kept' or (content_type is not null and bytes is not null and kept_at is not null)),
    check ((status = 'refused') = (reason_code is not null))
);
create unique index kyc_pages_side on kyc_pages (doc_id, side) where status in ('waiting', 'kept');
create index kyc_pages_waiting on kyc_pages (created_at) where status = 'waiting';
create index kyc_pages_leaving on kyc_pages (id) where status = 'leaving';

-- What happened to a document: never words.
create table kyc_events (
    doc_id      uuid not null references kyc_documents,
    n           int not null check (n > 0),
    at          timestamptz not null,
    was         text references kyc_states,             -- none: it began
    became      text not null references kyc_states,
    by_kind     text not null check (by_kind in ('customer', 'staff', 'system')),
    by          uuid,
    reason_code text references kyc_reasons,
    primary key (doc_id, n)
);

-- A document goes one way only, and stays whose and what it was; each move is written down.
create function kyc_documents_forward() returns trigger language plpgsql as $$
begin
    if (old.user_id, old.request_id, old.type, old.country, old.created_at) is distinct from
       (new.user_id, new.request_id, new.type, new.country, new.created_at) then
        raise exception using errcode = 'restrict_violation', message = 'a document stays what it was sent as';
    end if;
    if old.status <> new.status then
        if not exists (select from kyc_moves m where (m.was, m.status) = (old.status, new.status)) then
            raise exception using errcode = 'restrict_violation',
                message = format('a document does not go from %s to %s', old.status, new.status);
        end if;
        if new.events <> old.events + 1 then
            raise exception using errcode = 'restrict_violation', message = 'a move of a document is written down';
        end if;
    end if;
    return new;
end $$;
create trigger forward before update on kyc_documents
    for each row execute function kyc_documents_forward();
create function kyc_documents_begin() returns trigger language plpgsql as $$
begin
    if new.status <> 'received' then
        raise exception using errcode = 'restrict_violation', message = 'a document begins as received';
    end if;
    return new;
end $$;
create trigger beginning before insert on kyc_documents
    for each row execute function kyc_documents_begin();

-- A page arrives once and goes once.
create function kyc_pages_forward() returns trigger language plpgsql as $$
begin
    if old.status <> new.status and (old.status, new.status) not in (
        ('waiting', 'kept'), ('waiting', 'refused'), ('waiting', 'gone'), ('kept', 'leaving'), ('leaving', 'gone')) then
        raise exception using errcode = 'restrict_violation',
            message = format('a page does not go from %s to %s', old.status, new.status);
    end if;
    return new;
end $$;
create trigger forward before update on kyc_pages for each row execute function kyc_pages_forward();

create function kyc_history_forbid() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'restrict_violation', message = tg_table_name || ' is append-only';
end $$;
do $$
declare
    v_table text;
begin
    foreach v_table in array array['kyc_events', 'kyc_states', 'kyc_moves'] loop
        execute format('create trigger append_only before update or delete on %1$I
                            for each row execute function kyc_history_forbid();
                        create trigger no_truncate before truncate on %1$I
                            for each statement execute function kyc_history_forbid();', v_table);
    end loop;
end $$;

-- Who reviews, who is the second of two people, and who uploads what a customer brings along.
insert into role_permissions (role, permission) values
    ('compliance', 'kyc.review'), ('compliance', 'kyc.approve'), ('supervisor', 'kyc.approve'),
    ('agent', 'kyc.upload'), ('supervisor', 'kyc.upload'), ('compliance', 'kyc.upload');
insert into approval_kinds (kind, approve_permission, mfa) values ('kyc_tier', 'kyc.approve', true);

grant select on kyc_states, kyc_moves, kyc_reasons, kyc_policy, kyc_periods to wekeza_app;
grant select, insert on kyc_requests, kyc_documents, kyc_pages, kyc_events to wekeza_app;
grant update (declared, status, ended_at) on kyc_requests to wekeza_app;
grant update (status, verified_at, number_index, findings, authenticity, face_match, reasons, order_id, reviewer,
    decided_by, reason_code, expires_on, warned_at, events, updated_at) on kyc_documents to wekeza_app;
grant update (status, media_id, content_type, bytes, reason_code, kept_at) on kyc_pages to wekeza_app;

-- Who looks after the bank sees that there is a document and what became of it, never what stands on it.
revoke select on kyc_requests, kyc_documents from wekeza_auditor;
grant select (id, user_id, tier, code, status, channel, created_at, ended_at) on kyc_requests to wekeza_auditor;
grant select (doc_id, user_id, request_id, type, country, status, verified_at, order_id, decided_by, reason_code,
    expires_on, warned_at, events, created_at, updated_at) on kyc_documents to wekeza_auditor;
