-- Each turn says where it found the customer and where it left them, so that what people do in a
-- story can be counted. `flow` and `flow_version` are of the story that was spoken to (or begun).

alter table interactions
    add column flow_version int,
    add column language     char(2),
    add column step_before  text,       -- null between stories
    add column next_flow    text,
    add column next_version int,
    add column step_after   text,       -- also when the story ended there; `state` is null then
    add column seconds      int,        -- whole seconds since the prompt
    add column exit_reason  text check (exit_reason in (
        'ended', 'cancelled', 'timed_out', 'dropped', 'handed_over', 'refused', 'broken', 'menu',
        'became',                       -- the story turned into another one
        'aside',                        -- it was set aside for a question, and is come back to
        'moved'));                      -- its version is gone: the step was asked anew

-- Rows come in the order of their date, so a few bytes for every 32 pages find a span of time; an
-- index entry for each row would cost every turn.
create index interactions_date on interactions using brin (date)
    with (pages_per_range = 32, autosummarize = on);
