-- Canned replies: what staff answer often, worded once in each language and picked by its shortcut.

create table canned_replies (
    id         uuid primary key,
    shortcut   text not null unique check (shortcut ~ '^[a-z0-9][a-z0-9-]{1,29}$'),
    title      text not null check (char_length(title) between 1 and 80),
    category   text,                                -- the cases it is offered on first; null: all
    texts      jsonb not null check (jsonb_typeof(texts) = 'object' and texts <> '{}'),   -- by language
    is_active  boolean not null default true,
    version    int not null default 1 check (version > 0),
    updated_at timestamptz not null,
    updated_by uuid not null references staff
);
create index canned_replies_active on canned_replies (shortcut) where is_active;
grant select, insert on canned_replies to wekeza_app;
grant update (title, category, texts, is_active, version, updated_at, updated_by) on canned_replies to wekeza_app;
grant select on canned_replies to wekeza_auditor;

insert into role_permissions (role, permission) values ('supervisor', 'canned.manage');
