"""Files of daily rates: the European Central Bank's, and what a dollar is in many currencies.

ECB: ``eurofxref.csv`` and ``eurofxref-hist.csv``, a column a currency, what one euro is worth.
Dollars: ``date`` and a column a currency in small letters, as the public currency API gives them.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Literal

from core.partners.liquidity import PIVOT

PUBLISHED = {"ecb": time(15, 0), "usd": time(0, 0)}
"""When a day's rates are told, in UTC."""
GOOD_TO = time(18, 0)
"""Until when they are good on the next working day, in UTC: the next ones are out by then."""
MOST_ROWS = 20_000
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september",
         "october", "november", "december"), 1)
}  # fmt: skip


class NotARateFile(ValueError):
    """The file is none of those known, or a row of it cannot be read. Says where."""


@dataclass(frozen=True, slots=True)
class DailyRates:
    """The rates of one day: main units of each currency for one dollar."""

    day: date
    mids: Mapping[str, Decimal]
    source: Literal["ecb", "usd"]

    @property
    def at(self) -> datetime:
        """When they were told."""
        return datetime.combine(self.day, PUBLISHED[self.source], UTC)

    @property
    def good_until(self) -> datetime:
        """Until when they are good to deal by: over a weekend, until the working day after it."""
        day = self.day + timedelta(days=1)
        while day.isoweekday() > 5:
            day += timedelta(days=1)
        return datetime.combine(day, GOOD_TO, UTC)


def read(lines: Iterable[str]) -> Iterator[DailyRates]:
    """Return the rates of each day in a file, in the file's order.

    :raises NotARateFile: if it is none of those known
    """
    rows = csv.reader(lines)
    header = [name.strip() for name in next(rows, [])]
    if not header or header[0].casefold() != "date" or len(header) < 2:
        raise NotARateFile("the first line names no date and currencies")
    source: Literal["ecb", "usd"] = "ecb" if PIVOT in header else "usd"
    codes = [name.upper() for name in header[1:]]
    for number, row in enumerate(rows, 2):
        if number > MOST_ROWS:
            raise NotARateFile(f"more than {MOST_ROWS} lines")
        if any(cell.strip() for cell in row):
            yield _daily(row, codes, source, number)


def _daily(
    row: list[str], codes: list[str], source: Literal["ecb", "usd"], number: int
) -> DailyRates:
    try:
        day = _day(row[0].strip())
        told = {
            code: _rate(cell)
            for code, cell in zip(codes, row[1:], strict=False)
            if code and cell.strip() not in {"", "N/A"}
        }
        if source == "ecb":
            euro = told.pop(PIVOT)
            told = {code: rate / euro for code, rate in told.items()} | {"EUR": 1 / euro}
    except (ValueError, KeyError, InvalidOperation) as error:
        raise NotARateFile(f"line {number} cannot be read") from error
    return DailyRates(day, told, source)


def _rate(cell: str) -> Decimal:
    rate = Decimal(cell.strip())
    if not rate.is_finite() or rate <= 0:
        raise ValueError("a rate is above zero")
    return rate


def _day(text: str) -> date:
    """Return the day of ``2026-10-30`` or of ``30 October 2026``."""
    parts = text.split()
    if len(parts) == 3:
        return date(int(parts[2]), _MONTHS[parts[1].casefold()], int(parts[0]))
    return date.fromisoformat(text)
