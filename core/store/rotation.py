"""Sealing anew what older data keys sealed, in small steps, while the house is open.

Each step is a short transaction of its own over one page of a table, in the order in which rows lie
on disk; a row that changes meanwhile is sealed by the newest key anyway. A run that is killed is
begun again and finds less to do.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from core.store.acting import acting_as
from core.store.keyring import Keyring
from core.store.sealed import COLUMNS, Resealed, SealedColumn, replace
from core.store.unit import Row, Unit

ROWS_A_STEP = 500
PAGES_A_STEP = 256
Units = Callable[[], AbstractContextManager[Unit]]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run: how many values were looked through and sealed anew."""

    column: SealedColumn
    resealed: int


def reseal(units: Units) -> Iterator[Step]:
    """Seal everything with the newest key, a step at a time; the caller may rest between two."""
    for column in COLUMNS:
        yield from _reseal_column(units, column)


def left(unit: Unit, number: int) -> dict[str, int]:
    """Return how many values of each field a data key still opens, where it opens any."""
    counts = {column.field: _left(unit, column, number) for column in COLUMNS}
    return {field: count for field, count in counts.items() if count}


def _left(unit: Unit, column: SealedColumn, number: int) -> int:
    with acting_as(unit, column.reader):
        count: int = unit.value(
            f"""
            select count(*) from {column.table}
            where substring({column.column} from 2 for 4) = %(number)s
            """,
            number=number.to_bytes(4),
        )
    return count


def _reseal_column(units: Units, column: SealedColumn) -> Iterator[Step]:
    page = 0
    while True:
        with units() as unit:
            pages: int = unit.value(
                "select pg_relation_size(%(table)s::regclass) / current_setting('block_size')::int",
                table=column.table,
            )
            if page >= pages:
                return
            done = _reseal_pages(unit, column, page)
        yield Step(column, done)
        page += PAGES_A_STEP


def _reseal_pages(unit: Unit, column: SealedColumn, page: int) -> int:
    """Seal anew what lies on a few pages. Rows put there since bear the newest key already."""
    done = 0
    while True:
        with acting_as(unit, column.reader):
            rows = unit.all(
                f"""
                select ctid::text as place, {column.row} as row, {column.column} as sealed
                from {column.table}
                where ctid >= %(first)s::tid and ctid < %(end)s::tid
                    and substring({column.column} from 2 for 4) < %(newest)s
                limit %(most)s
                """,
                first=f"({page},0)",
                end=f"({page + PAGES_A_STEP},0)",
                newest=unit.keys.newest.to_bytes(4),
                most=ROWS_A_STEP,
            )
        anew = [_anew(unit.keys, column, row) for row in rows]
        taken = replace(unit, column, anew) if anew else 0
        done += taken
        if len(rows) < ROWS_A_STEP or not taken:
            return done


def _anew(keys: Keyring, column: SealedColumn, row: Row) -> Resealed:
    old: bytes = row.sealed
    content = keys.open_bytes(old, field=column.field, row=row.row)
    return Resealed(row.place, old, keys.seal_bytes(content, field=column.field, row=row.row))
