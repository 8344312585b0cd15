"""Doing something in one place only, however many processes could."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Engine, exc


@contextmanager
def held(engine: Engine, name: str) -> Iterator[Callable[[], bool] | None]:
    """Hold the lock of this name if it is free; None when another process holds it.

    While it is held, what is yielded tells whether it still is. The lock lives as long as a
    connection of its own, so it ends with the process, however that ends.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()  # closed at the end, never handed to others with the lock on it
        took: bool = connection.exec_driver_sql(
            "select pg_try_advisory_lock(hashtextextended(%(name)s, 0))", {"name": name}
        ).scalar_one()

        def still() -> bool:
            with suppress(exc.DBAPIError, exc.PendingRollbackError):
                connection.exec_driver_sql("select 1")
                return True
            return False

        try:
            yield still if took else None
        finally:
            # The server notices a closed connection a moment later; whoever comes next need not.
            with suppress(exc.DBAPIError, exc.PendingRollbackError):
                connection.exec_driver_sql("select pg_advisory_unlock_all()")
