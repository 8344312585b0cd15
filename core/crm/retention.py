"""How long the house keeps what it knows, and forgetting what is older.

Personal data is kept no longer than it is needed (GDPR article 5(1)(e), Kenya's Data Protection Act
sections 25 and 39); what a bank must be able to show is kept for seven years (Kenya's Proceeds of
Crime and Anti-Money Laundering Act, section 46), as reports to the authorities are here. What is
kept of a customer for so long goes with them (`core.crm.erasure`). The book, transfers and the
audit log are not in this list: they stay.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from core.crm import media, sweeps
from core.store.unit import Unit

MOST_AT_ONCE = 2000
"""Rows that one transaction forgets: it holds their locks for some milliseconds."""
MONTH = timedelta(days=30)
SEVEN_YEARS = timedelta(days=7 * 365 + 2)
_BEGINNING = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of thing, how long it is kept, and how a batch of it is forgotten."""

    what: str
    kept_for: timedelta
    forget: Callable[[Unit, "Rule"], bool]
    """Forgets one batch and returns whether there may be more."""

    def before(self, unit: Unit) -> datetime:
        """Return the time before which it is forgotten."""
        return unit.now - self.kept_for


def _words(unit: Unit, rule: Rule) -> bool:
    return _walk(unit, rule, "select forget_words(%(after)s, %(before)s, %(most)s)")


def _replies(unit: Unit, rule: Rule) -> bool:
    return _walk(unit, rule, "select forget_replies(%(after)s, %(before)s, %(most)s)")


def _walk(unit: Unit, rule: Rule, statement: str) -> bool:
    """Forget the next rows in the order of their ids, and note how far this has come."""
    until, before = sweeps.swept_until(unit, rule.what), rule.before(unit)
    last: UUID | None = unit.value(
        statement, after=_first_id(until), before=before, most=MOST_AT_ONCE
    )
    sweeps.note_swept(unit, rule.what, before if last is None else _time_of(last))
    return last is not None and _time_of(last) != until


def _rows(unit: Unit, rule: Rule) -> bool:
    many: int = unit.value(
        "select forget_rows(%(what)s, %(before)s, %(most)s)",
        what=rule.what,
        before=rule.before(unit),
        most=MOST_AT_ONCE,
    )
    return many == MOST_AT_ONCE


def _card_numbers(unit: Unit, rule: Rule) -> bool:
    return _all(unit, rule, "select forget_card_numbers(%(before)s, %(most)s)")


def _card_reveals(unit: Unit, rule: Rule) -> bool:
    return _all(unit, rule, "select forget_card_reveals(%(before)s, %(most)s)")


def _card_disputes(unit: Unit, rule: Rule) -> bool:
    return _all(unit, rule, "select forget_card_disputes(%(before)s, %(most)s)")


def _handovers(unit: Unit, rule: Rule) -> bool:
    return _all(unit, rule, "select forget_handovers(%(before)s, %(most)s)")


def _candidates(unit: Unit, rule: Rule) -> bool:
    return _all(unit, rule, "select forget_candidates(%(before)s, %(most)s)")


def _recipients(unit: Unit, rule: Rule) -> bool:
    return _all(unit, rule, "select forget_recipients(%(before)s, %(most)s)")


def _presses(unit: Unit, rule: Rule) -> bool:
    return _all(unit, rule, "select forget_ussd_presses(%(before)s, %(most)s)")


def _reports(unit: Unit, rule: Rule) -> bool:
    return _all(unit, rule, "select forget_reports(%(before)s, %(most)s)")


def _all(unit: Unit, rule: Rule, statement: str) -> bool:
    many: int = unit.value(statement, before=rule.before(unit), most=MOST_AT_ONCE)
    return many == MOST_AT_ONCE


def _media(unit: Unit, rule: Rule) -> bool:
    return media.leave(unit, before=rule.before(unit), limit=MOST_AT_ONCE) == MOST_AT_ONCE


def _first_id(at: datetime | None) -> UUID:
    return _BEGINNING if at is None else UUID(int=int(at.timestamp() * 1000) << 80)


def _time_of(made: UUID) -> datetime:
    """Return when an id was made (UUID version 7: milliseconds in its first 48 bits)."""
    return datetime.fromtimestamp((made.int >> 80) / 1000, UTC)


RULES = (
    Rule("words", 24 * MONTH, _words),
    Rule("replies", timedelta(days=7), _replies),
    Rule("media", 24 * MONTH, _media),
    Rule("interactions", 24 * MONTH, _rows),
    Rule("feelings", 24 * MONTH, _rows),
    Rule("next actions", 24 * MONTH, _rows),
    Rule("card numbers", 18 * MONTH, _card_numbers),
    Rule("card reveals", MONTH, _card_reveals),
    Rule("words of card disputes", 24 * MONTH, _card_disputes),
    Rule("what was interrupted", 6 * MONTH, _handovers),
    Rule("words to learn from", 12 * MONTH, _candidates),
    Rule("codes", MONTH, _rows),
    Rule("lock tries", MONTH, _rows),
    Rule("undeliverable", MONTH, _rows),
    Rule("parked", 3 * MONTH, _rows),
    Rule("sessions", 12 * MONTH, _rows),
    Rule("recipients of broadcasts", 12 * MONTH, _recipients),
    Rule("presses of USSD", timedelta(days=1), _presses),
    Rule("reports to authorities", SEVEN_YEARS, _reports),
)
"""All of them. docs/guides/protection.md tells them, with what is kept elsewhere."""


def forget(unit: Unit, rule: Rule) -> bool:
    """Forget one batch of what a rule is about; return whether there may be more."""
    return rule.forget(unit, rule)
