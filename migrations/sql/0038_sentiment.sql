-- How customers sounded, message by message. Advice for people: nothing is routed or decided by it alone.

-- Words stand sealed as the message log keeps them: masked, and never a secret. No foreign keys: a turn waits for nobody.
create table sentiment_analysis (
    id              uuid primary key,
    customer_id     uuid,
    case_id         uuid,
    interaction_id  uuid,
    sentiment_type  text not null check (sentiment_type in ('Positive', 'Neutral', 'Negative', 'VeryNegative')),
    sentiment_score numeric(5, 4) not null check (sentiment_score between 0 and 1),     -- how sure
    text_analyzed   bytea not null,                     -- sealed
    key_phrases     bytea not null,                     -- sealed JSON
    analyzed_date   timestamptz not null,
    created_at      timestamptz not null
);
create index sentiment_customer on sentiment_analysis (customer_id, analyzed_date desc, id desc)
    where customer_id is not null;
create index sentiment_case on sentiment_analysis (case_id, analyzed_date desc, id desc) where case_id is not null;
create index sentiment_day on sentiment_analysis using brin (analyzed_date)
    with (pages_per_range = 32, autosummarize = on);

grant select, insert on sentiment_analysis to wekeza_app;
revoke select on sentiment_analysis from wekeza_auditor;
grant select (id, customer_id, case_id, interaction_id, sentiment_type, sentiment_score, analyzed_date, created_at)
    on sentiment_analysis to wekeza_auditor;
