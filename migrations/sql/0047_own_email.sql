-- A customer's own e-mail address, shown to be theirs by a code that was mailed there; letters that are worded when they
-- are sent; and the letters of a case, which follow each other.

alter table customers add column email_verified_at timestamptz;
grant update (email, email_index, email_verified_at) on customers to wekeza_app;
grant select (email_verified_at) on customers to wekeza_auditor;

alter table one_time_codes
    drop constraint one_time_codes_purpose,
    add constraint one_time_codes_purpose
        check (purpose in ('reset_pin', 'link', 'step_up', 'cash_out', 'email'));

-- A letter with an alert has no words yet: its body holds the facts, and its language says whose words they become.
-- A case's letter has its place among them: 1 is the first, and each follows all before it.
alter table mails
    add column customer_id uuid references customers,
    add column alert text,
    add column language text,
    add column case_number text,
    add column place int check (place > 0),
    add constraint mails_worded check ((alert is null) = (language is null)),
    add constraint mails_thread check ((case_number is null) = (place is null));
create index mails_customer on mails (customer_id) where customer_id is not null;
grant select (customer_id, alert, case_number, place) on mails to wekeza_auditor;

-- How many letters a case has sent.
alter table cases add column letters int not null default 0;
grant update (letters) on cases to wekeza_app;
grant select (letters) on cases to wekeza_auditor;
