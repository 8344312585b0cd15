"""Lines of the scheme's reports that the bank did not know: paid once what they are of is here.

A merchant may present late, and a report may be faster than the message it is about. Lines are
looked at again by the scheduler, not by what brings a clearing: a report and a capture that meet
cannot see one another, and the capture need not wait for the settlement account.
"""

from collections.abc import Sequence
from uuid import UUID, uuid5

from core.access.actors import SYSTEM
from core.cards import postings
from core.crm import case_work, cases
from core.money import Money
from core.store.crashpoints import reached
from core.store.unit import Row, Unit


def settle_one(unit: Unit) -> UUID | None:
    """Pay all that is known by now of one report, out of clearing; return which, None of none.

    Its case is told, and resolved with the last line.
    """
    found = unit.maybe(
        """
        select s.settlement_id, s.case_id
        from card_unknown_lines l
        join card_clearings c on c.scheme = l.scheme and c.told = l.told and c.amount = l.amount
            and c.currency = l.currency and c.settlement_id is null
        join card_settlements s on s.settlement_id = l.settlement_id
        where l.clearing_id is null
        order by s.at, s.settlement_id limit 1
        """
    )
    if found is None:
        return None
    report: UUID = found.settlement_id
    unit.run("select pg_advisory_xact_lock(hashtextextended(%(id)s, 0))", id=str(report))
    known = _known(unit, report)
    if known:
        paid = _pay(unit, report, known)
        _tell(unit, found.case_id, known, paid, left=_left(unit, report))
    return report


def _known(unit: Unit, report: UUID) -> list[Row]:
    """Return the lines of a report whose clearings are here; locked in the order of `settle`."""
    return unit.all(
        """
        select l.told, c.clearing_id, l.amount, l.currency::text as currency
        from card_unknown_lines l
        join card_clearings c on c.scheme = l.scheme and c.told = l.told and c.amount = l.amount
            and c.currency = l.currency and c.settlement_id is null
        where l.settlement_id = %(report)s and l.clearing_id is null
        order by c.clearing_id for update of c
        """,
        report=report,
    )


def _pay(unit: Unit, report: UUID, known: Sequence[Row]) -> Money:
    paid = Money(sum(line.amount for line in known), known[0].currency)
    posting = uuid5(report, f"late {known[0].clearing_id}") if paid.minor else None
    if posting is not None:
        postings.settle(unit, posting, paid)
    reached("card.line_settled")
    cleared = [line.clearing_id for line in known]
    unit.run(
        """
        update card_clearings set settlement_id = %(report)s
        where clearing_id = any(%(cleared)s)
        """,
        report=report,
        cleared=cleared,
    )
    unit.run(
        """
        update card_unknown_lines l set clearing_id = k.clearing_id, posting_id = %(posting)s,
            known_at = %(now)s
        from unnest(%(told)s::text[], %(cleared)s::uuid[]) as k (told, clearing_id)
        where l.settlement_id = %(report)s and l.told = k.told
        """,
        report=report,
        told=[line.told for line in known],
        cleared=cleared,
        posting=posting,
        now=unit.now,
    )
    return paid


def _left(unit: Unit, report: UUID) -> int:
    count: int = unit.value(
        """
        select count(*) from card_unknown_lines
        where settlement_id = %(report)s and clearing_id is null
        """,
        report=report,
    )
    return count


def _tell(unit: Unit, case_id: UUID, known: Sequence[Row], paid: Money, *, left: int) -> None:
    case = cases.get(unit, case_id)
    words = f"Known now: {len(known)}, which nets to {paid.grouped} and is settled. Open: {left}."
    cases.add_words(unit, case, by="system", actor=None, text=words, internal=True)
    if not left and not case.done:
        case_work.set_status(unit, SYSTEM, cases.get(unit, case_id), "Resolved")
