"""One row of the table: a figure of ours against a limit or a peer, and whether the aim is met."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

RESULTS = Path(__file__).parent / "results.json"


@dataclass(frozen=True)
class Row:
    """``ratio`` is ours over theirs; the aim says which side of it is good."""

    name: str
    ours: float
    unit: str
    against: str
    theirs: float
    ratio: float
    aim: str
    met: bool


def row(name: str, ours: float, unit: str, *, against: str, theirs: float, aim: str) -> Row:
    """Return a row; ``aim`` reads like ``>= 0.5`` or ``<= 0.67`` of the ratio."""
    ratio = ours / theirs if theirs else 0.0
    sign, limit = aim.split(maxsplit=1)[0], float(aim.split()[1])
    met = ratio >= limit if sign == ">=" else ratio <= limit
    return Row(name, round(ours, 2), unit, against, round(theirs, 2), round(ratio, 3), aim, met)


def middle(values: list[float]) -> float:
    """Return the median, so that one bad moment of a shared machine does not decide."""
    return median(values)


def show(rows: list[Row]) -> None:
    """Print the table."""
    head = ("name", "ours", "unit", "against", "theirs", "ratio", "aim", "met")
    lines = [head, *(tuple(str(value) for value in asdict(one).values()) for one in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))


def publish(rows: list[Row], *, whole: bool = False) -> None:
    """Print the table and write ``bench/results.json``.

    Rows of parts that were not measured this time are kept there, unless this was the ``whole``.
    """
    show(rows)
    fresh = [asdict(one) for one in rows]
    known = [] if whole or not RESULTS.exists() else json.loads(RESULTS.read_text())
    measured = {_key(one) for one in fresh}
    kept = [one for one in known if _key(one) not in measured]
    RESULTS.write_text(json.dumps([*kept, *fresh], indent=2) + "\n")


def _key(one: dict[str, Any]) -> tuple[str, str]:
    return one["name"], one["against"]
