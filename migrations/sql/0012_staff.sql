-- People who work here: log-ins, second factors, sessions, roles.
select 1;
