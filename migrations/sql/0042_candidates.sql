-- Words that the bank did not understand at once, and what they turned out to mean: what understanding may learn from.
-- Nobody is in them: numbers and names were taken out before they were kept, and no row says who wrote them. They stand
-- sealed all the same, for a name may have been overlooked.
create table understanding_candidates (
    id          uuid primary key,
    words       bytea not null,                                 -- sealed, masked
    index       text not null unique,                           -- blind: the same words that meant the same come once
    language    text not null,
    guessed     text[] not null,                                -- intents, the likeliest first; none where nothing was
    chosen      text,                                           -- what was meant; null where nobody has said
    source      text not null check (source in ('clarify', 'agent', 'fallback')),
    times       int not null default 1 check (times > 0),
    state       text not null default 'new' check (state in ('new', 'accepted', 'rejected')),
    first_at    timestamptz not null,
    last_at     timestamptz not null,
    reviewed_by uuid references staff,                          -- null where it was done by a command
    reviewed_at timestamptz,
    check ((state = 'new') = (reviewed_at is null)),
    check (state <> 'accepted' or chosen is not null)
);
create index understanding_candidates_listed on understanding_candidates (state, times desc, id);

grant select, insert on understanding_candidates to wekeza_app;
grant update (times, last_at, chosen, state, reviewed_by, reviewed_at) on understanding_candidates to wekeza_app;

-- An auditor sees what was decided, not what was said.
revoke select on understanding_candidates from wekeza_auditor;
grant select (id, language, guessed, chosen, source, times, state, first_at, last_at, reviewed_by, reviewed_at)
    on understanding_candidates to wekeza_auditor;
