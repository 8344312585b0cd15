-- What customers want to be told of, where it is not what everybody is told. News are a consent, not a choice of these.
create table alert_choices (
    customer_id uuid not null references customers,
    kind        text not null check (kind in ('received', 'low')),
    amount      bigint check (amount > 0),          -- received: told from so much on, null: never; low: told below it
    currency    text references currencies,
    is_low      boolean not null default false,     -- there is less: it was told, and is again once there was enough
    chosen_at   timestamptz not null,
    primary key (customer_id, kind),
    check ((amount is null) = (currency is null)),
    check (kind = 'received' or amount is not null),
    check (kind = 'low' or not is_low)
);
create index alert_choices_low on alert_choices (customer_id) where kind = 'low';

grant select, insert, delete on alert_choices to wekeza_app;
grant update (amount, currency, is_low, chosen_at) on alert_choices to wekeza_app;
grant select on alert_choices to wekeza_auditor;
