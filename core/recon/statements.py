"""A bank's statement as lines: camt.053 or MT940, read by `core.iso`."""

import re
from datetime import date, timedelta

from core.iso.messages import Entry, Statement, Unreadable
from core.iso.reading import read_statement
from core.recon.told import Line, State, Told

LONGEST = 35
_CHARGE = re.compile(r"(?:CHRG|FEES|COMM|COME|COMI|CHG|COM)$")
"""How the code of a charge ends: ISO 20022's sub-families, and SWIFT's types CHG and COM."""
_RETURN = re.compile(r"(?:RRTN|RTN|RTI)$")


def read(content: bytes) -> tuple[Told, ...]:
    """Return the statements of a file, in its order.

    :raises Unreadable: if it is none, or one has no balances or no day
    """
    return tuple(_told(one) for one in read_statement(content))


def _told(one: Statement) -> Told:
    if one.opening is None or one.closing is None or one.closed_on is None:
        raise Unreadable("a statement has two balances, the last of a day")
    booked = [entry for entry in one.entries if entry.booked]
    return Told(
        kind="statement",
        name=one.id[:LONGEST],
        number=one.number[:20],
        account=one.account,
        since=_since(one, booked, one.closed_on),
        day=one.closed_on,
        opening=one.opening,
        closing=one.closing,
        lines=tuple(_line(entry, one.closed_on) for entry in booked),
    )


def _since(one: Statement, booked: list[Entry], day: date) -> date:
    """Return the first day that is told of: an opening balance is the evening's before."""
    first = min((entry.booked_on for entry in booked if entry.booked_on), default=day)
    if one.opened_on is not None and one.opened_on < day:
        first = min(first, one.opened_on + timedelta(days=1))
    return min(first, day)


def _line(entry: Entry, day: date) -> Line:
    return Line(
        day=entry.booked_on or entry.valued_on or day,
        amount=entry.amount,
        state=_state(entry),
        end_to_end=entry.end_to_end[:LONGEST],
        reference=entry.reference[:LONGEST],
        batch=(entry.batch or entry.instruction)[:LONGEST],
        name=entry.name,
        account=entry.account,
        words=entry.words,
    )


def _state(entry: Entry) -> State:
    if _CHARGE.search(entry.code) and entry.amount.minor < 0:
        return "charge"
    if entry.reason or entry.reversal or _RETURN.search(entry.code):
        return "returned"
    return "received" if entry.amount.minor > 0 else "settled"
