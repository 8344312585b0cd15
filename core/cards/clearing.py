"""Clearing with the scheme: what each capture and refund adds, and the report that settles it.

What stands in ``clearing_cards`` is the sum of what no report has settled, payment by payment. A
report names what it settles by the scheme's own ids. What the bank knows the same is paid; what it
does not know, or knows otherwise, is kept and looked at again (`core.cards.late_lines`), and a
person looks at it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID, uuid5

from core.cards import postings
from core.cards.messages import MESSAGES
from core.cards.payments import CardPayment
from core.crm import calendar, cases
from core.errors import DeskRefusal
from core.money import Money
from core.store.unit import Unit

Kind = Literal["captured", "refunded", "dispute_won"]
MOST_LINES = 5000
"""Lines of one report: it is a day's of one currency."""
NAMED = 5
"""Lines that a case's words name."""


class ReportUnfit(DeskRefusal):
    """A report that does not add up, or is too long. Fact: ``why``."""

    code = "report_unfit"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a report settles."""

    told: str
    """The scheme's id of what was cleared."""
    amount: Money
    """What the bank pays for it; below zero it is paid."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the scheme says of a day, in one currency."""

    scheme: str
    told: str
    """Its name of the report; one that comes again changes nothing."""
    day: date
    net: Money
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a report."""

    settlement: UUID
    matched: Money
    """What was paid of it."""
    unknown: Sequence[str]
    """The ids of lines that the bank does not know so."""
    replayed: bool = False


def note(
    unit: Unit,
    id: UUID,  # noqa: A002 - of the message, or of what was decided
    one: CardPayment,
    *,
    told: str,
    kind: Kind,
    amount: Money,
) -> None:
    """Write down what stands in clearing from now on; positive: the bank owes it to the scheme."""
    unit.run(
        """
        insert into card_clearings (clearing_id, card_tx_id, scheme, told, kind, amount, currency,
            at)
        values (%(id)s, %(payment)s, %(scheme)s, %(told)s, %(kind)s, %(amount)s, %(currency)s,
            %(now)s)
        """,
        id=id,
        payment=one.id,
        scheme=one.scheme,
        told=told,
        kind=kind,
        amount=amount.minor,
        currency=amount.currency,
        now=unit.now,
    )


def settle(unit: Unit, report: Report) -> Settled:
    """Pay what a report and the bank agree on, out of clearing, and have a person see to the rest.

    One that comes again is answered as it was. Lines that become known later are paid then.

    :raises ReportUnfit: if it has too many lines, one twice, or they do not add up to its net
    """
    _check(report)
    id_ = uuid5(MESSAGES, f"{report.scheme} report {report.told}")
    unit.run("select pg_advisory_xact_lock(hashtextextended(%(id)s, 0))", id=str(id_))
    known = unit.maybe(
        """
        select matched, unknown from card_settlements where settlement_id = %(id)s
        """,
        id=id_,
    )
    if known is not None:
        matched = Money(known.matched, report.net.currency)
        return Settled(id_, matched, _unknown(unit, id_), replayed=True)
    fits = _fitting(unit, report)
    unknown = [line for line in report.lines if line.told not in fits]
    matched = Money(sum(fits.values()), report.net.currency)
    posting = uuid5(id_, "settle") if matched.minor else None
    if posting is not None:
        postings.settle(unit, posting, matched)
    case = _open_case(unit, report, matched, unknown) if unknown else None
    _keep(unit, report, id_, matched, len(unknown), posting, case)
    _keep_unknown(unit, report, id_, unknown)
    unit.run(
        """
        update card_clearings set settlement_id = %(id)s
        where scheme = %(scheme)s and told = any(%(told)s) and settlement_id is null
        """,
        id=id_,
        scheme=report.scheme,
        told=list(fits),
    )
    return Settled(id_, matched, tuple(sorted(line.told for line in unknown)))


def standing(unit: Unit) -> list[Money]:
    """Return what no report has settled yet, a sum for each currency."""
    rows = unit.all(
        """
        select currency::text as currency, sum(amount)::bigint as amount from card_clearings
        where settlement_id is null group by currency having sum(amount) <> 0 order by currency
        """
    )
    return [Money(row.amount, row.currency) for row in rows]


def _check(report: Report) -> None:
    if len(report.lines) > MOST_LINES:
        raise ReportUnfit(why="too many lines")
    if len({line.told for line in report.lines}) != len(report.lines):
        raise ReportUnfit(why="a line twice")
    currencies = {line.amount.currency for line in report.lines} | {report.net.currency}
    if len(currencies) > 1:
        raise ReportUnfit(why="more than one currency")
    if sum(line.amount.minor for line in report.lines) != report.net.minor:
        raise ReportUnfit(why="the lines do not add up")


def _fitting(unit: Unit, report: Report) -> dict[str, int]:
    """Return the lines that the bank knows the same and has not settled, with their amounts."""
    rows = unit.all(
        """
        select c.told, c.amount from card_clearings c
        join unnest(%(told)s::text[], %(amounts)s::bigint[]) as l (told, amount)
            on l.told = c.told and l.amount = c.amount
        where c.scheme = %(scheme)s and c.currency = %(currency)s and c.settlement_id is null
        order by c.clearing_id for update of c
        """,
        told=[line.told for line in report.lines],
        amounts=[line.amount.minor for line in report.lines],
        scheme=report.scheme,
        currency=report.net.currency,
    )
    return {row.told: row.amount for row in rows}


def _open_case(unit: Unit, report: Report, matched: Money, unknown: Sequence[Line]) -> UUID:
    named = ", ".join(line.told for line in unknown[:NAMED])
    opened = cases.open_case(
        unit,
        customer=None,
        category="Reconciliation",
        sub_category="",
        title=f"Report {report.told} of {report.scheme} differs from the book",
        description=(
            f"It nets to {report.net.grouped}; {matched.grouped} of it is known here and paid."
            f" {len(unknown)} lines are not known so: {named}."
        ),
        priority="High",
        channel="desk",
        conversation=None,
        by="system",
        country=calendar.HOME,
    )
    return opened.id


def _keep(
    unit: Unit,
    report: Report,
    id: UUID,  # noqa: A002
    matched: Money,
    unknown: int,
    posting: UUID | None,
    case: UUID | None,
) -> None:
    unit.run(
        """
        insert into card_settlements (settlement_id, scheme, told, day, currency, net, matched,
            lines, unknown, posting_id, case_id, at)
        values (%(id)s, %(scheme)s, %(told)s, %(day)s, %(currency)s, %(net)s, %(matched)s,
            %(lines)s, %(unknown)s, %(posting)s, %(case)s, %(now)s)
        """,
        id=id,
        scheme=report.scheme,
        told=report.told,
        day=report.day,
        currency=report.net.currency,
        net=report.net.minor,
        matched=matched.minor,
        lines=len(report.lines),
        unknown=unknown,
        posting=posting,
        case=case,
        now=unit.now,
    )


def _keep_unknown(unit: Unit, report: Report, id: UUID, lines: Sequence[Line]) -> None:  # noqa: A002
    if not lines:
        return
    unit.run(
        """
        insert into card_unknown_lines (settlement_id, told, scheme, amount, currency)
        select %(id)s, l.told, %(scheme)s, l.amount, %(currency)s
        from unnest(%(told)s::text[], %(amounts)s::bigint[]) as l (told, amount)
        """,
        id=id,
        scheme=report.scheme,
        currency=report.net.currency,
        told=[line.told for line in lines],
        amounts=[line.amount.minor for line in lines],
    )


def _unknown(unit: Unit, id: UUID) -> tuple[str, ...]:  # noqa: A002
    rows = unit.all(
        "select told from card_unknown_lines where settlement_id = %(id)s order by told", id=id
    )
    return tuple(row.told for row in rows)
