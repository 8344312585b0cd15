-- Money that waits for its recipient, recalls, documents and mail.
select 1;
