-- Shapes that the functions hand each other.

-- `code` is null when the money may move. `spend` is what counts against the payer's limits, in their home
-- currency, on their `day`; null when nothing does.
create type ledger_verdict as (code text, facts jsonb, spend bigint, day date);
