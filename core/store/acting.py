"""Acting as another role of the database, for a few statements of a unit of work."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.pq import TransactionStatus

from core.store.unit import Unit


@contextmanager
def acting_as(unit: Unit, role: str) -> Iterator[None]:
    """Let the statements inside have the rights of ``role``, and no others; "" changes nothing.

    The role the unit had before is taken on again however the block ends. Where a statement failed
    the server takes no other until a savepoint, or the whole unit, is undone, and that gives the
    role back as well.
    """
    if not role:
        yield
        return
    before: str = unit.value("select current_setting('role')")
    unit.run("select set_config('role', %(role)s, true)", role=role)
    try:
        yield
    finally:
        driver = unit.connection.connection.driver_connection
        if driver is not None and driver.info.transaction_status == TransactionStatus.INTRANS:
            unit.run("select set_config('role', %(role)s, true)", role=before)
