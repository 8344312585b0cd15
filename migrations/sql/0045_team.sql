-- The pages of the team: who works when and on what, what the bank did not understand, how conversations go, and news.

insert into role_permissions (role, permission) values
    ('agent', 'team.read'), ('supervisor', 'team.read'), ('operations', 'team.read'),
    ('compliance', 'team.read'), ('auditor', 'team.read'), ('admin', 'team.read'),
    ('supervisor', 'understanding.review'),
    ('supervisor', 'broadcasts.read'), ('operations', 'broadcasts.read'), ('compliance', 'broadcasts.read');
