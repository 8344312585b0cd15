"""A forced match: a break ended by people, one who asks for it and another who decides.

Its open lines, and others that are named with them, are matched as they stand. What a statement
then has more or less than the book goes to suspense, so that the nostro agrees. A break without
open lines (something late, a charge in a report, a gap) is only accepted as it is.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from core.access import approvals
from core.access.actors import Actor
from core.access.approval_store import Approval
from core.errors import DeskRefusal
from core.ledger import book
from core.money import Money
from core.recon import cases, differences
from core.recon.breaks import UnknownBreak
from core.store.unit import Row, Unit

KIND = "forced_match"
MOST_LINES = 50


class BreakResolved(DeskRefusal):
    """The break has ended. Fact: ``how``."""

    code = "break_resolved"


class LinesUnfit(DeskRefusal):
    """Lines that are matched already, or are of another nostro or source, or too many."""

    code = "lines_unfit"


def request(
    unit: Unit, actor: Actor, break_id: UUID, *, lines: Sequence[int] = (), reason: str
) -> Approval:
    """Ask that a break is ended as it stands; ``lines`` are other open items that belong to it.

    :raises Forbidden: if their role may not ask for it
    :raises UnknownBreak: if there is no such break
    :raises BreakResolved: if it has ended
    :raises LinesUnfit: if the lines cannot be matched with it
    :raises ReasonNeeded: if nobody said why
    :raises AlreadyAsked: if it was asked for and is not decided yet
    """
    found = _open(unit, break_id)
    items = _items(unit, found, lines)
    facts = {
        "break": str(break_id),
        "kind": found.kind,
        "lines": ",".join(str(one.item_id) for one in items),
        "stake": str(Money(found.amount, found.currency)),
        "to_suspense": ", ".join(str(one) for _, one in _to_suspense(items)) or "nothing",
    }
    return approvals.request(
        unit,
        actor,
        KIND,
        facts=facts,
        subject=f"break {break_id}",
        case=found.case_id,
        reason=reason,
    )


def take_effect(unit: Unit, asked: Approval, by: Actor) -> Mapping[str, str]:
    """Match what was asked for, take the difference to suspense, and end the breaks this explains.

    :raises BreakResolved: if it has ended meanwhile
    :raises LinesUnfit: if one of the lines was matched meanwhile
    """
    unit.run("select pg_advisory_xact_lock(hashtextextended('reconciliation', 0))")
    found = _open(unit, UUID(asked.facts["break"]))
    wanted = [int(one) for one in asked.facts["lines"].split(",") if one]
    items = _locked(unit, wanted)
    if len(items) != len(wanted):
        raise LinesUnfit
    run = unit.new_id()
    posting = _match(unit, asked, run, items)
    ended = _end(unit, asked, run, found, wanted, posting)
    unit.run(
        """
        insert into recon_runs (run_id, at, by, matches, breaks, resolved)
        values (%(run)s, %(now)s, %(by)s, %(matches)s, 0, %(resolved)s)
        """,
        run=run,
        by=f"{by.kind} {by.id}",
        matches=len(items),
        resolved=ended,
        now=unit.now,
    )
    cases.close_done(unit)
    return {"lines": str(len(items)), "breaks": str(ended)}


def _open(unit: Unit, break_id: UUID) -> Row:
    row = unit.maybe(
        """
        select break_id, kind, status, how, nostro, currency::text as currency, amount, item_id,
            other_id, case_id, about
        from recon_breaks where break_id = %(id)s
        """,
        id=break_id,
    )
    if row is None:
        raise UnknownBreak
    if row.status != "open":
        raise BreakResolved(how=row.how)
    return row


def _items(unit: Unit, found: Row, lines: Sequence[int]) -> list[Row]:
    """Return the open items of a break, and the others that were named."""
    own = [one for one in (found.item_id, found.other_id) if one is not None]
    if found.kind == "wrong_status":  # all that any of the three says of the payment
        own += [row.item_id for row in _of_payment(unit, found.about)]
    items = _locked(unit, [*own, *lines])
    fits = {one.item_id for one in items} >= set(lines)
    alike = all(one.nostro == found.nostro for one in items)
    if not fits or not alike or len(items) > MOST_LINES:
        raise LinesUnfit
    return items


def _of_payment(unit: Unit, end_to_end: str) -> list[Row]:
    return unit.all(
        """
        select item_id from recon_items
        where end_to_end = %(id)s and match_id is null limit %(most)s
        """,
        id=end_to_end,
        most=MOST_LINES + 1,
    )


def _locked(unit: Unit, items: Sequence[int]) -> list[Row]:
    """Return those of some items that are open, and keep others from matching them meanwhile."""
    return unit.all(
        """
        select item_id, source, side, nostro, currency::text as currency, amount from recon_items
        where item_id = any(%(items)s) and match_id is null order by item_id for update
        """,
        items=list(items),
    )


def _groups(items: Sequence[Row]) -> Mapping[tuple[str, str, str], list[Row]]:
    """Return items by source, nostro and currency: what one match may hold."""
    found: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for one in items:
        found[one.source, one.nostro, one.currency].append(one)
    return found


def _difference(items: Sequence[Row]) -> int:
    return sum(one.amount if one.side == "theirs" else -one.amount for one in items)


def _to_suspense(items: Sequence[Row]) -> list[tuple[str, Money]]:
    """Return what each nostro has more or less by its statement; reports move no money."""
    return [
        (nostro, Money(off, currency))
        for (source, nostro, currency), some in _groups(items).items()
        if source == "statement" and (off := _difference(some))
    ]


def _match(unit: Unit, asked: Approval, run: UUID, items: Sequence[Row]) -> UUID | None:
    """Write a match for each group; return the posting that took a difference to suspense."""
    posting: UUID | None = None
    for (source, nostro, currency), some in _groups(items).items():
        match, off = unit.new_id(), _difference(some)
        unit.run(
            """
            with kept as (
                insert into recon_matches (match_id, run_id, source, rule, difference, approval_id)
                values (%(match)s, %(run)s, %(source)s, 'forced', %(off)s, %(approval)s)
            )
            update recon_items set match_id = %(match)s where item_id = any(%(items)s)
            """,
            match=match,
            run=run,
            source=source,
            off=off,
            approval=asked.id,
            items=[one.item_id for one in some],
        )
        if source == "statement" and off:
            posting = match
            book.post(
                unit,
                id=match,
                type="suspense",
                legs=[differences.leg(unit, nostro=nostro, difference=Money(off, currency))],
                wallet=None,
                note=f"approval {asked.id}",
            )
    return posting


def _end(
    unit: Unit, asked: Approval, run: UUID, found: Row, items: Sequence[int], posting: UUID | None
) -> int:
    """End the break, and others whose lines all are matched by now; return how many."""
    ended: int = unit.value(
        """
        with ended as (
            update recon_breaks b set status = 'resolved', how = 'forced', resolved_at = %(now)s,
                approval_id = %(approval)s,
                transaction_id = case when b.break_id = %(id)s then %(posting)s::uuid end
            where b.status = 'open' and (b.break_id = %(id)s
                or (b.item_id = any(%(items)s) and (b.other_id is null or exists (
                    select from recon_items o
                    where o.item_id = b.other_id and o.match_id is not null))))
            returning break_id, settlement_id
        ), logged as (
            insert into reconciliation_logs (settlement_id, result, "timestamp", run_id, break_id)
            select settlement_id, 'forced', %(now)s, %(run)s, break_id from ended
        )
        select count(*) from ended
        """,
        id=found.break_id,
        approval=asked.id,
        posting=posting,
        items=list(items),
        run=run,
        now=unit.now,
    )
    return ended
