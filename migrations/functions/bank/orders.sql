-- Orders to partners, as those who look after them see them.

-- How many orders have no final word yet, and since when the oldest has none.
create view partner_order_depths as
    select partner, status, count(*) as orders, min(created_at) as oldest,
        count(*) filter (where stuck_at is not null) as stuck
    from partner_orders where finished_at is null
    group by partner, status;

grant select on partner_order_depths to wekeza_app, wekeza_auditor;
