"""A rail's report as lines: CSV in UTF-8, its first line naming the columns.

Those of `core.partners.rails.report` must be there, in any order; ``fee``, ``batch``, ``name``,
``account`` and ``words`` may be. All of it is about one day. A report of a day without payments has
no lines, so its day must be told.
"""

import csv
import io
from collections.abc import Mapping
from datetime import date

from core.iso.messages import REJECTED, SETTLED, Unreadable
from core.iso.values import money
from core.money import Money
from core.partners.rails.report import COLUMNS, LARGEST
from core.recon.told import Line, State, Told

REQUIRED = frozenset(COLUMNS) - {"instruction", "reason", "at"}
LONGEST = 35
STATES: Mapping[str, State] = {
    "out": "settled",
    "in": "received",
    "back": "returned",
    "given_back": "returned",
}
LEAVES = frozenset({"out", "given_back"})


def is_report(content: bytes) -> bool:
    """Return whether a file looks like a rail's report."""
    first = content[:1024].decode("utf-8-sig", "replace").splitlines()[:1]
    return bool(first) and set(first[0].split(",")) >= REQUIRED


def read(content: bytes, *, partner: str, on: date | None = None) -> Told:
    """Return a partner's report; ``on`` is its day where no line tells it.

    :raises Unreadable: if it is none, is not of one day, or has a line that cannot be
    """
    if len(content) > LARGEST:
        raise Unreadable(f"{len(content)} bytes are more than a report has")
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        lines = tuple(_line(row) for row in rows)
    except (UnicodeDecodeError, csv.Error):
        raise Unreadable("a report that is no CSV in UTF-8") from None
    days = {one.day for one in lines} | ({on} if on else set())
    if len(days) != 1:
        raise Unreadable("a report is of one day")
    (day,) = days
    return Told(kind="report", name=partner, since=day, day=day, lines=lines)


def _line(row: Mapping[str, str]) -> Line:
    if None in row or None in row.values():  # as DictReader tells of too many cells, and too few
        raise Unreadable("a line of a report that was cut off")
    try:
        amount = _amount(row["amount"], row["currency"])
        fee = _amount(row.get("fee") or "0", row["currency"])
        state = STATES[row["direction"]]
        return Line(
            day=date.fromisoformat(row["day"]),
            amount=Money(-amount.minor, amount.currency) if row["direction"] in LEAVES else amount,
            state=_ended(row["status"], state),
            end_to_end=row["end_to_end"].strip()[:LONGEST],
            reference=row["reference"].strip()[:LONGEST],
            batch=(row.get("batch") or "").strip()[: LONGEST + 1],
            fee=fee.minor,
            name=row.get("name") or "",
            account=row.get("account") or "",
            words=row.get("words") or "",
        )
    except (KeyError, ValueError):
        raise Unreadable("a line of a report that cannot be") from None


def _amount(text: str, currency: str) -> Money:
    told = money(text, currency)
    if told.minor < 0:
        raise ValueError("below zero")
    return told


def _ended(status: str, state: State) -> State:
    if status in SETTLED:
        return state
    return "rejected" if status in REJECTED else "pending"
