"""A unit of work: everything inside it happens, or nothing does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Engine, Row


@dataclass(slots=True)
class Unit:
    """One database transaction, opened by an edge and handed down to services, which never commit.

    SQL is written as PostgreSQL wants it, with ``%(name)s`` parameters. ``now`` is the time of the
    whole unit, ``correlation`` the id that ties its rows and log lines together, and ``wakes`` the
    sending numbers whose outbox has new rows (the edge wakes their drains after the commit).
    """

    connection: Connection
    now: datetime
    new_id: Callable[[], UUID]
    correlation: str
    wakes: set[str] = field(default_factory=set)

    def one(self, sql: str, **facts: object) -> Row[Any]:
        """Return the only row; more or fewer is a bug."""
        return self.connection.exec_driver_sql(sql, facts).one()

    def maybe(self, sql: str, **facts: object) -> Row[Any] | None:
        """Return the only row, or None when there is none."""
        return self.connection.exec_driver_sql(sql, facts).one_or_none()

    def all(self, sql: str, **facts: object) -> list[Row[Any]]:
        """Return every row. The SQL bounds how many that can be."""
        return list(self.connection.exec_driver_sql(sql, facts).all())

    def value(self, sql: str, **facts: object) -> Any:  # noqa: ANN401 - the SQL decides
        """Return the first column of the only row, or None when there is none."""
        return self.connection.exec_driver_sql(sql, facts).scalar_one_or_none()

    def run(self, sql: str, **facts: object) -> int:
        """Run a statement and return how many rows it touched."""
        return self.connection.exec_driver_sql(sql, facts).rowcount

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what happens inside when an exception leaves it."""
        with self.connection.begin_nested():
            yield


def jsonb(value: object) -> Jsonb:
    """Return a value as PostgreSQL's jsonb takes it."""
    return Jsonb(value)


@contextmanager
def open_unit(
    engine: Engine, *, now: datetime, new_id: Callable[[], UUID], correlation: str
) -> Iterator[Unit]:
    """Run one unit of work: commit when the block ends well, roll back when it raises."""
    with engine.connect() as connection, connection.begin():
        yield Unit(connection, now, new_id, correlation)
