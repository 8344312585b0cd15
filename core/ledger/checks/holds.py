"""Money set aside: holds, their events, and what accounts say of them."""

CHECKS = {
    "account_held": """
        select 'ledger_accounts ' || account_id,
               'says ' || a.held || ' is held and ' || a.incoming
               || ' on its way in; its open holds say ' || coalesce(h.held, 0)
               || ' and ' || coalesce(h.incoming, 0)
          from ledger_accounts a
          full join (select account_id, sum(held) as held, sum(incoming) as incoming
                       from (select debit_id as account_id, rest as held, 0 as incoming
                               from ledger_holds where status = 'open'
                             union all
                             select credit_id, 0, rest from ledger_holds where status = 'open') r
                      group by account_id) h using (account_id)
         where (coalesce(a.held, 0), coalesce(a.incoming, 0))
               <> (coalesce(h.held, 0), coalesce(h.incoming, 0))""",
    "hold_agrees": """
        select 'ledger_holds ' || coalesce(h.hold_id, e.hold_id),
               case when h.hold_id is null then 'is missing, but has events'
                    else 'is ' || h.status || ', ' || h.authorised || ' authorised, ' || h.captured
                         || ' captured, ' || h.rest || ' left after ' || h.events
                         || ' events, and these say otherwise' end
          from ledger_holds h
          full join (select hold_id, count(*) as events, max(seq) as last,
                            sum(case kind when 'lowered' then -amount else amount end)
                                filter (where kind in ('authorised', 'raised', 'lowered'))
                                as authorised,
                            coalesce(sum(amount) filter (where kind = 'captured'), 0) as captured,
                            (array_agg(rest order by seq desc))[1] as rest,
                            (array_agg(kind order by seq desc))[1] as kind
                       from hold_events group by hold_id) e on e.hold_id = h.hold_id
         where (h.events = e.events and h.events = e.last and h.authorised = e.authorised
                and h.captured = e.captured and h.rest = e.rest
                and case h.status when 'open'
                                  then e.kind in ('authorised', 'raised', 'lowered', 'captured')
                                  else e.kind = h.status and h.rest = 0 end) is not true""",
    "hold_events_in_order": """
        select 'hold_events ' || id,
               'is ' || kind || ' ' || amount || ', leaves ' || rest || ' after ' || before
          from (select e.*, coalesce(lag(rest) over chain, 0) as before,
                       row_number() over chain as place
                  from hold_events e window chain as (partition by hold_id order by seq)) e
         where (seq = place and (kind = 'authorised') = (seq = 1) and case kind
                when 'authorised' then id = hold_id and rest = amount
                when 'raised' then rest = before + amount
                when 'lowered' then rest = before - amount and rest > 0
                when 'captured' then rest in (greatest(before - amount, 0), 0)
                when 'voided' then rest = 0 and amount = before
                when 'expired' then rest = 0 and amount = before end) is not true""",
    "capture_posted": """
        select 'hold_events ' || e.id,
               case when t.transaction_id is null then 'was captured, but nothing was posted'
                    when e.kind <> 'captured' then 'has the id of a transaction'
                    else 'captured ' || e.amount || ', ' || t.amount
                         || ' was posted elsewhere or otherwise' end
          from hold_events e
          left join transactions t on t.transaction_id = e.id
          left join ledger_holds h on h.hold_id = e.hold_id
          left join ledger_entries d on d.transaction_id = e.id and d.amount < 0
          left join ledger_entries c on c.transaction_id = e.id and c.amount > 0
         where case e.kind when 'captured'
               then (e.transaction_id = e.id and t.amount = e.amount and c.amount = e.amount
                     and (t.type, t.currency, d.account_id, c.account_id)
                         = (h.type, h.currency, h.debit_id, h.credit_id)) is not true
               else e.transaction_id is not null or t.transaction_id is not null end""",
    "hold_policy": """
        select 'ledger_holds ' || hold_id,
               'was captured by ' || captured || ', of which ' || over || ' beyond ' || authorised
          from ledger_holds
         where captured > authorised
                          + greatest(over_amount, floor(authorised::numeric * over_points / 10000))
            or over < 0 or over > captured or rest < 0 or captured - over + rest > authorised""",
    "hold_refused": """
        select 'hold_events ' || e.id, 'was refused as well'
          from hold_events e join ledger_refusals r on r.id = e.id""",
}

WARNINGS = {
    "hold_overdue": """
        select 'ledger_holds ' || hold_id, 'is open, and its time was over at ' || expires_at
          from ledger_holds
         where status = 'open' and expires_at < %(now)s::timestamptz - interval '5 minutes'""",
}
