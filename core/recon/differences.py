"""Differences within tolerance: what the statement has more or less goes to suspense at once.

So the book's nostro agrees with the statement again. Each one stays to be seen as a break that was
resolved by the rule. The posting has the id of its match: by that it is known for what it is when
the book is taken over, and once however often it is asked for.
"""

from uuid import UUID

from core.errors import Refusal
from core.ledger import book
from core.ledger.batch import LONGEST_BATCH
from core.money import Money
from core.store.unit import Row, Unit

SUSPENSE = "suspense_breaks"
_Accounts = tuple[UUID, UUID]


def to_suspense(unit: Unit, run: UUID) -> int:
    """Post what the statements of this run's matches have more or less; return how many."""
    rows = unit.all(
        """
        select m.match_id, m.rule, m.difference, min(i.nostro) as nostro,
            min(i.currency)::text as currency
        from recon_matches m join recon_items i on i.match_id = m.match_id and i.side = 'ours'
        where m.run_id = %(run)s and m.source = 'statement' and m.difference <> 0
            and m.rule <> 'reversed'
        group by m.match_id, m.rule, m.difference order by m.match_id
        """,
        run=run,
    )
    for start in range(0, len(rows), LONGEST_BATCH):
        _post(unit, rows[start : start + LONGEST_BATCH])
        _write(unit, run, rows[start : start + LONGEST_BATCH])
    return len(rows)


def leg(unit: Unit, *, nostro: str, difference: Money) -> book.Leg:
    """Return what makes a nostro agree: ``difference`` is what the statement has more, or less."""
    return _leg(_accounts(unit, nostro, difference.currency), difference)


def _leg(accounts: _Accounts, difference: Money) -> book.Leg:
    held, suspense = accounts
    if difference.minor > 0:
        return book.Leg(held, suspense, difference)
    return book.Leg(suspense, held, Money(-difference.minor, difference.currency))


def _accounts(unit: Unit, nostro: str, currency: str) -> _Accounts:
    """Return the nostro's account and the one that differences go to."""
    return (
        book.system_account(unit, nostro, currency),
        book.system_account(unit, SUSPENSE, currency),
    )


def _post(unit: Unit, rows: list[Row]) -> None:
    places = {(row.nostro, row.currency) for row in rows}
    accounts = {place: _accounts(unit, *place) for place in sorted(places)}
    items = [
        book.Item(
            row.match_id,
            "suspense",
            _leg(accounts[row.nostro, row.currency], Money(row.difference, row.currency)),
            None,
            note=f"reconciliation: {row.rule}",
        )
        for row in rows
    ]
    for answer in book.post_batch(unit, items):
        if isinstance(answer, Refusal):
            raise answer


def _write(unit: Unit, run: UUID, rows: list[Row]) -> None:
    unit.run(
        """
        with found as (
            insert into recon_breaks (break_id, kind, about, status, how, severity, source, nostro,
                currency, rail, day, amount, expected, found, item_id, other_id, source_id,
                settlement_id, transaction_id, run_id, opened_at, resolved_at)
            select uuidv7(), 'amount_differs', 'match ' || m.match_id, 'resolved', 'tolerance', 0,
                m.source, o.nostro, o.currency, o.rail, o.day, abs(m.difference),
                money_text(o.amount, o.currency), money_text(o.amount + m.difference, o.currency),
                o.item_id, t.item_id, t.source_id, o.settlement_id, m.match_id, %(run)s, %(now)s,
                %(now)s
            from recon_matches m
            cross join lateral (
                select min(nostro) as nostro, min(currency) as currency, min(rail) as rail,
                    min(day) as day, sum(amount)::bigint as amount, min(item_id) as item_id,
                    case count(*) when 1 then any_value(settlement_id) end as settlement_id
                from recon_items where match_id = m.match_id and side = 'ours') o
            cross join lateral (
                select min(item_id) as item_id, any_value(source_id) as source_id
                from recon_items where match_id = m.match_id and side = 'theirs') t
            where m.match_id = any(%(matches)s)
            returning break_id, settlement_id
        )
        insert into reconciliation_logs (settlement_id, result, "timestamp", run_id, break_id)
        select settlement_id, 'within_tolerance', %(now)s, %(run)s, break_id from found
        """,
        matches=[row.match_id for row in rows],
        run=run,
        now=unit.now,
    )
