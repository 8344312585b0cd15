-- Several numbers of ours on one channel: a contact is answered, and told of things, by the number it wrote to.

-- A number that is ours no more speaks no more, whoever wrote to it; its row stays for what it has sent.
alter table senders add column speaks boolean not null default true;
-- Of the provider that is a channel's first choice every number is: they share who was never met.
drop index senders_default;

-- The number of ours that somebody wrote to last; null where we have but one, or where they never wrote.
alter table conversations add column sender text;
