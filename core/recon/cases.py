"""Breaks as cases: what differs in one way, on one rail, is one case for operations.

A thousand lines that one lost file leaves open are one case, not a thousand. A case that stands
open takes in what is found later, and resolves itself when its last break has ended.
"""

from uuid import UUID

from core.access.actors import SYSTEM
from core.crm import case_work
from core.crm import cases as crm
from core.crm.case_store import Case
from core.crm.sla import PRIORITIES
from core.money import Money
from core.recon.kinds import WORDS
from core.store.unit import Row, Unit

CATEGORY = "Reconciliation"
NAMED = 5
"""Payments or lines that a case's words name; the list of breaks has all."""


def open_for(unit: Unit, run: UUID) -> None:
    """Give every break that this run opened its case."""
    rows = unit.all(
        """
        select kind, nostro, currency::text as currency, rail, count(*) as many,
            max(severity) as severity, sum(amount)::bigint as amount,
            (array_agg(about order by amount desc))[1:%(named)s] as named,
            (select o.case_id from recon_breaks o join cases c on c.id = o.case_id
                where o.status = 'open' and c.status not in ('Resolved', 'Closed')
                    and (o.nostro, o.currency, o.rail, o.kind)
                        = (b.nostro, b.currency, b.rail, b.kind) limit 1) as known,
            (select c.country from recon_tolerances t join calendars c on c.country = t.calendar
                where t.rail = b.rail) as country
        from recon_breaks b
        where run_id = %(run)s and status = 'open' and case_id is null
        group by kind, nostro, currency, rail order by kind, nostro, currency, rail
        """,
        run=run,
        named=NAMED,
    )
    for row in rows:
        case = _opened(unit, row) if row.known is None else _told(unit, row)
        unit.run(
            """
            update recon_breaks set case_id = %(case)s
            where run_id = %(run)s and status = 'open' and case_id is null
                and (nostro, currency, rail, kind) = (%(nostro)s, %(currency)s, %(rail)s, %(kind)s)
            """,
            case=case.id,
            run=run,
            nostro=row.nostro,
            currency=row.currency,
            rail=row.rail,
            kind=row.kind,
        )


def close_done(unit: Unit) -> None:
    """Resolve the cases whose last break has ended in this unit."""
    rows = unit.all(
        """
        select distinct b.case_id from recon_breaks b
        join cases c on c.id = b.case_id and c.status not in ('Resolved', 'Closed')
        where b.resolved_at = %(now)s and b.status = 'resolved'
            and not exists (select from recon_breaks o
                where o.case_id = b.case_id and o.status = 'open')
        order by b.case_id
        """,
        now=unit.now,
    )
    for row in rows:
        case_work.set_status(unit, SYSTEM, crm.get(unit, row.case_id), "Resolved")


def _opened(unit: Unit, row: Row) -> Case:
    where = row.rail or row.nostro
    return crm.open_case(
        unit,
        customer=None,
        category=CATEGORY,
        sub_category="",
        title=f"{where} {row.currency}: {WORDS[row.kind].title}",
        description=f"{_words(row)} {WORDS[row.kind].advice}",
        priority=PRIORITIES[row.severity],
        channel="desk",
        conversation=None,
        by="system",
        country=row.country,
    )


def _told(unit: Unit, row: Row) -> Case:
    case = crm.get(unit, row.known)
    return crm.add_words(
        unit, case, by="system", actor=None, text=f"More: {_words(row)}", internal=True
    )


def _words(row: Row) -> str:
    amount = Money(row.amount, row.currency)
    rest = "" if row.many <= NAMED else f" and {row.many - NAMED} more"
    named = ", ".join(one.rpartition(" ")[2] for one in row.named)
    return f"{row.many} of {amount.grouped} together: {named}{rest}."
