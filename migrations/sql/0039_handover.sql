-- From the bot to a person and back: what the bot knew when a case was opened, words that wait for a customer to
-- write again, and how content customers were.

-- What was known in the conversation a case was opened in. What was said in the story that was interrupted stands
-- sealed; what was said in the chat stands in `messages`, up to this moment.
create table case_contexts (
    case_id         uuid primary key references cases,
    conversation_id uuid not null,
    noted_at        timestamptz not null,
    channel         text not null check (channel in ('whatsapp', 'sms', 'ussd')),
    language        text not null,
    window_ends_at  timestamptz,                    -- until when WhatsApp takes free words; null elsewhere
    flow            text,                           -- the story that was interrupted; null: none was
    flow_version    int check (flow_version > 0),
    step            text,
    said            bytea,                          -- sealed JSON: its slots and its trail; none once forgotten
    taken_up_at     timestamptz,                    -- when it was gone on with
    intent          text,                           -- what the words were taken for, best first in `guesses`
    guesses         jsonb not null default '[]' check (jsonb_typeof(guesses) = 'array'),
    feeling         text check (feeling in ('Positive', 'Neutral', 'Negative', 'VeryNegative')),
    feeling_score   real check (feeling_score between 0 and 1),
    not_understood  smallint not null check (not_understood >= 0),
    refused         text[] not null,                -- codes of what the bank would not do, in their order
    check (num_nonnulls(flow, flow_version, step) in (0, 3)),
    check (flow is not null or (said is null and taken_up_at is null)),
    check ((feeling is null) = (feeling_score is null))
);
create index case_contexts_waiting on case_contexts (conversation_id)
    where flow is not null and taken_up_at is null;

-- What a person answered while WhatsApp took no free words: a template told that there is an answer, and the words
-- leave when the customer writes. Where the template was not taken either, they went by SMS, under that row of the
-- outbox.
create table held_words (
    message_id      uuid primary key,               -- the message that will carry them
    case_id         uuid not null references cases,
    conversation_id uuid not null,
    notice_id       uuid not null,                  -- the message of the template
    outbox_id       bigint not null,                -- its row, which an SMS goes out under as well
    words           bytea,                          -- sealed; none once they have left
    at              timestamptz not null,
    released_at     timestamptz,
    check ((words is null) = (released_at is not null))
);
create index held_words_waiting on held_words (conversation_id, at, message_id) where released_at is null;
create index held_words_case on held_words (case_id) where released_at is null;

-- How content a customer was each time a case was solved: once for each time, and the last word counts.
create table case_ratings (
    case_id     uuid not null references cases,
    resolution  int not null check (resolution >= 0),       -- how often it had been reopened by then
    customer_id uuid references customers,                  -- null: a stranger, or forgotten
    rating      smallint not null check (rating between 1 and 5),
    at          timestamptz not null,
    primary key (case_id, resolution)
);
create index case_ratings_low on case_ratings (at desc, case_id) where rating <= 2;
create index case_ratings_at on case_ratings using brin (at);
create index case_ratings_customer on case_ratings (customer_id) where customer_id is not null;

grant select, insert on case_contexts, held_words, case_ratings to wekeza_app;
grant update (taken_up_at, said) on case_contexts to wekeza_app;
grant update (words, released_at) on held_words to wekeza_app;
grant update (rating, at) on case_ratings to wekeza_app;

-- An auditor sees what was done, not what was said.
revoke select on case_contexts, held_words from wekeza_auditor;
grant select (case_id, conversation_id, noted_at, channel, language, window_ends_at, flow, flow_version, step,
    taken_up_at, intent, guesses, feeling, feeling_score, not_understood, refused) on case_contexts to wekeza_auditor;
grant select (message_id, case_id, conversation_id, notice_id, outbox_id, at, released_at) on held_words to wekeza_auditor;
grant select on case_ratings to wekeza_auditor;
