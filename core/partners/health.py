"""The circuit of each partner: after failures in a row it is left alone, then tried with one order.

It stands in the database, so that all processes keep it, and routes may be chosen by it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.partners.answers import LONGEST_REASON
from core.store.unit import Unit

MOST_FAILURES = 5
"""In a row, after which the circuit opens."""
FIRST_REST = timedelta(seconds=5)
LONGEST_REST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Health:
    """How a partner has answered lately."""

    partner: str
    failures: int
    """In a row; 0 when the last answer was one."""
    open_until: datetime | None
    """The circuit is open: it is not asked before then."""
    reason: str
    failed_at: datetime | None
    answered_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        """Return whether the partner is left alone at a moment."""
        return self.open_until is not None and self.open_until > now


def all_of(unit: Unit) -> dict[str, Health]:
    """Return how partners have answered that ever failed, by name."""
    rows = unit.all(
        """
        select partner, failures, open_until, reason, failed_at, answered_at from partner_health
        order by partner limit 1000
        """
    )
    return {row.partner: Health(*tuple(row)) for row in rows}


def away(unit: Unit) -> frozenset[str]:
    """Return the partners whose circuits are open: better not chosen now."""
    found = all_of(unit).values()
    return frozenset(one.partner for one in found if one.is_open(unit.now))


def room(unit: Unit, partner: str, *, most: int) -> int:
    """Return how many orders a partner may be asked at once now: 0 when it is left alone."""
    row = unit.maybe(
        "select failures, open_until from partner_health where partner = %(partner)s",
        partner=partner,
    )
    if row is None or row.failures < MOST_FAILURES:
        return most
    return 0 if row.open_until is not None and row.open_until > unit.now else min(1, most)


def failed(unit: Unit, partner: str, *, reason: str) -> None:
    """Count that a partner gave no answer that can be used; the fifth in a row opens its circuit.

    While it is open nothing is counted: those were asked before it opened.
    """
    failures: int | None = unit.value(
        """
        insert into partner_health as h (partner, failures, reason, failed_at)
        values (%(partner)s, 1, %(reason)s, %(now)s)
        on conflict (partner) do update set failures = least(h.failures + 1, 1000000),
            reason = excluded.reason, failed_at = excluded.failed_at
            where h.open_until is null or h.open_until <= excluded.failed_at
        returning failures
        """,
        partner=partner,
        reason=reason[:LONGEST_REASON],
        now=unit.now,
    )
    if failures is None or failures < MOST_FAILURES:
        return
    rest = min(LONGEST_REST, FIRST_REST * 2 ** min(failures - MOST_FAILURES, 10))
    unit.run(
        "update partner_health set open_until = %(until)s where partner = %(partner)s",
        partner=partner,
        until=unit.now + rest,
    )


def answered(unit: Unit, partner: str) -> bool:
    """Close a partner's circuit, for it has answered; return whether it had failed before."""
    closed = unit.run(
        """
        update partner_health set failures = 0, open_until = null, answered_at = %(now)s
        where partner = %(partner)s and failures > 0
        """,
        partner=partner,
        now=unit.now,
    )
    return closed > 0
