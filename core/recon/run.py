"""One run of reconciliation: the book taken over, rules in their order, then what differs.

Everything is done by sets in the database (`migrations/functions/bank/reconciliation*.sql`) within
one unit: a run that is killed leaves nothing, and one that finds nothing new writes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from core.recon import accounts, cases, differences, due_days
from core.store.crashpoints import reached
from core.store.unit import Unit

ENTRIES_AT_ONCE = 2000
"""Of each ledger account, that one statement takes over."""
PAIRS_AT_ONCE = 20_000
"""That one statement matches."""
BY_ID = ("end_to_end", "tolerance", "reference")
"""Rules of one line for one payment that need only what was told, the surest first."""
BY_GROUP = ("one_to_many", "many_to_one", "reversed", "returned", "no_movement")
FINDINGS = (
    "currency_differs", "wrong_status", "amount_differs", "fee_unexpected",
    "duplicate_in_statement", "duplicate_in_report", "missing_in_book", "balance_gap", "report_gap",
    "missing_in_statement", "missing_in_report", "late",
)  # fmt: skip
"""Kinds of breaks in the order they are looked for: what one explains, a later one leaves alone."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did. ``run`` is None when there was nothing new."""

    run: UUID | None
    matched: int
    """Items, of both sides."""
    opened: Mapping[str, int]
    """Breaks by kind; those that were ended at once by tolerance are ``within_tolerance``."""
    resolved: int
    agreed: int
    """Payments that book, report and statement now say the same of."""


def reconcile(unit: Unit, *, by: str) -> Outcome:
    """Set the book against everything that has come in, and return what that changed.

    One run at a time: another waits, for as long as a lock may be waited for.
    """
    unit.run("select pg_advisory_xact_lock(hashtextextended('reconciliation', 0))")
    run = unit.new_id()
    new = _new_sources(unit)
    _take_book(unit, counted=bool(new))
    due_days.work_out(unit)
    matched = sum(_pair(unit, run, rule) for rule in BY_ID)
    accounts.tell_tokens(unit)
    matched += _pair(unit, run, "account")
    matched += sum(_group(unit, run, rule) for rule in BY_GROUP)
    reached("recon.matched")
    passed = differences.to_suspense(unit, run)
    opened, resolved = _judge(unit, run)
    agreed = _count(unit, "select recon_log_matched(%(run)s, %(now)s)", run)
    reached("recon.judged")
    if passed:
        opened["within_tolerance"] = passed
    done = Outcome(run, matched, opened, resolved, agreed)
    _see(unit, run, new)
    if not (matched or opened or resolved):
        return Outcome(None, 0, {}, 0, 0)
    _write(unit, done, by=by)
    cases.open_for(unit, run)
    cases.close_done(unit)
    return done


def _new_sources(unit: Unit) -> list[UUID]:
    """Return the sources that no run has seen; what comes during this one is the next one's."""
    rows = unit.all("select source_id from recon_sources where run_id is null limit 10000")
    return [row.source_id for row in rows]


def _take_book(unit: Unit, *, counted: bool) -> None:
    """Take over what the book has moved since, and have the lines ``counted`` if any are new."""
    while unit.value("select recon_take_book(%(most)s)", most=ENTRIES_AT_ONCE):
        counted = True
    if counted:
        unit.run("select recon_count_lines()")


def _pair(unit: Unit, run: UUID, rule: str) -> int:
    """Match by a rule of one to one until it finds nothing more; return how many lines."""
    matched, sql = 0, f"select recon_match_{rule}(%(run)s, %(most)s)"
    while some := unit.value(sql, run=run, most=PAIRS_AT_ONCE):
        matched += some
    return matched


def _group(unit: Unit, run: UUID, rule: str) -> int:
    return int(unit.value(f"select recon_match_{rule}(%(run)s)", run=run) or 0)


def _judge(unit: Unit, run: UUID) -> tuple[dict[str, int], int]:
    """Open the breaks there are and end those that are none any more."""
    resolved = _resolve(unit, run)
    opened = {
        kind: many
        for kind in FINDINGS
        if (many := _count(unit, f"select recon_open(%(run)s, '{kind}', %(now)s)", run))
    }
    # What is found to be something else ends as what it was taken for first.
    return opened, resolved + _resolve(unit, run)


def _resolve(unit: Unit, run: UUID) -> int:
    return _count(unit, "select recon_resolve(%(run)s, %(now)s)", run)


def _count(unit: Unit, sql: str, run: UUID) -> int:
    return int(unit.value(sql, run=run, now=unit.now) or 0)


def _write(unit: Unit, done: Outcome, *, by: str) -> None:
    unit.run(
        """
        insert into recon_runs (run_id, at, by, matches, breaks, resolved)
        values (%(run)s, %(now)s, %(by)s, %(matches)s, %(breaks)s, %(resolved)s)
        """,
        run=done.run,
        by=by,
        matches=done.matched,
        breaks=sum(done.opened.values()),
        resolved=done.resolved,
        now=unit.now,
    )


def _see(unit: Unit, run: UUID, sources: list[UUID]) -> None:
    unit.run(
        "update recon_sources set run_id = %(run)s where source_id = any(%(sources)s)",
        run=run,
        sources=sources,
    )
