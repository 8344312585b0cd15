"""A rail's report of one day: what passed, line by line, as the switch counts it. CSV in UTF-8.

The columns are those of `COLUMNS`; amounts are in main units.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from core.iso.messages import Unreadable
from core.iso.values import money
from core.money import Money

Direction = Literal["out", "in", "back", "given_back"]
"""Our payment; one to us; one of ours that came back; one to us that we gave back."""
DIRECTIONS: dict[str, Direction] = {one: one for one in get_args(Direction)}
COLUMNS = (
    "direction", "reference", "end_to_end", "instruction", "amount", "currency", "status",
    "reason", "day", "at",
)  # fmt: skip
LARGEST = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a rail says happened."""

    direction: Direction
    reference: str
    """The switch's own id of it."""
    end_to_end: str
    instruction: str
    """The id of whoever instructed it: ours, for what we sent."""
    amount: Money
    status: str
    """A status of ISO 20022, such as ``ACSC`` or ``RJCT``."""
    reason: str
    day: date
    """The rail's business day."""
    at: datetime


def written(lines: Iterable[Line]) -> bytes:
    """Return a report as CSV, with a line that names the columns."""
    out = io.StringIO(newline="")
    sheet = csv.writer(out, lineterminator="\r\n")
    sheet.writerow(COLUMNS)
    for one in lines:
        amount = f"{one.amount.major:f}"
        sheet.writerow(
            (
                one.direction, one.reference, one.end_to_end, one.instruction, amount,
                one.amount.currency, one.status, one.reason, one.day.isoformat(),
                one.at.isoformat(timespec="milliseconds"),
            )
        )  # fmt: skip
    return out.getvalue().encode()


def read(content: bytes) -> tuple[Line, ...]:
    """Return the lines of a report.

    :raises Unreadable: if it is too large, none, or has a line that cannot be
    """
    if len(content) > LARGEST:
        raise Unreadable(f"{len(content)} bytes are more than a report has")
    try:
        sheet = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        if tuple(next(sheet, ())) != COLUMNS:
            raise Unreadable("not a rail's report")
        return tuple(_line(row) for row in sheet)
    except (UnicodeDecodeError, csv.Error):
        raise Unreadable("a report that is no CSV in UTF-8") from None


def _line(row: list[str]) -> Line:
    try:
        direction, reference, end_to_end, instruction, amount, currency, status, why, day, at = row
        return Line(
            DIRECTIONS[direction], reference, end_to_end, instruction,
            money(amount, currency), status, why, date.fromisoformat(day),
            datetime.fromisoformat(at),
        )  # fmt: skip
    except Unreadable:
        raise
    except (KeyError, ValueError):
        raise Unreadable("a line of a report that cannot be") from None
