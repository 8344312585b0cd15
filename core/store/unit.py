"""A unit of work: everything inside it happens, or nothing does.

Statements go straight to psycopg's cursor, underneath SQLAlchemy's connection: its result objects
cost more than most of our statements. The pool, the transaction and the errors stay SQLAlchemy's.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import psycopg
from psycopg.rows import namedtuple_row, scalar_row
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Engine, exc

from core.store.keyring import Keyring

_MADE: dict[str, tuple[int, Callable[[Sequence[Any]], Any]]] = {}
"""How many columns each statement answers with, and what makes its rows."""


class Row(Protocol):
    """One row of an answer: its columns by name, by place and in order."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the SQL decides
        """Return the column of that name."""

    def __getitem__(self, place: int) -> Any:  # noqa: ANN401
        """Return the column at that place."""

    def __iter__(self) -> Iterator[Any]:
        """Go through the columns in their order."""

    def __len__(self) -> int:
        """Return how many columns there are."""


@dataclass(slots=True)
class Unit:
    """One database transaction, opened by an edge and handed down to services, which never commit.

    SQL is written as PostgreSQL wants it, with ``%(name)s`` parameters. ``now`` is the time of the
    whole unit, ``correlation`` the id that ties its rows and log lines together, and ``wakes`` the
    sending numbers whose outbox has new rows (the edge wakes their drains after the commit), and
    ``heard`` the messages whose customers may be shown that they were read.
    ``keys`` seal and open protected fields. ``last`` is done when everything else has been, for
    what locks a row that every unit of its kind needs. A ``quiet`` one tells no customer of what it
    does, for that was long ago. ``statements`` counts what was sent to the server, the
    transaction's own begin and end apart.
    """

    connection: Connection
    now: datetime
    new_id: Callable[[], UUID]
    correlation: str
    keys: Keyring
    wakes: set[str] = field(default_factory=set)
    heard: list[Any] = field(default_factory=list)
    last: list[Callable[["Unit"], None]] = field(default_factory=list)
    quiet: bool = False
    statements: int = 0
    _cursor: psycopg.Cursor[Any] = field(init=False, repr=False)
    _savepoints: int = field(default=0, init=False, repr=False)
    _asked: str = field(default="", init=False, repr=False)

    def __post_init__(self) -> None:
        """Begin, unless the connection's transaction has begun already."""
        if not self.connection.in_transaction():
            self.connection.begin()
        driver: psycopg.Connection[Any] = self.connection.connection.driver_connection  # type: ignore[assignment]
        self._cursor = driver.cursor(row_factory=self._rows)

    def one(self, sql: str, **facts: object) -> Row:
        """Return the only row; more or fewer is a bug."""
        row = self.maybe(sql, **facts)
        if row is None:
            raise exc.NoResultFound("a row was expected, and there is none")
        return row

    def maybe(self, sql: str, **facts: object) -> Row | None:
        """Return the only row, or None when there is none."""
        cursor = self._ask(sql, facts)
        row: Row | None = cursor.fetchone()
        if cursor.rowcount > 1:
            raise exc.MultipleResultsFound("one row was expected, and there are more")
        return row

    def all(self, sql: str, **facts: object) -> list[Row]:
        """Return every row. The SQL bounds how many that can be."""
        return self._ask(sql, facts).fetchall()

    def value(self, sql: str, **facts: object) -> Any:  # noqa: ANN401 - the SQL decides
        """Return the first column of the only row, or None when there is none."""
        row = self.maybe(sql, **facts)
        return None if row is None else row[0]

    def column(self, sql: str, **facts: object) -> list[Any]:
        """Return the first column of every row, sent in binary: the cheap way to many bytes."""
        self.statements += 1
        driver = self._cursor.connection
        with driver.cursor(binary=True, row_factory=scalar_row) as cursor:
            try:
                return cursor.execute(sql, facts).fetchall()
            except psycopg.Error as error:
                raise self._told(sql, error) from error
            except BaseException as error:
                self._give_up(error)
                raise

    def run(self, sql: str, **facts: object) -> int:
        """Run a statement and return how many rows it touched."""
        return self._ask(sql, facts).rowcount

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what happens inside when an exception leaves it."""
        self._savepoints += 1
        name = f"unit_{self._savepoints}"
        left = len(self.last)
        self._ask(f"savepoint {name}")
        try:
            yield
        except BaseException:
            del self.last[left:]
            # A connection that is gone has undone everything, and the first error is the one told.
            if not self.connection.invalidated:
                self._ask(f"rollback to savepoint {name}")
                self._ask(f"release savepoint {name}")
            raise
        self._ask(f"release savepoint {name}")

    def finish(self) -> None:
        """Do what was left for last. Whoever opened the unit calls it, and then commits."""
        while self.last:
            self.last.pop(0)(self)

    def _ask(self, sql: str, facts: dict[str, object] | None = None) -> psycopg.Cursor[Any]:
        self.statements += 1
        self._asked = sql
        try:
            return self._cursor.execute(sql, facts)
        except psycopg.Error as error:
            raise self._told(sql, error) from error
        except BaseException as error:
            self._give_up(error)
            raise

    def _rows(self, cursor: psycopg.Cursor[Any]) -> Callable[[Sequence[Any]], Any]:
        """Return what makes rows of an answer; a statement's columns are named only once."""
        width = 0 if cursor.pgresult is None else cursor.pgresult.nfields
        known = _MADE.get(self._asked)
        if known is None or known[0] != width:
            known = _MADE[self._asked] = width, namedtuple_row(cursor)
        return known[1]

    def _give_up(self, error: BaseException) -> None:
        """Let nobody have the connection of a statement that a signal interrupted.

        Its answer may still come; and asked to roll back, it would tell of that instead of why.
        """
        if not isinstance(error, Exception):
            self.connection.invalidate(error)

    def _told(self, sql: str, error: psycopg.Error) -> exc.StatementError | Exception:
        """Return an error as SQLAlchemy tells it; values of the statement are never in it."""
        lost = self._cursor.connection.closed
        if lost:
            # The server has gone or was started anew: what waits in the pool is lost as well.
            self.connection.invalidate(error)
            self.connection.engine.dispose()
        return exc.DBAPIError.instance(
            sql, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=lost
        )


def jsonb(value: object) -> Jsonb:
    """Return a value as PostgreSQL's jsonb takes it."""
    return Jsonb(value)


@contextmanager
def open_unit(
    engine: Engine, *, keys: Keyring, now: datetime, new_id: Callable[[], UUID], correlation: str
) -> Iterator[Unit]:
    """Run one unit of work: commit when the block ends well, roll back when it raises."""
    with engine.connect() as connection, connection.begin():
        unit = Unit(connection, now, new_id, correlation, keys)
        yield unit
        unit.finish()
